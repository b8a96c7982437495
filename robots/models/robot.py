"""A robot and the generations of its secrets."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import Group, Organization
from accounts.models.people import PUBLIC_ID, new_public_id
from accounts.permissions import Actor, Power, robot_scopes

NEW_ROBOT = "New robot"


class RobotQuerySet(models.QuerySet["Robot"]):
    """Fetching is the permission check."""

    def visible_to(self, actor: Actor) -> "RobotQuerySet":
        """The organization's robots for those who may list them; nothing for everybody else."""
        if not actor.can(Power.READ_ROBOTS):
            return self.none()
        return self.filter(organization=actor.organization, retired_at=None)


class Robot(models.Model):
    """A super user for programs. Retired, never removed: its id and its part of the record stay."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="robots")
    public_id = models.CharField(max_length=64, default=new_public_id, validators=[PUBLIC_ID])
    # PROTECT: a Client ID never goes before its robot does.
    application = models.OneToOneField(
        settings.OAUTH2_PROVIDER_APPLICATION_MODEL, on_delete=models.PROTECT, related_name="robot"
    )
    # For programs of other systems: fixed from creation, unique per organization; people edit `name`.
    api_name = models.CharField(max_length=128)
    name = models.CharField(max_length=120, default=NEW_ROBOT)
    description = models.TextField(max_length=2000, blank=True)
    read_only = models.BooleanField(default=False)
    # Other systems assign robots to groups; the built-in Everyone holds people only.
    groups = models.ManyToManyField(Group, related_name="robots", blank=True)
    # What an owner ticked beyond the base set (accounts.permissions.ROBOT_SCOPES).
    scopes = models.JSONField(default=list)
    keeper = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    keeper_name = models.CharField(max_length=120, blank=True)
    oauth1 = models.BooleanField(default=True)
    require_body_hash = models.BooleanField(default=False)
    networks = models.JSONField(default=list)
    # The create form's nonce: the same form sent twice makes one robot.
    creation_key = models.CharField(max_length=64, null=True)
    terms_version = models.CharField(max_length=32, blank=True)
    # Goes up with every change on the settings page, so that a stale page is noticed.
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by_kind = models.CharField(max_length=16)
    created_by_key = models.CharField(max_length=64, blank=True)
    created_by_name = models.CharField(max_length=120, blank=True)
    updated_by_name = models.CharField(max_length=120, blank=True)
    switched_off_at = models.DateTimeField(null=True)
    sharing_closed_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    last_used_from = models.CharField(max_length=64, blank=True)
    last_used_client = models.CharField(max_length=200, blank=True)
    retired_at = models.DateTimeField(null=True)

    objects = RobotQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "public_id"], name="robot_public_id_is_unique"),
            models.UniqueConstraint(
                fields=["organization", "creation_key"], name="robot_creation_key_is_unique"
            ),
            models.UniqueConstraint(
                fields=["organization", "api_name"],
                condition=Q(retired_at=None),
                name="robot_api_name_is_unique",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization", "name", "id"], condition=Q(retired_at=None), name="robot_list"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Its settings page."""
        return reverse("robots:robot", args=[self.organization.slug, self.public_id])

    @property
    def client_id(self) -> str:
        """32 lower-case hex digits."""
        return str(self.application.client_id)

    def is_working(self) -> bool:
        """Neither retired nor switched off."""
        return self.retired_at is None and self.switched_off_at is None

    def all_scopes(self) -> tuple[str, ...]:
        """What it has now."""
        return robot_scopes(self.scopes, self.read_only)


class SecretQuerySet(models.QuerySet["Secret"]):
    """Questions about generations."""

    def current(self) -> "SecretQuerySet":
        """The one that was made last and is not on its way out."""
        return self.filter(dies_at=None, ended_at=None)

    def alive(self, now: datetime) -> "SecretQuerySet":
        """Those that work: decided at use, whether or not a timetable ran."""
        return self.filter(Q(dies_at=None) | Q(dies_at__gt=now), ended_at=None)


class Secret(models.Model):
    """A generation of a robot's secrets: client secret and OAuth1 pair, made and ended together."""

    robot = models.ForeignKey(Robot, on_delete=models.CASCADE, related_name="secrets")
    number = models.PositiveIntegerField()
    client_secret_fingerprint = models.BinaryField(max_length=32, unique=True)
    client_secret_sealed = models.TextField(null=True)
    client_secret_hint = models.CharField(max_length=40)
    oauth1_token_fingerprint = models.BinaryField(max_length=32, unique=True)
    oauth1_token_sealed = models.TextField(null=True)
    oauth1_token_hint = models.CharField(max_length=40)
    oauth1_token_secret_fingerprint = models.BinaryField(max_length=32, unique=True)
    oauth1_token_secret_sealed = models.TextField(null=True)
    oauth1_token_secret_hint = models.CharField(max_length=40)
    made_at = models.DateTimeField(default=timezone.now)
    made_by_key = models.CharField(max_length=64, blank=True)
    made_by_name = models.CharField(max_length=120, blank=True)
    # NULL is current; a time is an overlap that runs out by itself.
    dies_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    last_used_from = models.CharField(max_length=64, blank=True)
    last_used_client = models.CharField(max_length=200, blank=True)
    # A signed request, not a token, was the last use of the OAuth1 pair.
    oauth1_used_at = models.DateTimeField(null=True)

    objects = SecretQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["robot", "number"], name="secret_number_is_unique"),
            models.UniqueConstraint(
                fields=["robot"], condition=Q(dies_at=None, ended_at=None), name="one_current_secret"
            ),
        ]
        indexes = [models.Index(fields=["dies_at"], condition=Q(ended_at=None), name="secret_dying")]

    def __str__(self) -> str:
        return f"{self.robot} #{self.number}"

    def is_alive(self, now: datetime) -> bool:
        """Whether its values still work at `now`."""
        return self.ended_at is None and (self.dies_at is None or self.dies_at > now)

    @property
    def can_be_revealed(self) -> bool:
        """Whether the client secret is still sealed here."""
        return self.client_secret_sealed is not None
