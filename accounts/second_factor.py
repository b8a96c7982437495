"""Who must have a second factor: an organization's policy, asked when somebody enters its pages (decision 0011)."""

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import mail
from accounts.actions import NotPossible
from accounts.events import EventType, action, record
from accounts.models import Membership, Organization, Role
from accounts.models.people import MembershipQuerySet
from accounts.permissions import Actor
from accounts.shown import still

# Recovery codes are a way back, not a factor of their own.
FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
# Columns of Organization that are the policy.
FIELDS = ("second_factor",)
MANAGERS = (Role.CO_OWNER, Role.ADMINISTRATOR)


class Policy(models.TextChoices):
    """Values of `Organization.second_factor`, from lax to strict."""

    NOBODY = "nobody", gettext_lazy("Nobody")
    MANAGERS = "managers", gettext_lazy("Owners and administrators")
    EVERYONE = "everyone", gettext_lazy("Everyone")


def with_factor(memberships: MembershipQuerySet) -> MembershipQuerySet:
    """Each row knows `has_factor`, in the same query."""
    return memberships.annotate(
        has_factor=Exists(Authenticator.objects.filter(user=OuterRef("user"), type__in=FACTORS))
    )


def asked_of(membership: Membership, policy: str) -> bool:
    """Whether `policy` asks this person for a factor."""
    return policy == Policy.EVERYONE or (policy == Policy.MANAGERS and membership.role in MANAGERS)


def is_missing(membership: Membership) -> bool:
    """Whether the organization asks for a factor that this person has not; the row comes from with_factor()."""
    return asked_of(membership, membership.organization.second_factor) and not membership.has_factor  # type: ignore[attr-defined]


def locked_out(organization: Organization, policy: str) -> list[Membership]:
    """Whom this policy would send to their security page first, the owner before the others."""
    rows = with_factor(Membership.objects.current()).filter(organization=organization)
    found = [
        row
        for row in rows.select_related("user", "organization")
        if asked_of(row, policy) and not row.has_factor  # type: ignore[attr-defined]
    ]
    return sorted(found, key=lambda row: (not row.is_owner, str(row.user)))


def _owner_first(actor: Actor, owner: Membership) -> str:
    if actor.key == owner.user.public_id:
        return _(
            "You own this organization and have no second factor yet. Set one up first: Profile, Security."
        )
    said = _("%(name)s owns this organization and has no second factor yet. They set one up first.")
    return said % {"name": owner.user}


def set_policy(actor: Actor, policy: str, shown: str = "") -> list[Membership]:
    """Ask these people for a factor from the next page on; who has none yet is returned. Raises NotPossible.

    `shown` is the stamp of what the page showed (accounts/shown.py).
    """
    with action(actor):
        locked = Organization.objects.select_for_update(no_key=True).get(pk=actor.home.pk)
        still(locked, FIELDS, shown)
        out = locked_out(locked, policy)
        if out and out[0].is_owner:
            raise NotPossible(_owner_first(actor, out[0]))
        if locked.second_factor != policy:
            record(
                EventType.ORGANIZATION_POLICY_CHANGED,
                locked,
                changes={"second_factor": [locked.second_factor, policy]},
            )
            Organization.objects.filter(pk=locked.pk).update(second_factor=policy)
            if Policy.values.index(policy) > Policy.values.index(locked.second_factor):
                _tell(actor, locked, out)
    return out


def _tell(actor: Actor, organization: Organization, out: list[Membership]) -> None:
    """Mail them what to do now, and who asks for it."""
    url = f"{settings.GATEHOUSE_URL}{reverse('accounts:security')}?needed={organization.slug}"
    for row in out:
        told = {"by_name": actor.name, "url": url, "url_words": settings.GATEHOUSE_URL}
        mail.post("second_factor_asked", row.user, told, organization)
