"""What is to be sent to whom, and what came of it: the database is the engine's schedule.

Both are written by the hundred behind a locked head (house.md, idea 4), so their keys are not checked by the database.
"""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models.people import new_public_id
from webhooks.models.webhooks import Webhook


class Delivery(models.Model):
    """One event for one webhook. `public_id` is the `webhook-id` on the wire: the same on every attempt and resend."""

    class Kind(models.TextChoices):
        """A probe is somebody's "Send test event"."""

        EVENT = "event"
        PROBE = "probe"

    class State(models.TextChoices):
        """`failed` after the last attempt or when it waited too long; `cancelled` with its webhook, or when its maker may not
        read the event any more."""

        PENDING = "pending"
        DELIVERED = "delivered"
        FAILED = "failed"
        CANCELLED = "cancelled"

    organization_id = models.BigIntegerField()
    webhook = models.ForeignKey(
        Webhook, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="deliveries"
    )
    public_id = models.CharField(max_length=64, default=new_public_id, editable=False)
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.EVENT)
    event_type = models.CharField(max_length=64)
    # Its line of the record, and its workspace's public id, if it has any.
    record_seq = models.BigIntegerField(null=True)
    workspace = models.CharField(max_length=64, null=True)
    # As it is sent, written with the event: byte-identical on every attempt.
    body = models.BinaryField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.PENDING)
    due_at = models.DateTimeField(default=timezone.now)
    # Who is sending it at the moment (32 hexadecimal digits of an engine's turn), and until when that is believed.
    lease = models.CharField(max_length=32, null=True)
    leased_until = models.DateTimeField(null=True)
    # Since the last "Resend", which begins the schedule anew.
    attempts = models.PositiveIntegerField(default=0)
    resend_count = models.PositiveIntegerField(default=0)
    resent_at = models.DateTimeField(null=True)
    last_status = models.PositiveSmallIntegerField(null=True)
    last_outcome = models.CharField(max_length=16, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    first_attempt_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["organization_id", "public_id"], name="delivery_public_id_is_unique"
            ),
            models.CheckConstraint(
                condition=Q(state="pending", ended_at=None)
                | (~Q(state="pending") & Q(ended_at__isnull=False)),
                name="delivery_ends_when_settled",
            ),
        ]
        indexes = [
            # What claiming walks along, whatever the table's size.
            models.Index(
                fields=["webhook", "due_at", "id"], condition=Q(state="pending"), name="delivery_pending"
            ),
            models.Index(
                fields=["due_at", "id"], condition=Q(state="pending", kind="probe"), name="delivery_probe"
            ),
            # Lists, "Resend failed since …" and what is to be forgotten.
            models.Index(fields=["webhook", "id"], name="delivery_list"),
            models.Index(
                fields=["webhook", "created_at", "id"], condition=Q(state="failed"), name="delivery_failed"
            ),
            # How far a resend is: all of it has one moment.
            models.Index(
                fields=["webhook", "resent_at", "state"],
                condition=Q(resent_at__isnull=False),
                name="delivery_resent",
            ),
            models.Index(fields=["ended_at"], condition=~Q(state="pending"), name="delivery_ended"),
        ]

    def __str__(self) -> str:
        return f"{self.event_type} {self.public_id}"


class Attempt(models.Model):
    """One request and its answer, masked before it is stored."""

    delivery = models.ForeignKey(
        Delivery, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="tries"
    )
    # 1, 2, 3 …, and from 1 again after "Resend": the order is that of `id`.
    number = models.PositiveIntegerField()
    began_at = models.DateTimeField()
    # Milliseconds.
    duration = models.PositiveIntegerField()
    # "ok", or why not: a word of webhooks/outcomes.py.
    outcome = models.CharField(max_length=16)
    status = models.PositiveSmallIntegerField(null=True)
    # Lists of [name, value]: names repeat.
    request_headers = models.JSONField(default=list)
    answer_headers = models.JSONField(default=list)
    # At most 64 KiB of it.
    answer_body = models.TextField(blank=True)
    # More about the outcome: the guard's verdict, "cut" when the answer was longer.
    note = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = [models.Index(fields=["delivery", "id"], name="attempt_list")]

    def __str__(self) -> str:
        return f"{self.delivery_id}/{self.number} {self.outcome}"
