"""User management, Users: the list, a person, inviting."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import inviting, membership, people_pages
from accounts.actions import NotPossible
from accounts.people_forms import InviteForm, PersonForm
from accounts.permissions import ActorRequest, Power, Refused, requires
from accounts.ranks import is_self


@requires(Power.VIEW_ORGANIZATION)
@require_GET
def people(request: ActorRequest) -> HttpResponse:
    """The list."""
    return render(request, "accounts/people.html", people_pages.people_page(request.actor, request.GET))


@requires(Power.VIEW_ORGANIZATION)
@require_GET
def person(request: ActorRequest, person: str) -> HttpResponse:
    """One person; what may not be changed is text."""
    target = membership.visible(request.actor, person)
    _must_see(request, target)
    return render(request, "accounts/person.html", people_pages.person_page(request.actor, target))


def _must_see(request: ActorRequest, target: Any) -> None:
    """Others' pages need MANAGE_PEOPLE; everybody sees their own."""
    if not request.actor.can(Power.MANAGE_PEOPLE) and not is_self(request.actor, target):
        raise Refused(Power.MANAGE_PEOPLE, request.actor)


@requires(Power.MANAGE_PEOPLE)
@require_POST
def person_update(request: ActorRequest, person: str) -> HttpResponse:
    """Role, permissions, groups."""
    target = membership.visible(request.actor, person)
    form = PersonForm(request.actor, target, request.POST)
    if not form.is_valid():
        told = people_pages.person_page(request.actor, target, form)
        return render(request, "accounts/person.html", told, status=422)
    changed = membership.update(request.actor, person, **form.cleaned_data)
    messages.success(request, _("%(name)s is updated.") % {"name": changed.user})
    return redirect("accounts:person", org=request.actor.home.slug, person=person)


@requires(Power.MANAGE_PEOPLE)
@require_http_methods(["GET", "POST"])
def invite(request: ActorRequest) -> HttpResponse:
    """Many addresses at once or none."""
    form = InviteForm(request.actor, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        told = dict(form.cleaned_data)
        addresses, groups = told.pop("addresses"), tuple(told.pop("groups", ()))
        try:
            sent = inviting.invite(request.actor, addresses, inviting.Offer(**told, group_ids=groups))
        except NotPossible as problem:
            form.add_error("addresses", str(problem))
        else:
            said = ngettext("%d invitation is on its way.", "%d invitations are on their way.", len(sent))
            messages.success(request, said % len(sent))
            return redirect("accounts:people", org=request.actor.home.slug)
    return render(request, "accounts/invite.html", {"form": form}, status=422 if form.is_bound else 200)


def _done(request: ActorRequest, verb: Callable[[], Any], said: str) -> HttpResponse:
    try:
        found = verb()
    except NotPossible as problem:
        messages.warning(request, str(problem))
    else:
        messages.success(request, said % {"address": found.address})
    return redirect("accounts:people", org=request.actor.home.slug)


@requires(Power.MANAGE_PEOPLE)
@require_POST
def invitation_again(request: ActorRequest, invitation: str) -> HttpResponse:
    """A new link by mail."""
    said = _("A new invitation to %(address)s is on its way. The earlier link has ended.")
    return _done(request, lambda: inviting.send_again(request.actor, invitation), said)


@requires(Power.MANAGE_PEOPLE)
@require_POST
def invitation_revoke(request: ActorRequest, invitation: str) -> HttpResponse:
    """The link stops working."""
    said = _("The invitation to %(address)s is revoked.")
    return _done(request, lambda: inviting.revoke(request.actor, invitation), said)


@requires(Power.MANAGE_PEOPLE)
@require_POST
def invitation_link(request: ActorRequest, invitation: str) -> HttpResponse:
    """When mail fails: a new link on this answer, once."""
    try:
        found, link = inviting.show_link(request.actor, invitation)
    except NotPossible as problem:
        messages.warning(request, str(problem))
        return redirect("accounts:people", org=request.actor.home.slug)
    response = render(request, "accounts/invitation_link.html", {"invitation": found, "link": link})
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
