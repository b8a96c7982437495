"""Going: deactivate, reactivate, remove, leave. Each page first says what stops and what stays."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import hooks, membership
from accounts.actions import NotPossible
from accounts.models import Membership
from accounts.people_forms import ReactivateForm
from accounts.permissions import ActorRequest, Power, Refused, requires
from accounts.ranks import may_manage


def _target(request: ActorRequest, person: str) -> Membership:
    target = membership.visible(request.actor, person)
    if not may_manage(request.actor, target):
        raise Refused(Power.MANAGE_PEOPLE, request.actor)
    return target


def _page(request: ActorRequest, target: Membership, verb: dict[str, Any], status: int = 200) -> HttpResponse:
    told = {"person": target, "verb": verb, "lines": hooks.leaving_lines.rows(request.actor, target)}
    return render(request, "accounts/leaving.html", told, status=status)


@requires(Power.MANAGE_PEOPLE)
@require_http_methods(["GET", "POST"])
def deactivate(request: ActorRequest, person: str) -> HttpResponse:
    """Refused at once, nothing lost."""
    target = _target(request, person)
    if request.method == "POST":
        membership.deactivate(request.actor, person)
        messages.success(request, _("%(name)s is deactivated.") % {"name": target.user})
        return redirect("accounts:person", org=request.actor.home.slug, person=person)
    names = {"name": target.user}
    verb = {
        "title": _("Deactivate %(name)s") % names,
        "why": _(
            "They can't open this organization's pages and their tokens are refused, until you reactivate them."
        ),
        "button": _("Deactivate"),
    }
    return _page(request, target, verb)


@requires(Power.MANAGE_PEOPLE)
@require_http_methods(["GET", "POST"])
def remove(request: ActorRequest, person: str) -> HttpResponse:
    """The membership ends."""
    target = _target(request, person)
    if request.method == "POST":
        membership.remove(request.actor, person)
        messages.success(request, _("%(name)s is removed.") % {"name": target.user})
        return redirect("accounts:people", org=request.actor.home.slug)
    verb = {
        "title": _("Remove %(name)s") % {"name": target.user},
        "why": _(
            "Their tokens and shares are deleted. Invited again, they come back without permissions and shares."
        ),
        "button": _("Remove"),
    }
    return _page(request, target, verb)


@requires(Power.MANAGE_PEOPLE)
@require_http_methods(["GET", "POST"])
def reactivate(request: ActorRequest, person: str) -> HttpResponse:
    """In again; token by token, default no."""
    target = _target(request, person)
    form = ReactivateForm(
        hooks.reactivation_choices.rows(target), request.POST if request.method == "POST" else None
    )
    if request.method == "POST" and form.is_valid():
        membership.reactivate(request.actor, person, form.cleaned_data.get("keep", []))
        messages.success(request, _("%(name)s is active again.") % {"name": target.user})
        return redirect("accounts:person", org=request.actor.home.slug, person=person)
    status = 422 if request.method == "POST" else 200
    return render(request, "accounts/reactivate.html", {"person": target, "form": form}, status=status)


@requires(Power.VIEW_ORGANIZATION, asks_factor=False)
@require_http_methods(["GET", "POST"])
def leave(request: ActorRequest) -> HttpResponse:
    """Go by oneself; whoever does not want what the organization asks for can go without doing it."""
    assert request.actor.membership is not None
    home = request.actor.home
    if request.method == "POST":
        try:
            membership.leave(request.actor)
        except NotPossible as problem:
            messages.error(request, str(problem))
            return redirect("accounts:overview", org=home.slug)
        if not Membership.objects.current().filter(user=request.actor.user).exists():
            # It was their last one: their sessions have ended, this one too.
            logout(request)
            return redirect("account_login")
        messages.success(request, _("You have left %(name)s.") % {"name": home.name})
        return redirect("accounts:home")
    verb = {
        "title": _("Leave %(name)s") % {"name": home.name},
        "why": _("Your tokens and shares here are deleted. To come back, somebody has to invite you."),
        "button": _("Leave"),
        "is_owner": request.actor.membership.is_owner,
    }
    return _page(request, request.actor.membership, verb)
