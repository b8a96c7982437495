"""What cuts: each verb has a page of its own that says what stops, from evidence, before it asks."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import ActorRequest, Power, requires
from accounts.reauthentication import recently_authenticated
from robots import pages, renewal, switches
from robots.forms import SureForm
from robots.models import Robot
from robots.views.settings import fetch


def _ask(request: ActorRequest, robot: Robot, words: dict[str, Any], cut: Callable[[], Any]) -> HttpResponse:
    """GET: the page; POST: do it and say so."""
    if request.method == "POST":
        cut()
        messages.success(request, words["done"] % {"name": robot.name})
        return redirect(robot)
    told = pages.robot_page(request.actor, robot) | {"verb": words, "verb_url": request.path}
    return render(request, "robots/cut_page.html", told)


@requires(Power.MANAGE_ROBOTS)
@require_http_methods(["GET", "POST"])
def switch_off(request: ActorRequest, robot: str) -> HttpResponse:
    """Off: everything it does is refused until it is switched on again."""
    words = {
        "title": _("Switch off"),
        "why": _(
            "Every call is refused from now on, also with access tokens it already holds, until you switch it on."
        ),
        "button": _("Switch off"),
        "done": _("%(name)s is switched off."),
    }
    found = fetch(request, robot)
    return _ask(request, found, words, lambda: switches.switch(request.actor, robot, on=False))


@requires(Power.MANAGE_ROBOTS)
@recently_authenticated
@require_http_methods(["GET", "POST"])
def oauth1_off(request: ActorRequest, robot: str) -> HttpResponse:
    """Signed requests end, the token pair is destroyed."""
    words = {
        "title": _("Switch OAuth1 off"),
        "why": _(
            "Signed requests are refused, and the OAuth1 pair is destroyed. To switch it on again, renew the secrets."
        ),
        "button": _("Switch OAuth1 off"),
        "done": _("OAuth1 is switched off for %(name)s."),
    }
    found = fetch(request, robot)
    return _ask(request, found, words, lambda: renewal.switch_oauth1_off(request.actor, robot))


@requires(Power.MANAGE_ROBOTS)
@recently_authenticated
@require_http_methods(["GET", "POST"])
def close_sharing(request: ActorRequest, robot: str) -> HttpResponse:
    """Nobody can be shown these secrets any more."""
    words = {
        "title": _("Close sharing"),
        "why": _(
            "The stored copies of the secrets are destroyed: nobody can be shown them any more, and OAuth1, which needs "
            "them, is switched off. Programs that use OAuth2 go on working. Renewing opens sharing again."
        ),
        "button": _("Close sharing"),
        "done": _("Sharing is closed for %(name)s."),
    }
    found = fetch(request, robot)
    return _ask(request, found, words, lambda: renewal.close_sharing(request.actor, robot))


@requires(Power.MANAGE_ROBOTS)
@recently_authenticated
@require_http_methods(["GET", "POST"])
def delete(request: ActorRequest, robot: str) -> HttpResponse:
    """Irreversible, with a tick."""
    found = fetch(request, robot)
    form = SureForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        gone = switches.delete(request.actor, robot)
        messages.success(
            request, _("%(name)s is deleted. Its secrets stopped working.") % {"name": gone.name}
        )
        return redirect("robots:list", org=found.organization.slug)
    told = pages.robot_page(request.actor, found, sure_form=form)
    return render(request, "robots/delete_page.html", told, status=422 if form.is_bound else 200)
