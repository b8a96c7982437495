"""Personal access tokens: a person's powers in one organization, narrowed."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Membership, Organization
from accounts.models.people import PUBLIC_ID, new_public_id


class PersonalToken(models.Model):
    """Belongs to a membership; recognised by fingerprint, shown once, never sealed."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="tokens")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="tokens")
    public_id = models.CharField(max_length=64, default=new_public_id, validators=[PUBLIC_ID])
    name = models.CharField(max_length=120)
    fingerprint = models.BinaryField(max_length=32, unique=True)
    hint = models.CharField(max_length=40)
    # null: everything I may do.
    scopes = models.JSONField(null=True)
    creation_key = models.CharField(max_length=64, null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    # Who ended it and why, as they were called then; the timetable for what the policy ended.
    revoked_by_kind = models.CharField(max_length=16, blank=True)
    revoked_by_name = models.CharField(max_length=120, blank=True)
    revoked_why = models.CharField(max_length=500, blank=True)
    # "Rotate" with an overlap: the value before this one, which still works until then (decided at use).
    previous_fingerprint = models.BinaryField(max_length=32, unique=True, null=True)
    previous_hint = models.CharField(max_length=40, blank=True)
    previous_dies_at = models.DateTimeField(null=True)
    previous_used_at = models.DateTimeField(null=True)
    rotated_at = models.DateTimeField(null=True)
    # The shortest notice before expiry that went out (30, 14, 7, 1 days), and when the idle one did.
    noticed_days = models.PositiveSmallIntegerField(null=True)
    idle_noticed_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    last_used_from = models.CharField(max_length=64, blank=True)
    last_used_client = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "public_id"], name="token_public_id_is_unique"),
            models.UniqueConstraint(
                fields=["organization", "creation_key"], name="token_creation_key_is_unique"
            ),
        ]
        indexes = [
            models.Index(fields=["membership", "id"], condition=Q(revoked_at=None), name="token_live"),
            models.Index(fields=["expires_at"], condition=Q(revoked_at=None), name="token_expires"),
        ]

    def __str__(self) -> str:
        return self.name


class LimitRequest(models.Model):
    """Somebody asks for more requests a minute; owners decide up to the organization's ceiling, operators above it."""

    class State(models.TextChoices):
        """Where it stands."""

        WAITING = "waiting"
        GRANTED = "granted"
        DECLINED = "declined"
        WITHDRAWN = "withdrawn"

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="limit_requests")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="limit_requests")
    public_id = models.CharField(max_length=64, default=new_public_id, validators=[PUBLIC_ID])
    # Requests a minute.
    wanted = models.PositiveIntegerField()
    reason = models.TextField(max_length=2000)
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    granted = models.PositiveIntegerField(null=True)
    answer = models.TextField(max_length=2000, blank=True)
    decided_by_kind = models.CharField(max_length=16, blank=True)
    decided_by_name = models.CharField(max_length=120, blank=True)
    decided_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "public_id"], name="limit_request_public_id_is_unique"
            ),
            # Asked twice, from two tabs: one question waits.
            models.UniqueConstraint(
                fields=["membership"], condition=Q(state="waiting"), name="one_limit_request_waits"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.wanted} a minute"
