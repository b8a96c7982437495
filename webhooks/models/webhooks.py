"""Webhooks and the headers that are sent with them."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Organization
from accounts.models.people import PUBLIC_ID, new_public_id
from accounts.permissions import Actor, Power
from workspaces.models import Workspace


class WebhookQuerySet(models.QuerySet["Webhook"]):
    """Questions about webhooks; fetching through the actor is the permission check."""

    def visible_to(self, actor: Actor) -> "WebhookQuerySet":
        """All of the organization's for those who manage them; for a machine those that it made itself."""
        rows = self.filter(organization=actor.organization, retired_at=None)
        if actor.can(Power.MANAGE_WEBHOOKS):
            return rows
        if actor.can(Power.READ_WEBHOOKS) or actor.can(Power.WRITE_OWN_WEBHOOKS):
            return rows.filter(maker_kind=actor.kind.value, maker_key=actor.key)
        return self.none()

    def listening(self) -> "WebhookQuerySet":
        """Those that hear of events: on, whether or not they are paused (what they hear then waits)."""
        return self.filter(is_on=True, retired_at=None)

    def sending(self, now: datetime) -> "WebhookQuerySet":
        """Those whose deliveries go out at the moment."""
        rested = Q(suspended_until=None) | Q(suspended_until__lte=now)
        return self.listening().filter(rested, paused_at=None)


class Webhook(models.Model):
    """An address that hears of chosen events. Retired, never removed."""

    class Off(models.TextChoices):
        """Why it is off."""

        PERSON = "person"
        GONE = "gone"
        MAKER = "maker"

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="webhooks")
    public_id = models.CharField(max_length=64, default=new_public_id, validators=[PUBLIC_ID])
    description = models.CharField(max_length=120)
    all_workspaces = models.BooleanField(default=True)
    workspaces = models.ManyToManyField(Workspace, related_name="+", blank=True)
    # Names of event types.
    events = models.JSONField(default=list)
    target_url = models.CharField(max_length=2000)
    # HTTP basic authentication; no user name: none.
    username = models.CharField(max_length=255, blank=True)
    sealed_password = models.TextField(null=True)
    sealed_secret = models.TextField(null=True)
    secret_hint = models.CharField(max_length=32, blank=True)
    secret_made_at = models.DateTimeField(null=True)
    # Rotated with an overlap: until then there are two signatures (decided at use).
    sealed_previous_secret = models.TextField(null=True)
    previous_secret_until = models.DateTimeField(null=True)
    is_on = models.BooleanField(default=True)
    off_reason = models.CharField(max_length=8, choices=Off.choices, blank=True)
    # Three days of nothing but failures: what is written meanwhile waits for "Resume".
    paused_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    # How far on the way to the pause a mail went out: 0, 50, 75, 100.
    warned = models.PositiveSmallIntegerField(default=0)
    # The engine's breaker: nothing is sent until then, and how many times in a row that happened.
    suspended_until = models.DateTimeField(null=True)
    suspensions = models.PositiveSmallIntegerField(default=0)
    maker_kind = models.CharField(max_length=16)
    maker_key = models.CharField(max_length=64, blank=True)
    maker_name = models.CharField(max_length=120, blank=True)
    # Made through the API: it hears what its maker may read, and ends with it.
    by_machine = models.BooleanField(default=False)
    # What its maker could read when that was looked at last, in short (webhooks/makers.py).
    maker_reach = models.CharField(max_length=80, blank=True, default="", db_default="")
    # The create form's nonce: the same form sent twice makes one webhook.
    creation_key = models.CharField(max_length=64, null=True)
    # One more with every change: a stale page is noticed, and the engine opens the seals anew.
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    retired_at = models.DateTimeField(null=True)

    objects = WebhookQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "public_id"], name="webhook_public_id_is_unique"),
            models.UniqueConstraint(
                fields=["organization", "creation_key"], name="webhook_creation_key_is_unique"
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization", "id"],
                condition=Q(is_on=True, retired_at=None),
                name="webhook_listening",
            ),
            models.Index(
                fields=["failing_since"],
                condition=Q(failing_since__isnull=False, paused_at=None),
                name="webhook_failing",
            ),
        ]

    def __str__(self) -> str:
        return self.description


class Header(models.Model):
    """A header of one's own; a hidden value is sealed and never shown again."""

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="headers")
    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(max_length=128)
    value = models.CharField(max_length=4000, blank=True)
    sealed_value = models.TextField(null=True)
    is_hidden = models.BooleanField(default=False)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_hidden=False) | Q(value=""), name="hidden_header_shows_nothing"
            ),
            models.CheckConstraint(
                condition=Q(is_hidden=True) | Q(sealed_value=None), name="shown_header_seals_nothing"
            ),
        ]

    def __str__(self) -> str:
        return self.name
