"""What tokens add to the ground floor's pages and verbs."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Membership
from accounts.permissions import Actor
from tokens.models import PersonalToken


def living(membership: Membership) -> QuerySet[PersonalToken]:
    """Tokens that are neither revoked nor expired."""
    unexpired = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
    return PersonalToken.objects.filter(unexpired, membership=membership, revoked_at=None).order_by("pk")


def leaving_lines(actor: Actor, membership: Membership) -> list[dict[str, Any]]:
    """How many tokens stop."""
    count = living(membership).count()
    if not count:
        return []
    text = ngettext("%d personal access token stops.", "%d personal access tokens stop.", count) % count
    return [{"icon": "api", "text": text}]


def membership_ended(actor: Actor, membership: Membership) -> None:
    """Tokens are of the membership: they go with it."""
    PersonalToken.objects.filter(membership=membership).delete()


def reactivation_choices(membership: Membership) -> list[dict[str, str]]:
    """Each token that would work again."""
    label = _("%(name)s (%(hint)s)")
    return [
        {"key": row.public_id, "label": label % {"name": row.name, "hint": row.hint}}
        for row in living(membership)
    ]


def reactivated(actor: Actor, membership: Membership, keep: set[str]) -> None:
    """Whatever was not chosen ends."""
    living(membership).exclude(public_id__in=keep).update(revoked_at=timezone.now())
