"""Settings, Integration settings (robots): owners and co-owners only."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import ActorRequest, Power, requires
from accounts.reauthentication import recently_authenticated
from robots import actions, pages
from robots.forms import CreateForm, RobotForm, ShareForm
from robots.models import Robot


def fetch(request: ActorRequest, public_id: str) -> Robot:
    """The robot of this address, through the actor. Raises Http404."""
    rows = Robot.objects.visible_to(request.actor).select_related("organization", "application")
    robot = rows.filter(public_id=public_id).first()
    if robot is None:
        raise Http404
    return robot


def sealed_answer(response: HttpResponse) -> HttpResponse:
    """An answer with secrets in it: kept nowhere, told to nobody."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _slug(request: ActorRequest) -> str:
    return request.actor.home.slug


@requires(Power.MANAGE_ROBOTS)
@recently_authenticated(asks=lambda request: "create" in request.GET, back="?create")
@require_http_methods(["GET", "POST"])
def robots(request: ActorRequest) -> HttpResponse:
    """The list; a POST to it creates."""
    if request.method == "POST":
        return _create(request)
    return _list(request, CreateForm(), "create" in request.GET)


def _list(request: HttpRequest, form: CreateForm, is_open: bool, status: int = 200) -> HttpResponse:
    told = pages.list_page(request.actor, request.GET)  # type: ignore[attr-defined]
    told |= {"create_form": form, "create_open": is_open, "create_url": request.path}
    return render(request, "robots/list.html", told, status=status)


def _create(request: ActorRequest) -> HttpResponse:
    """The values are on this answer, once."""
    form = CreateForm(request.POST)
    if not form.is_valid():
        return _list(request, form, True, 422)
    created = actions.create(request.actor, form.cleaned_data["creation_key"])
    robot = created.robot
    told = pages.addresses(robot) | {
        "robot": robot,
        "values": created.values.rows() if created.values else [],
        "already": created.values is None,
        "continue_url": robot.get_absolute_url(),
    }
    return sealed_answer(render(request, "robots/created.html", told))


@requires(Power.MANAGE_ROBOTS)
@require_GET
def robot(request: ActorRequest, robot: str) -> HttpResponse:
    """One robot's settings."""
    return render(request, "robots/robot.html", pages.robot_page(request.actor, fetch(request, robot)))


@requires(Power.MANAGE_ROBOTS)
@require_POST
def update(request: ActorRequest, robot: str) -> HttpResponse:
    """Details and access."""
    found = fetch(request, robot)
    form = RobotForm(found, request.POST)
    if form.is_valid():
        try:
            changed = actions.update(
                request.actor, found.public_id, form.cleaned_data["version"], **form.wanted()
            )
        except actions.Stale as problem:
            form = form.refreshed(fetch(request, robot), str(problem))
        else:
            messages.success(request, _("%(name)s is updated.") % {"name": changed.name})
            return redirect(changed)
    return render(request, "robots/robot.html", pages.robot_page(request.actor, found, form=form), status=422)


@requires(Power.MANAGE_ROBOTS)
@require_POST
def share(request: ActorRequest, robot: str) -> HttpResponse:
    """Add member."""
    found = fetch(request, robot)
    form = ShareForm(actions.offered(request.actor, found), request.POST)
    # Somebody who holds it already (a double click, two tabs) is no longer offered; actions.share() knows them.
    if form.is_valid() or form.has_error("member", "invalid_choice"):
        try:
            # PostgreSQL refuses even to look for a NUL.
            person_id = request.POST["member"].replace("\0", "")
            held = actions.share(request.actor, found.public_id, person_id)
        except actions.NotPossible as problem:
            form.errors.pop("member", None)
            form.add_error("member", str(problem))
        else:
            said = _("Shared with %(name)s. A mail asks them to sign in; you see here when they have.")
            messages.success(request, said % {"name": held.membership.user})
            return redirect(found)
    return render(
        request, "robots/robot.html", pages.robot_page(request.actor, found, share_form=form), status=422
    )


@requires(Power.MANAGE_ROBOTS)
@require_POST
def send_again(request: ActorRequest, robot: str, person: str) -> HttpResponse:
    """Mail a holder once more."""
    held = actions.send_again(request.actor, robot, person)
    said = _("The mail to %(name)s goes out again.")
    messages.success(request, said % {"name": held.membership.user})
    return redirect("robots:robot", org=_slug(request), robot=robot)


@requires(Power.MANAGE_ROBOTS)
@require_POST
def unshare(request: ActorRequest, robot: str, person: str) -> HttpResponse:
    """Remove a holder; invalidates nothing, and says so."""
    name, seen = actions.unshare(request.actor, robot, person)
    if seen:
        said = _("Removed. What %(name)s has seen goes on working until you renew the secrets.")
        messages.warning(request, said % {"name": name})
    else:
        messages.success(request, _("Removed. %(name)s had not seen the secrets.") % {"name": name})
    return redirect("robots:robot", org=_slug(request), robot=robot)
