"""The API policy: how long a token may live, whether one without an end, when unused ones go, the default limit.

Tightening shortens what exists, with at least seven days of grace; the owner's own tokens are never touched.
"""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.actions import NotPossible
from accounts.events import EventType, action, record
from accounts.models import Membership, Organization
from accounts.permissions import Actor, Power, Refused
from accounts.shown import still
from tokens import mails
from tokens.models import PersonalToken, PersonalTokenQuerySet

# Where the policy sets no bound: a date beyond is a typing error.
MOST_DAYS = 3650
# What the forms offer besides a date.
DAYS = (30, 90, 365)
GRACE = timedelta(days=7)
# Columns of Organization that are the policy.
FIELDS = ("token_longest_days", "token_never_allowed", "token_idle_days", "requests_a_minute")
# Days before its end on which a token's person is told, shortest first.
NOTICES = (1, 7, 14, 30)


def latest(organization: Organization, now: datetime) -> datetime:
    """The last moment until which a token made now may live."""
    return now + timedelta(days=organization.token_longest_days or MOST_DAYS)


def check(organization: Organization, expires_at: datetime | None, now: datetime) -> None:
    """Raises NotPossible when the organization does not allow this expiry."""
    if expires_at is None:
        if not organization.token_never_allowed:
            raise NotPossible(_("%(name)s wants every token to expire.") % {"name": organization.name})
    elif expires_at <= now:
        raise NotPossible(_("That moment is in the past."))
    elif expires_at > latest(organization, now):
        days = organization.token_longest_days or MOST_DAYS
        said = ngettext(
            "%(name)s lets tokens live for %(n)d day at most.",
            "%(name)s lets tokens live for %(n)d days at most.",
            days,
        )
        raise NotPossible(said % {"name": organization.name, "n": days})


def nearest_notice(expires_at: datetime | None, now: datetime) -> int | None:
    """The notice that is no news any more for an expiry chosen now, so that only shorter ones go out."""
    if expires_at is None:
        return None
    return next((days for days in NOTICES if expires_at <= now + timedelta(days=days)), None)


def shortened_end(longest_days: int | None, now: datetime) -> datetime:
    """When tokens end that live too long for such a policy."""
    return now + max(timedelta(days=longest_days or MOST_DAYS), GRACE)


def too_long(
    organization: Organization, longest_days: int | None, never_allowed: bool, now: datetime
) -> PersonalTokenQuerySet:
    """The living tokens that such a policy would end earlier."""
    beyond = Q(expires_at__gt=shortened_end(longest_days, now))
    if not never_allowed:
        beyond |= Q(expires_at=None)
    rows = PersonalToken.objects.living(now).filter(beyond, organization=organization)
    return rows.exclude(membership__user=organization.owner_id).filter(membership__retired_at=None)


def set_policy(actor: Actor, shown: str = "", **wanted: Any) -> int:
    """Change the policy; how many tokens end earlier from now on (their people are told).

    `shown` is the stamp of what the page showed (accounts/shown.py). Raises Refused, NotPossible.
    """
    if not actor.can(Power.MANAGE_ORGANIZATION):
        raise Refused(Power.MANAGE_ORGANIZATION, actor)
    with action(actor):
        home = Organization.objects.select_for_update(no_key=True).get(pk=actor.home.pk)
        still(home, FIELDS, shown)
        if wanted["requests_a_minute"] > home.requests_ceiling:
            raise NotPossible(_("The operator allows at most %d requests a minute.") % home.requests_ceiling)
        changes: dict[str, Any] = {
            field: [getattr(home, field), to] for field, to in wanted.items() if getattr(home, field) != to
        }
        if "token_idle_days" in changes:
            # A warning names a day; under another rule everybody is warned anew.
            PersonalToken.objects.filter(organization=home).update(idle_noticed_at=None)
        for field, to in wanted.items():
            setattr(home, field, to)
        home.save(update_fields=[*wanted])
        count = _shorten(actor, home)
        if changes:
            told = changes | ({"shortened": count} if count else {})
            record(EventType.ORGANIZATION_POLICY_CHANGED, home, changes=told)
    return count


def _shorten(actor: Actor, home: Organization) -> int:
    """Cut what lives too long under the organization's policy."""
    now = timezone.now()
    rows = too_long(home, home.token_longest_days, home.token_never_allowed, now)
    rows = rows.select_for_update(no_key=True, of=("self",)).select_related("membership__user")
    theirs: dict[Membership, list[PersonalToken]] = defaultdict(list)
    ends = shortened_end(home.token_longest_days, now)
    for token in rows.order_by("pk"):
        before, token.expires_at = token.expires_at, ends
        token.noticed_days = nearest_notice(ends, now)
        token.organization = home
        token.save(update_fields=["expires_at", "noticed_days"])
        told = [before.isoformat() if before else None, ends.isoformat()]
        names = {"person": str(token.membership.user)}
        record(EventType.TOKEN_UPDATED, token, changes={"expires_at": told}, names=names)
        theirs[token.membership].append(token)
    for membership, tokens in theirs.items():
        mails.shortened(membership, tokens, ends, actor)
    return sum(map(len, theirs.values()))
