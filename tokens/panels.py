"""What tokens add to the ground floor's pages and verbs."""

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Membership
from accounts.permissions import Actor, Power, person_powers
from accounts.ranks import is_self, may_revoke_token_of
from accounts.templatetags.look import when
from tokens import allowances, pages, revoking
from tokens.models import PersonalToken, PersonalTokenQuerySet


def living(membership: Membership) -> PersonalTokenQuerySet:
    """Tokens that are neither revoked nor expired."""
    return PersonalToken.objects.living().filter(membership=membership).order_by("pk")


def person_panels(actor: Actor, membership: Membership) -> list[dict[str, Any]]:
    """A person's living tokens, for themselves and for those who manage people; "Revoke" where one may."""
    own = is_self(actor, membership)
    if not own and not actor.can(Power.MANAGE_PEOPLE):
        return []
    rows = [pages.row(token) for token in living(membership).select_related("organization")]
    here = [membership.organization.slug, membership.user.public_id]
    if not own:
        for row in rows:
            row["revoke_url"] = reverse("people_tokens:revoke", args=[*here, row["token"].public_id])
    unused = any(row["unused_days"] for row in rows)
    return [
        {
            "template": "tokens/panel.html",
            "rows": rows,
            "own": own,
            "may_revoke": may_revoke_token_of(actor, membership),
            "stopped": Power.USE_API not in person_powers(membership),
            "unused_url": reverse("people_tokens:revoke_unused", args=here) if unused and not own else "",
        }
    ]


def attention(actor: Actor) -> list[dict[str, Any]]:
    """One's own tokens that expire within a week; for who sets the policy, how many of everybody's nobody uses."""
    rows, now = [], timezone.now()
    mine = PersonalToken.objects.living(now).filter(membership=actor.membership)
    for token in mine.filter(expires_at__lte=now + timedelta(days=7)).order_by("expires_at", "pk")[:5]:
        told = {"name": token.name, "time": when(token.expires_at, "inside")}
        rows.append(
            {
                "icon": "api",
                "tone": "warn",
                # The name may be anybody's: escaped here, because `when` gives markup.
                "text": format_html(_("Your token “{name}” expires {time}."), **told),
                "url": reverse("tokens:list"),
                "action": _("Open"),
            }
        )
    return rows + _unused(actor, now)


def _unused(actor: Actor, now: datetime) -> list[dict[str, Any]]:
    """Only where no policy ends them: a hint that there is one."""
    if not actor.can(Power.MANAGE_ORGANIZATION) or actor.home.token_idle_days is not None:
        return []
    everybodys = PersonalToken.objects.visible_to(actor).living(now).unused(now=now)
    count = everybodys.filter(membership__retired_at=None).count()
    if not count:
        return []
    said = ngettext(
        "%d personal access token has not been used for 90 days.",
        "%d personal access tokens have not been used for 90 days.",
        count,
    )
    url = reverse("tokens:policy", args=[actor.home.slug])
    return [{"icon": "api", "tone": "warn", "text": said % count, "url": url, "action": _("API policy")}]


def leaving_lines(actor: Actor, membership: Membership) -> list[dict[str, Any]]:
    """How many tokens stop."""
    count = living(membership).count()
    if not count:
        return []
    text = ngettext("%d personal access token stops.", "%d personal access tokens stop.", count) % count
    return [{"icon": "api", "text": text}]


def membership_ended(actor: Actor, membership: Membership) -> None:
    """Tokens are of the membership: they go with it, and nobody is asked any more for a higher limit."""
    PersonalToken.objects.filter(membership=membership).delete()
    allowances.drop(membership)


def reactivation_choices(membership: Membership) -> list[dict[str, str]]:
    """Each token that would work again."""
    label = _("%(name)s (%(hint)s)")
    return [
        {"key": row.public_id, "label": label % {"name": row.name, "hint": row.hint}}
        for row in living(membership)
    ]


def reactivated(actor: Actor, membership: Membership, keep: set[str]) -> None:
    """Whatever was not chosen ends, each with a line of the record."""
    rows = living(membership).exclude(public_id__in=keep)
    rows = rows.select_related("organization", "membership__user")
    for token in rows.select_for_update(no_key=True, of=("self",)):
        revoking.end(actor, token, _("Not chosen when the membership became active again."))
