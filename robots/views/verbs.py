"""What owners do to a robot's secrets: renew, finish, extend, check; further scopes; on again."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import ActorRequest, Power, requires
from accounts.reauthentication import recently_authenticated
from robots import actions, pages, renewal, switches
from robots.forms import CheckForm, RenewForm, ScopesForm
from robots.models import Robot
from robots.views.settings import fetch, sealed_answer


def page(request: ActorRequest, robot: Robot, status: int = 422, **forms: object) -> HttpResponse:
    """The robot's page with forms that came back."""
    return render(
        request, "robots/robot.html", pages.robot_page(request.actor, robot, **forms), status=status
    )


@requires(Power.MANAGE_ROBOTS)
@recently_authenticated
@require_http_methods(["GET", "POST"])
def renew(request: ActorRequest, robot: str) -> HttpResponse:
    """GET: what will stop, and the button; POST: the new values, once."""
    found = fetch(request, robot)
    current = found.secrets.current().values_list("number", flat=True).first() or 0
    form = RenewForm(found, current, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        told = form.cleaned_data
        overlap = renewal.OVERLAPS[told.get("overlap", "0")]
        try:
            made = renewal.renew(request.actor, robot, overlap, told["number"], told.get("oauth1", False))
        except actions.NotPossible as problem:
            messages.warning(request, str(problem))
            return redirect(found)
        return _renewed(request, *made)
    told = pages.robot_page(request.actor, found, renew_form=form)
    return render(request, "robots/renew_page.html", told, status=422 if form.is_bound else 200)


def _renewed(request: ActorRequest, robot: Robot, secret: object, values: object) -> HttpResponse:
    """The answer that holds the new values."""
    told = pages.addresses(robot) | {
        "robot": robot,
        "values": values.rows(),  # type: ignore[attr-defined]
        "continue_url": robot.get_absolute_url(),
    }
    return sealed_answer(render(request, "robots/renewed.html", told))


@requires(Power.MANAGE_ROBOTS)
@require_POST
def finish(request: ActorRequest, robot: str) -> HttpResponse:
    """End a running overlap now."""
    found = fetch(request, robot)
    try:
        renewal.finish(request.actor, robot)
    except actions.NotPossible as problem:
        messages.warning(request, str(problem))
    else:
        messages.success(request, _("The old secrets have ended. Only the new ones work."))
    return redirect(found)


@requires(Power.MANAGE_ROBOTS)
@require_POST
def extend(request: ActorRequest, robot: str) -> HttpResponse:
    """A day more for the old secrets."""
    found = fetch(request, robot)
    try:
        renewal.extend(request.actor, robot, timedelta(hours=24))
    except actions.NotPossible as problem:
        messages.warning(request, str(problem))
    else:
        messages.success(request, _("The old secrets work 24 hours longer."))
    return redirect(found)


SAID = {
    "client_secret": "Client Secret",
    "oauth1_token": "OAuth1 Token",
    "oauth1_token_secret": "OAuth1 Token Secret",
}


@requires(Power.MANAGE_ROBOTS)
@require_POST
def check(request: ActorRequest, robot: str) -> HttpResponse:
    """Is this value one of the robot's? The value is on no page."""
    found = fetch(request, robot)
    form = CheckForm(request.POST)
    if not form.is_valid():
        return page(request, found, check_form=form)
    try:
        match = switches.check_value(request.actor, robot, form.cleaned_data["value"])
    except actions.NotPossible as problem:
        form.add_error("value", str(problem))
        return page(request, found, status=429, check_form=form)
    return page(request, found, status=200, checked=_verdict(match))


def _verdict(match: tuple[str, str] | None) -> dict[str, str]:
    if match is None:
        return {"tone": "info", "text": _("That value is not one of this robot's.")}
    names = {"which": SAID[match[0]]}
    if match[1] == "current":
        text = _("That is this robot's %(which)s, and it works. Renew if it leaked.")
    elif match[1] == "overlap":
        text = _("That is this robot's old %(which)s: it works until the overlap ends.")
    else:
        return {"tone": "success", "text": _("That was this robot's %(which)s; it has ended.") % names}
    return {"tone": "warning", "text": text % names}


@requires(Power.MANAGE_ROBOTS)
@require_POST
def scopes(request: ActorRequest, robot: str) -> HttpResponse:
    """Further scopes, and whether OAuth1 needs a body hash."""
    found = fetch(request, robot)
    form = ScopesForm(found, request.POST)
    if not form.is_valid():
        return page(request, found, scopes_form=form)
    told = dict(form.cleaned_data)
    groups = told.pop("groups", None)
    try:
        switches.set_further(request.actor, robot, told.pop("version"), groups, **told)
    except actions.Stale as problem:
        form.add_error(None, str(problem))
        return page(request, found, scopes_form=form)
    messages.success(request, _("%(name)s is updated.") % {"name": found.name})
    return redirect(found)


@requires(Power.MANAGE_ROBOTS)
@require_POST
def switch_on(request: ActorRequest, robot: str) -> HttpResponse:
    """On again: what was cut works at once."""
    found = switches.switch(request.actor, robot, on=True)
    messages.success(request, _("%(name)s is switched on.") % {"name": found.name})
    return redirect(found)
