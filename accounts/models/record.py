"""What happened: an append-only chain per organization (house.md, idea 4).

Keys are plain values, never foreign keys: what the record names may go, the record stays. Triggers (accounts/triggers.py)
refuse every UPDATE, and every DELETE beyond the organization's checkpoint.
"""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models.people import new_public_id


class RecordHead(models.Model):
    """Where an organization's chain ends; locked last by every action that records something."""

    organization = models.OneToOneField(
        "accounts.Organization", on_delete=models.CASCADE, primary_key=True, related_name="record_head"
    )
    seq = models.BigIntegerField(default=0)
    hash = models.BinaryField(max_length=32, default=bytes(32))
    # The chain's HMAC key: rotating GATEHOUSE_KEYS re-seals this one value and touches no record.
    sealed_key = models.TextField()

    def __str__(self) -> str:
        return f"{self.organization_id}:{self.seq}"


class Record(models.Model):
    """One event, without anything personal: that lies in RecordDetails under the same numbers."""

    organization_id = models.BigIntegerField()
    seq = models.BigIntegerField()
    at = models.DateTimeField()
    type = models.CharField(max_length=64)
    audience = models.CharField(max_length=8)
    actor_kind = models.CharField(max_length=16)
    actor_key = models.CharField(max_length=64, blank=True)
    thing_kind = models.CharField(max_length=32)
    thing_key = models.CharField(max_length=64, blank=True)
    workspace_id = models.BigIntegerField(null=True)
    request_id = models.CharField(max_length=64, blank=True)
    details_digest = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization_id", "seq"], name="record_seq_is_unique")
        ]
        indexes = [
            models.Index(fields=["organization_id", "audience", "seq"], name="record_by_audience"),
            models.Index(fields=["organization_id", "workspace_id", "seq"], name="record_by_workspace"),
            models.Index(
                fields=["organization_id", "actor_kind", "actor_key", "seq"], name="record_by_actor"
            ),
            models.Index(
                fields=["organization_id", "thing_kind", "thing_key", "seq"], name="record_by_thing"
            ),
            models.Index(fields=["organization_id", "type", "seq"], name="record_by_type"),
            models.Index(fields=["organization_id", "at"], name="record_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id}:{self.seq} {self.type}"


class RecordDetails(models.Model):
    """The personal half of a Record; erasing deletes this row, and the chain still holds (salted digest)."""

    organization_id = models.BigIntegerField()
    seq = models.BigIntegerField()
    salt = models.BinaryField(max_length=16)
    names = models.JSONField(default=dict)
    changes = models.JSONField(default=dict)
    address = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization_id", "seq"], name="record_details_are_one")
        ]

    def __str__(self) -> str:
        return f"{self.organization_id}:{self.seq}"


class RecordCheckpoint(models.Model):
    """Up to `seq` an organization's records may be pruned; `hash` is where the kept chain begins.

    `signature` is made with the chain's key: a row that somebody else puts here moves no beginning.
    """

    organization_id = models.BigIntegerField()
    seq = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)
    signature = models.BinaryField(max_length=32, default=b"")
    at = models.DateTimeField()
    reason = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization_id", "seq"], name="record_checkpoint_is_unique")
        ]

    def __str__(self) -> str:
        return f"{self.organization_id}:{self.seq}"


class RecordCheck(models.Model):
    """A run of "Verify", so that the page can show its progress and its outcome."""

    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.CASCADE, related_name="record_checks"
    )
    public_id = models.CharField(max_length=64, default=new_public_id, editable=False)
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by_name = models.CharField(max_length=120)
    total = models.BigIntegerField(default=0)
    checked = models.BigIntegerField(default=0)
    erased = models.BigIntegerField(default=0)
    broken_at = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=40, blank=True)
    lease_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "public_id"], name="record_check_public_id_is_unique"
            ),
            models.UniqueConstraint(
                fields=["organization"], condition=Q(ended_at=None), name="one_running_check"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id}:{self.checked}/{self.total}"
