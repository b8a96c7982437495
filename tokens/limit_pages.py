"""What the pages about requests a minute show, in a constant number of queries."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Membership
from accounts.permissions import OPERATOR, Actor
from tokens import allowances, limits
from tokens.models import LimitRequest

DECIDED = 50


def now(memberships: list[Membership]) -> dict[int, dict[str, Any]]:
    """By membership: `limit`, `remaining`, `used`, `reset` (seconds), what was asked for and `waits`; one query, one
    round trip to the log."""
    asked = {f"membership:{one.pk}": allowances.requests_of(one) for one in memberships}
    verdicts = limits.peek(asked)
    waiting = LimitRequest.objects.filter(membership__in=memberships, state=LimitRequest.State.WAITING)
    wanted = dict(waiting.values_list("membership_id", "wanted"))
    return {one.pk: _limit(verdicts[f"membership:{one.pk}"], one, wanted.get(one.pk)) for one in memberships}


def _limit(verdict: limits.Verdict, membership: Membership, wanted: int | None) -> dict[str, Any]:
    return {
        "limit": verdict.limit,
        "remaining": verdict.remaining,
        "used": verdict.limit - verdict.remaining,
        "reset": verdict.reset,
        "wanted": wanted,
        "ask_url": reverse("limits:ask", args=[membership.organization.slug]),
    }


def ask_page(membership: Membership) -> dict[str, Any]:
    """The context of `limits/ask.html`."""
    last = LimitRequest.objects.filter(membership=membership).order_by("-pk").first()
    return {
        "organization": membership.organization,
        "now": now([membership])[membership.pk],
        "last": last,
        "waits": bool(last and last.state == LimitRequest.State.WAITING),
    }


def requests_page(actor: Actor) -> dict[str, Any]:
    """The context of `limits/requests.html`."""
    rows = allowances.decidable(actor)
    granted = Membership.objects.filter(
        organization=actor.home, retired_at=None, requests_a_minute__gt=actor.home.requests_a_minute
    )
    return {
        "organization": actor.home,
        "waiting": rows.filter(state=LimitRequest.State.WAITING).order_by("pk"),
        "decided": rows.exclude(state=LimitRequest.State.WAITING).order_by("-decided_at", "-pk")[:DECIDED],
        "granted": granted.select_related("user", "organization").order_by("user__name", "pk"),
    }


def decide_page(actor: Actor, asked: LimitRequest) -> dict[str, Any]:
    """The context of `limits/decide.html` and `operator/limit.html`."""
    return {
        "asked": asked,
        "organization": asked.organization,
        "present": allowances.requests_of(asked.membership),
        "most": allowances.most(actor, asked),
        "waits": asked.state == LimitRequest.State.WAITING,
        "may_decide": allowances.may_decide(actor, asked),
    }


def operator_page(actor: Actor) -> dict[str, Any]:
    """The context of `operator/limits.html`."""
    return {"waiting": allowances.decidable(actor).filter(state=LimitRequest.State.WAITING).order_by("pk")}


def said(asked: LimitRequest) -> str:
    """What was decided, for whoever did."""
    name = asked.membership.user
    if asked.granted is None:
        return _("Declined. %(name)s gets a mail with your answer.") % {"name": name}
    told = _("Granted: %(name)s has %(n)d requests a minute from now on.")
    return told % {"name": name, "n": asked.granted}


def attention(actor: Actor) -> list[dict[str, Any]]:
    """Overview: how many wait for an answer."""
    count = allowances.decidable(actor).filter(state=LimitRequest.State.WAITING).count()
    if not count:
        return []
    text = ngettext(
        "%d person asks for more requests a minute.", "%d people ask for more requests a minute.", count
    )
    url = reverse("limits:requests", args=[actor.home.slug])
    return [{"icon": "hourglass", "tone": "run", "text": text % count, "url": url, "action": _("Answer")}]


def operator_waiting() -> list[dict[str, str]]:
    """The operator's home."""
    count = allowances.decidable(OPERATOR).filter(state=LimitRequest.State.WAITING).count()
    if not count:
        return []
    text = ngettext(
        "%d request for a higher limit waits for you", "%d requests for a higher limit wait for you", count
    )
    return [{"text": text % count, "url": reverse("limits:operator")}]
