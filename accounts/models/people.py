"""People, organizations and what ties one to the other."""

import unicodedata
import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# Ids that leave the house: a UUID when we make it, a client's own where a dialect allows one (house.md, idea 6).
PUBLIC_ID = RegexValidator(r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")
# First path parts of config/urls.py (tests/test_addresses.py compares): dialects mount organizations at `/<slug>/`.
RESERVED_SLUGS = frozenset(
    (
        "accounts api help healthz identity language metrics o oauth2 operator outbox profile readyz static terms "
        "theme welcome"
    ).split()
)
SLUG = RegexValidator(
    r"\A[a-z][a-z0-9-]{1,39}\Z",
    _("Use 2 to 40 lower-case letters, digits and hyphens, beginning with a letter."),
)


def not_reserved(slug: str) -> None:
    """Raises ValidationError for a slug that is an address of ours."""
    if slug in RESERVED_SLUGS:
        raise ValidationError(_("This word is an address of Gatehouse itself. Choose another one."))


def new_public_id() -> str:
    """A fresh UUID as text."""
    return str(uuid.uuid4())


def normalize_email(address: str) -> str:
    """The one spelling under which an address is stored and compared: NFKC, lower case, no outer spaces."""
    return unicodedata.normalize("NFKC", address).strip().lower()


class UserManager(BaseUserManager["User"]):
    """Makes people; an address is normalized on every way in."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A saved user; without `password` nobody can sign in with one."""
        user = self.model(email=normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """The person with that address, whatever its spelling."""
        return self.get(email=normalize_email(username or ""))


class User(AbstractBaseUser):
    """A person, one across organizations; never deleted, only emptied of personal data."""

    public_id = models.CharField(
        max_length=64, unique=True, default=new_public_id, editable=False, validators=[PUBLIC_ID]
    )
    email = models.EmailField(_("E-mail address"), max_length=254, unique=True)
    name = models.CharField(_("Name"), max_length=120, blank=True)
    language = models.CharField(max_length=8, default="en")
    time_zone = models.CharField(max_length=64, default="UTC")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False, help_text="May use /operator/.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    emptied_at = models.DateTimeField(null=True, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            # Together with normalize_email(): two spellings of one address can't be two people.
            models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_is_lower_case"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        """What others call this person."""
        return str(self)

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Only the operator's site asks this; it registers nothing that holds a secret."""
        return self.is_active and self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        """As has_perm()."""
        return self.is_active and self.is_staff


class Organization(models.Model):
    """An account: what robots, tokens, webhooks and workspaces belong to."""

    public_id = models.CharField(max_length=64, unique=True, default=new_public_id, validators=[PUBLIC_ID])
    slug = models.CharField(max_length=40, unique=True, validators=[SLUG, not_reserved])
    name = models.CharField(_("Name"), max_length=120)
    # NOT NULL and protected: an organization with no owner, or with two, cannot be written.
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="owned_organizations")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # Who must have a second factor: Policy.
    second_factor = models.CharField(max_length=8, default="nobody")
    invitations_a_day = models.PositiveIntegerField(default=40)
    # API policy. Days; null: as long as one likes. 366, so that "a year from today" fits in every time zone.
    token_longest_days = models.PositiveIntegerField(null=True, default=366)
    token_never_allowed = models.BooleanField(default=False)
    # Tokens nobody used for so many days end; null: they stay.
    token_idle_days = models.PositiveIntegerField(null=True)
    # Requests a minute: of a person over all their tokens, the most that owners may grant, and of a robot.
    requests_a_minute = models.PositiveIntegerField(default=30)
    requests_ceiling = models.PositiveIntegerField(default=300)
    robot_requests_a_minute = models.PositiveIntegerField(default=600)

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """The stored roles; the owner is `Organization.owner` and stored as co-owner (powers.md)."""

    CO_OWNER = "co-owner", _("Co-owner")
    ADMINISTRATOR = "administrator", _("Administrator")
    MEMBER = "member", pgettext_lazy("role", "Member")


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Questions about who belongs."""

    def current(self) -> "MembershipQuerySet":
        """Neither removed nor deactivated, of a person whose account works."""
        return self.filter(retired_at=None, deactivated_at=None, user__is_active=True)


class Membership(models.Model):
    """A person in an organization, with a role and two permissions."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.MEMBER)
    api_access = models.BooleanField(_("API access"), default=False)
    manage_people = models.BooleanField(_("User management"), default=False)
    # What was granted to this person; null: what the organization grants to everybody.
    requests_a_minute = models.PositiveIntegerField(null=True)
    api_access_asked_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    deactivated_at = models.DateTimeField(null=True, editable=False)
    retired_at = models.DateTimeField(null=True, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "user"], name="one_membership_per_person"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="membership_role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} @ {self.organization}"

    @property
    def is_owner(self) -> bool:
        """Whether this is the one owner's membership."""
        return self.organization.owner_id == self.user_id

    @property
    def role_label(self) -> str:
        """The role as people read it; the owner's stored role is never shown."""
        return str(_("Owner")) if self.is_owner else self.get_role_display()


class Invitation(models.Model):
    """A one-time link: to set up the instance, to welcome a new owner, to join an organization."""

    class Purpose(models.TextChoices):
        """What the link is for."""

        FIRST_RUN = "first_run"
        WELCOME = "welcome"
        JOIN = "join"

    public_id = models.CharField(max_length=64, unique=True, default=new_public_id, editable=False)
    fingerprint = models.BinaryField(max_length=32, unique=True)
    purpose = models.CharField(max_length=16, choices=Purpose.choices)
    organization = models.ForeignKey(
        Organization, null=True, on_delete=models.CASCADE, related_name="invitations"
    )
    address = models.EmailField(max_length=254, blank=True)
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.MEMBER)
    api_access = models.BooleanField(default=False)
    manage_people = models.BooleanField(default=False)
    groups = models.ManyToManyField("accounts.Group", blank=True, related_name="+")
    invited_by_key = models.CharField(max_length=64, blank=True)
    invited_by_name = models.CharField(max_length=120, blank=True)
    mail = models.ForeignKey("accounts.OutgoingMail", null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose="first_run", organization=None) | Q(organization__isnull=False),
                name="invitation_leads_somewhere",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.public_id}"
