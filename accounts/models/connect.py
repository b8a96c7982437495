"""Asking for Connect: what an organization wants, what the operators made of it, and the steps between."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.people import Organization, User, new_public_id

LONGEST_TEXT = 4000


class ConnectRequest(models.Model):
    """One wish for access; at most one of an organization is open, the earlier ones stay."""

    class State(models.TextChoices):
        """The first three are open: the organization may change or withdraw it, an operator decides."""

        SENT = "sent", _("Sent")
        REVIEWING = "reviewing", _("Being reviewed")
        WANTED = "wanted", _("More information wanted")
        GRANTED = "granted", _("Granted")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    OPEN: ClassVar = (State.SENT, State.REVIEWING, State.WANTED)

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="connect_requests")
    public_id = models.CharField(max_length=64, default=new_public_id, editable=False)
    state = models.CharField(max_length=16, choices=State.choices, default=State.SENT)
    platforms = models.TextField(max_length=LONGEST_TEXT)
    purpose = models.TextField(max_length=LONGEST_TEXT)
    contact_name = models.CharField(max_length=120)
    contact_email = models.EmailField(max_length=254)
    contact_phone = models.CharField(max_length=40, blank=True)
    # Counts what one side must have read before the other goes on: what the organization wrote, what was asked of it.
    version = models.PositiveIntegerField(default=1)
    asked_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_by_name = models.CharField(max_length=254)
    asked_at = models.DateTimeField(default=timezone.now)
    updated_by_name = models.CharField(max_length=254)
    # What the operator wants to know; empty again once it is answered.
    question = models.TextField(max_length=LONGEST_TEXT, blank=True)
    # What a grant sets up and who does it; why it was declined.
    setup = models.TextField(max_length=LONGEST_TEXT, blank=True)
    setup_by = models.CharField(max_length=120, blank=True)
    reason = models.TextField(max_length=LONGEST_TEXT, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "public_id"], name="connect_public_id_is_unique"),
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(state__in=["sent", "reviewing", "wanted"]),
                name="one_open_connect_request",
            ),
            # Whatever its state says is told, too: a question, what will be set up and by whom, a reason.
            models.CheckConstraint(
                condition=Q(state__in=["sent", "reviewing"], ended_at=None)
                | (Q(state="wanted", ended_at=None) & ~Q(question=""))
                | (Q(state="granted", ended_at__isnull=False) & ~Q(setup="") & ~Q(setup_by=""))
                | (Q(state="declined", ended_at__isnull=False) & ~Q(reason=""))
                | Q(state="withdrawn", ended_at__isnull=False),
                name="connect_state_is_told",
            ),
        ]

    def __str__(self) -> str:
        return f"Connect: {self.title}"

    @property
    def title(self) -> str:
        """The first of the platforms and how many more there are, for lists."""
        first, *more = [line.strip() for line in self.platforms.splitlines() if line.strip()] or ["–"]
        return first[:80] + (f" (+{len(more)})" if more else "")

    @property
    def is_open(self) -> bool:
        """Whether it can still be changed, withdrawn and decided."""
        return self.state in self.OPEN


class ConnectStep(models.Model):
    """What happened to a request, in order: both sides see it, and a question keeps its answer beside it."""

    class Kind(models.TextChoices):
        """As the states, and what the organization does meanwhile."""

        SENT = "sent", _("Sent the request")
        UPDATED = "updated", _("Changed the request")
        NOTED = "noted", _("Added a note")
        ANSWERED = "answered", _("Answered")
        REVIEWING = "reviewing", _("Took it into review")
        WANTED = "wanted", _("Asked for more information")
        GRANTED = "granted", _("Granted access")
        DECLINED = "declined", _("Declined the request")
        WITHDRAWN = "withdrawn", _("Withdrew the request")

    request = models.ForeignKey(ConnectRequest, on_delete=models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    at = models.DateTimeField(default=timezone.now)
    by_operator = models.BooleanField(default=False)
    by_name = models.CharField(max_length=254)
    text = models.TextField(max_length=LONGEST_TEXT, blank=True)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.request_id}"
