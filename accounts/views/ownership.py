"""Handing the organization over: the owner offers on a person's page, the receiver accepts on a page of their own."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import membership, ownership
from accounts.actions import NotPossible
from accounts.permissions import ActorRequest, Power, requires
from accounts.reauthentication import recently_authenticated


@requires(Power.TRANSFER_OWNERSHIP)
@recently_authenticated
@require_http_methods(["GET", "POST"])
def offer(request: ActorRequest, person: str) -> HttpResponse:
    """What changes, and the button."""
    target = membership.visible(request.actor, person)
    if request.method == "POST":
        try:
            ownership.offer(request.actor, person)
        except NotPossible as problem:
            messages.error(request, str(problem))
        else:
            said = _("Offered to %(name)s. You own the organization until they accept.")
            messages.success(request, said % {"name": target.user})
        return redirect("accounts:person", org=request.actor.home.slug, person=person)
    return render(request, "accounts/offer.html", {"person": target})


@requires(Power.VIEW_ORGANIZATION)
@recently_authenticated
@require_http_methods(["GET", "POST"])
def page(request: ActorRequest) -> HttpResponse:
    """The receiver's page, and the maker's to look at."""
    found = ownership.open_offer(request.actor.home)
    if found is None or request.actor.user not in (found.to.user, found.offered_by):
        raise Http404
    if request.method == "POST":
        try:
            ownership.accept(request.actor)
        except NotPossible as problem:
            messages.error(request, str(problem))
        else:
            messages.success(request, _("%(name)s is yours now.") % {"name": request.actor.home.name})
        return redirect("accounts:overview", org=request.actor.home.slug)
    told = {"offer": found, "receives": request.actor.user == found.to.user}
    return render(request, "accounts/ownership.html", told)


@requires(Power.VIEW_ORGANIZATION)
@require_POST
def end(request: ActorRequest) -> HttpResponse:
    """Withdraw or decline."""
    ownership.end(request.actor)
    messages.success(request, _("The offer has ended. Nothing changed hands."))
    return redirect("accounts:overview", org=request.actor.home.slug)
