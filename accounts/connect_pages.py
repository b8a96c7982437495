"""What the pages about Connect show, and what they add to the overview, in a constant number of queries."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import connect, connect_deciding
from accounts.connect_forms import ChangeForm, DeclineForm, GrantForm, QuestionForm, WishForm, new_wish
from accounts.models import ConnectRequest, Organization
from accounts.permissions import Actor, Power

State = ConnectRequest.State
# The dot before a state's words (static/css/parts.css).
TONES = {State.SENT: "run", State.REVIEWING: "run", State.WANTED: "warn", State.GRANTED: "ok"}


def shown(found: ConnectRequest) -> dict[str, Any]:
    """A request as templates show it."""
    return {
        "row": found,
        "state": found.state,
        "label": found.get_state_display(),
        "tone": TONES.get(State(found.state), "off"),
        "is_open": found.is_open,
        "desk_url": reverse(
            "accounts:operator_connect", args=[found.organization.public_id, found.public_id]
        ),
    }


def connect_page(actor: Actor, form: WishForm | None = None) -> dict[str, Any]:
    """The context of `accounts/connect.html`; `form` holds what was typed."""
    rows = list(connect.listed(actor).select_related("organization").prefetch_related("steps"))
    latest = rows[0] if rows else None
    # A withdrawn one is history at once; what was decided stays on top until it is asked again.
    present = latest if latest and latest.state != State.WITHDRAWN else None
    earlier = [shown(row) for row in rows if row is not present]
    if form is None:
        form = ChangeForm(present) if present and present.is_open else new_wish(actor, latest)
    slug = actor.home.slug
    return {
        "present": shown(present) if present else None,
        "earlier": earlier,
        "form": form,
        "ask_url": reverse("accounts:connect", args=[slug]),
        "update_url": reverse("accounts:connect_update", args=[slug]),
        "withdraw_url": reverse("accounts:connect_withdraw", args=[slug]),
    }


def desk_page(found: ConnectRequest, **typed: Any) -> dict[str, Any]:
    """The context of `operator/connect.html`; `typed` are the forms that were sent, by name."""
    now = {"version": found.version}
    args = [found.organization.public_id, found.public_id]
    return {
        "request_shown": shown(found),
        "organization": found.organization,
        "steps": list(found.steps.all()),
        "question_form": QuestionForm(initial=now, auto_id="question_%s"),
        "grant_form": GrantForm(initial=now, auto_id="grant_%s"),
        "decline_form": DeclineForm(initial=now, auto_id="decline_%s"),
        "form": next(iter(typed.values()), None),
        "urls": {
            verb: reverse(f"accounts:operator_connect_{verb}", args=args)
            for verb in ("take", "question", "grant", "decline")
        },
    } | typed


def open_requests() -> dict[str, Any]:
    """For the operators' home: every open request, and how many of them wait for an operator."""
    # What somebody wants is told on the request's own page, where the look is recorded.
    return {"requests": [shown(row) for row in connect_deciding.waiting()], "due": connect_deciding.due()}


def requests_of(organization: Organization) -> list[dict[str, Any]]:
    """All of one organization's, for its page at the operators'."""
    rows = organization.connect_requests.select_related("organization").order_by("-pk")
    return [shown(row) for row in rows]


def attention(actor: Actor) -> list[dict[str, Any]]:
    """For the overview: a question that waits for an answer; for operators, how many requests wait for them."""
    rows = []
    if actor.can(Power.MANAGE_CONNECT) and connect.listed(actor).filter(state=State.WANTED).exists():
        rows.append(
            {
                "icon": "help-circle",
                "tone": "warn",
                "text": _("The operator wants to know more before deciding about Connect."),
                "url": reverse("accounts:connect", args=[actor.home.slug]),
                "action": _("Answer"),
            }
        )
    if actor.user is not None and actor.user.is_staff and (count := connect_deciding.due()):
        text = ngettext(
            "%d request for Connect waits for you.", "%d requests for Connect wait for you.", count
        )
        rows.append(
            {
                "icon": "plug-connected",
                "tone": "run",
                "text": text % count,
                "url": reverse("accounts:operator"),
            }
        )
    return rows
