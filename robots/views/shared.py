"""Shared with you: the holder's side. Opening changes nothing but the note that they did; only the POST reveals, once."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.permissions import ActorRequest, Power, requires
from accounts.questions import whom_to_ask
from accounts.reauthentication import recently_authenticated
from robots import actions, pages
from robots.models import Share
from robots.models.share import seen_by
from robots.views.settings import sealed_answer


@requires(Power.VIEW_ORGANIZATION)
@require_GET
def shares(request: ActorRequest) -> HttpResponse:
    """Everything that is shared with me here."""
    return render(request, "shared/list.html", {"shares": pages.shared_rows(request.actor)})


@requires(Power.VIEW_ORGANIZATION)
@require_GET
def robot(request: ActorRequest, robot: str) -> HttpResponse:
    """One shared robot: hints and the button."""
    held = actions.held_share(request.actor, robot)
    actions.note_opened(held)
    return render(request, "shared/robot.html", _told(request, held))


def _told(request: ActorRequest, held: Share, lost: bool = False, problem: str = "") -> dict[str, Any]:
    secret = held.robot.secrets.current().select_related("robot__application").first()
    seen = seen_by(secret, user=held.membership.user).first() if secret else None
    return {
        "robot": held.robot,
        "organization": held.robot.organization,
        "shared_by": held.shared_by_name,
        "shared_at": held.shared_at,
        "hints": pages.hints(secret),
        "reveal_url": request.path.removesuffix("reveal/") + "reveal/",
        "can_reveal": bool(secret and secret.can_be_revealed),
        "revealed_at": seen.at if seen else None,
        "lost": lost,
        "problem": problem,
        "ask": whom_to_ask(held.robot.organization),
    }


@requires(Power.VIEW_ORGANIZATION)
@recently_authenticated
@require_http_methods(["GET", "POST"])
def reveal(request: ActorRequest, robot: str) -> HttpResponse:
    """GET: the same page with the button; POST: the values, once."""
    held = actions.held_share(request.actor, robot)
    if request.method == "GET":
        return render(request, "shared/robot.html", _told(request, held))
    try:
        values = actions.reveal(request.actor, robot)
    except actions.AlreadySeen:
        return render(request, "shared/robot.html", _told(request, held, lost=True), status=409)
    except actions.NotPossible as problem:
        return render(request, "shared/robot.html", _told(request, held, problem=str(problem)), status=409)
    told = pages.addresses(held.robot) | {
        "robot": held.robot,
        "organization": held.robot.organization,
        "values": values.rows(),
        "continue_url": request.path.removesuffix("reveal/"),
    }
    return sealed_answer(render(request, "shared/revealed.html", told))
