"""Mail that waits to be sent: a row with a time; the message itself is sealed and destroyed once sent."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models.people import new_public_id


class OutgoingMail(models.Model):
    """One message to one person, rendered when it was written, sent at least once with the same Message-ID."""

    class State(models.TextChoices):
        """`failed` only after the last attempt; until then a failed attempt waits for the next."""

        WAITING = "waiting"
        SENT = "sent"
        FAILED = "failed"

    public_id = models.CharField(max_length=64, unique=True, default=new_public_id, editable=False)
    organization = models.ForeignKey(
        "accounts.Organization", null=True, on_delete=models.CASCADE, related_name="+"
    )
    kind = models.CharField(max_length=64)
    recipient = models.EmailField(max_length=254)
    message_id = models.CharField(max_length=200, unique=True)
    sealed_message = models.TextField(null=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True)
    # The SMTP server's words, shortened; shown where the mail matters.
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at", "id"], name="mail_due", condition=Q(state="waiting")),
            models.Index(fields=["state", "created_at"], name="mail_to_sweep"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sealed_message=None), name="sent_mail_keeps_no_message"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"
