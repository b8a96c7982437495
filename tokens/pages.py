"""What the token pages show, gathered in a constant number of queries."""

from collections import defaultdict
from typing import Any

from django.conf import settings
from django.template.defaultfilters import slugify
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.asking import asked_lately, whom_to_ask_each
from accounts.models import Membership, User
from accounts.models.people import MembershipQuerySet
from accounts.permissions import Power, person_powers
from accounts.second_factor import is_missing, with_factor
from tokens import limit_pages, words
from tokens.models import UNUSED_DAYS, PersonalToken

# Whoever makes and revokes all day long still gets a page.
MOST_ENDED = 1000


def mine(user: User | Any) -> MembershipQuerySet:
    """Where this person belongs, in the order of the switcher."""
    rows = with_factor(Membership.objects.current()).filter(user=user.pk)
    return rows.select_related("organization", "user").order_by("pk")


def can_make(membership: Membership) -> bool:
    """Whether this person can make tokens there now: API access, and the second factor if one is asked for."""
    return Power.USE_API in person_powers(membership) and not is_missing(membership)


def why_not(membership: Membership | None, name: str) -> str:
    """Why this person can make or change no token there now, after the form was filled in."""
    if membership is not None and is_missing(membership):
        said = _(
            "%(name)s asks for a second factor by now. Set one up in another tab, then press the button again."
        )
    else:
        said = _(
            "You have no API access in %(name)s any more. Once you have it back, press the button again."
        )
    return said % {"name": name}


def row(token: PersonalToken) -> dict[str, Any]:
    """One token as lists and its own pages show it."""
    now = timezone.now()
    touched = max(filter(None, (token.created_at, token.last_used_at, token.rotated_at)))
    args = [token.organization.slug, token.public_id]
    return {
        "token": token,
        "name": token.name,
        "hint": token.hint,
        "may": words.may(token),
        "expires_soon": (token.expires_at - now).days if token.expires_at else None,
        "unused_days": (now - touched).days if (now - touched).days > UNUSED_DAYS else 0,
        "overlap_until": token.overlap_until,
        "ended_at": token.ended_at,
        "end": words.end(token) if token.ended_at else None,
        "edit_url": reverse("tokens:edit", args=args),
        "rotate_url": reverse("tokens:rotate", args=args),
        "revoke_url": reverse("tokens:revoke", args=args),
        "finish_url": reverse("tokens:finish", args=args),
        "again_url": f"{reverse('tokens:list')}?create&again={token.public_id}&org={args[0]}",
    }


def groups(memberships: list[Membership]) -> list[dict[str, Any]]:
    """Each organization with this person's tokens, living and lately ended; the same queries however many there are."""
    living, ended = defaultdict(list), defaultdict(list)
    tokens = PersonalToken.objects.filter(membership__in=memberships).select_related("organization")
    for token in tokens.living().order_by("-pk"):
        living[token.membership_id].append(row(token))
    for token in tokens.lately_ended().order_by("-pk")[:MOST_ENDED]:
        ended[token.membership_id].append(row(token))
    without = [one for one in memberships if Power.USE_API not in person_powers(one)]
    asked = whom_to_ask_each(without)
    limits = limit_pages.now([one for one in memberships if one not in without])
    return [
        {
            "membership": one,
            "organization": one.organization,
            "has_access": one.pk not in asked,
            "limit": limits.get(one.pk),
            "needs_factor": is_missing(one),
            "ask": [{"name": str(by.user), "email": by.user.email} for by in asked.get(one.pk, [])],
            "asked_lately": asked_lately(one),
            "ask_url": reverse("accounts:ask_for_api_access", args=[one.organization.slug]),
            "living": living[one.pk],
            "ended": ended[one.pk],
        }
        for one in memberships
    ]


def first_call(token: PersonalToken) -> dict[str, str]:
    """Lines that try a token; its value is typed into a variable, so that it stays out of the shell's history."""
    base = settings.GATEHOUSE_URL
    curl = (
        "read -rs GATEHOUSE_TOKEN\n"
        f'curl -H "Authorization: Bearer $GATEHOUSE_TOKEN" {base}/api/v1/me\n'
        f'curl -H "X-API-Key: $GATEHOUSE_TOKEN" {base}/api/v1/workspaces'
    )
    return {"base_url": base, "curl": curl, "file": slugify(token.name) or "token"}


def shown(token: PersonalToken, value: str) -> dict[str, Any]:
    """The answer that holds a value."""
    values = [{"label": _("Access token"), "name": "GATEHOUSE_TOKEN", "value": value}] if value else []
    told = {"token": token, "values": values, "row": row(token), "continue_url": reverse("tokens:list")}
    return first_call(token) | told
