"""Personal access tokens: a person's powers in one organization, narrowed."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Membership, Organization
from accounts.models.people import PUBLIC_ID, new_public_id
from accounts.permissions import Actor, Power

# So long after its end a token is still listed, and so long without a use it counts as unused.
LISTED_DAYS = UNUSED_DAYS = 90


class PersonalTokenQuerySet(models.QuerySet["PersonalToken"]):
    """Questions about tokens; fetching through the actor is the permission check."""

    def visible_to(self, actor: Actor) -> "PersonalTokenQuerySet":
        """Everybody's in the organization for those who manage people, else one's own."""
        rows = self.filter(organization=actor.organization)
        if actor.can(Power.MANAGE_PEOPLE):
            return rows
        return rows.filter(membership=actor.membership) if actor.membership else self.none()

    def living(self, now: datetime | None = None) -> "PersonalTokenQuerySet":
        """Neither revoked nor expired."""
        unexpired = Q(expires_at=None) | Q(expires_at__gt=now or timezone.now())
        return self.filter(unexpired, revoked_at=None)

    def listed(self, now: datetime | None = None) -> "PersonalTokenQuerySet":
        """Living ones, and those that ended in the last 90 days."""
        since = (now or timezone.now()) - timedelta(days=LISTED_DAYS)
        recent = Q(revoked_at=None) | Q(revoked_at__gte=since)
        return self.filter(recent, Q(expires_at=None) | Q(expires_at__gte=since))

    def lately_ended(self, now: datetime | None = None) -> "PersonalTokenQuerySet":
        """Those that ended in the last 90 days."""
        return self.listed(now).exclude(pk__in=self.model.objects.living(now).values("pk"))

    def with_touched_at(self) -> "PersonalTokenQuerySet":
        """Each knows `touched_at`: its last use, or when it was made or rotated, whichever came last."""
        times = [Coalesce(column, "created_at") for column in ("last_used_at", "rotated_at")]
        return self.annotate(touched_at=Greatest("created_at", *times))

    def unused(self, days: int = UNUSED_DAYS, now: datetime | None = None) -> "PersonalTokenQuerySet":
        """Nobody touched them for so many days."""
        before = (now or timezone.now()) - timedelta(days=days)
        return self.with_touched_at().filter(touched_at__lt=before)  # type: ignore[misc]


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

    objects = PersonalTokenQuerySet.as_manager()

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

    @property
    def ended_at(self) -> datetime | None:
        """When it was revoked or expired; None while it lives."""
        ends = [at for at in (self.revoked_at, self.expires_at) if at is not None and at <= timezone.now()]
        return min(ends, default=None)

    @property
    def overlap_until(self) -> datetime | None:
        """Until when the value before the last rotation works, if it still does."""
        dies = self.previous_dies_at
        return dies if dies is not None and dies > timezone.now() and self.ended_at is None else None

    @property
    def stamp(self) -> str:
        """What an edit page was opened on, so that a stale page is noticed."""
        return f"{self.expires_at.timestamp() if self.expires_at else 'never'} {self.name}"


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

    @property
    def decided_by(self) -> str:
        """Who, for the organization; operators are not named to it."""
        return _("The operator") if self.decided_by_kind == "operator" else self.decided_by_name
