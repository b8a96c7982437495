"""What owners do to a webhook: on, off, resume, rotate and finish, delete."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts import hooks
from accounts.actions import NotPossible
from accounts.permissions import ActorRequest, Power, requires
from accounts.reauthentication import recently_authenticated
from accounts.refusals import Stale
from webhooks import actions, pages
from webhooks.forms import DeleteForm, RotateForm
from webhooks.models import Webhook
from webhooks.views.settings import fetch, shown


def back(webhook: Webhook) -> HttpResponse:
    """To its page."""
    return redirect(pages.address(webhook, "webhook"))


@requires(Power.MANAGE_WEBHOOKS)
@require_POST
def switch_on(request: ActorRequest, webhook: str) -> HttpResponse:
    """On: it hears of events from now on, and what waits goes out."""
    found = fetch(request, webhook)
    try:
        actions.switch_on(request.actor, webhook)
    except NotPossible as problem:
        messages.warning(request, str(problem))
    else:
        # Pressed again where it was pressed already, it does nothing.
        if not found.is_on:
            said = _("%(name)s is on. What waits goes out now.")
            messages.success(request, said % {"name": found.description})
    return back(found)


@requires(Power.MANAGE_WEBHOOKS)
@require_POST
def switch_off(request: ActorRequest, webhook: str) -> HttpResponse:
    """Off: nothing is sent."""
    found = actions.switch_off(request.actor, webhook)
    said = _("%(name)s is off. It hears of no new events; what waits is kept for three days.")
    messages.success(request, said % {"name": found.description})
    return back(found)


@requires(Power.MANAGE_WEBHOOKS)
@require_POST
def resume(request: ActorRequest, webhook: str) -> HttpResponse:
    """After a pause: what waited goes out."""
    found = fetch(request, webhook)
    try:
        _webhook, count = actions.resume(request.actor, webhook)
    except NotPossible as problem:
        messages.warning(request, str(problem))
    else:
        said = ngettext(
            "%(name)s goes on: %(n)d delivery goes out now.",
            "%(name)s goes on: %(n)d deliveries go out now.",
            count,
        )
        messages.success(request, said % {"name": found.description, "n": count})
    return back(found)


@requires(Power.MANAGE_WEBHOOKS)
@recently_authenticated
@require_http_methods(["GET", "POST"])
def rotate(request: ActorRequest, webhook: str) -> HttpResponse:
    """GET: what needs the new secret; POST: the new one, once."""
    found = fetch(request, webhook)
    form = RotateForm(found, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        told = form.cleaned_data
        overlap = actions.OVERLAPS[told["overlap"]]
        try:
            made = actions.rotate(request.actor, webhook, overlap, [told["version"]])
        except Stale:
            said = _("%(name)s was changed a moment ago. Nothing was rotated this time.")
            messages.warning(request, said % {"name": found.description})
            return back(found)
        return shown(request, made, "webhooks/rotated.html")
    told = pages.verbs(found) | {"webhook": found, "form": form, "url": pages.address(found, "webhook")}
    return render(request, "webhooks/rotate.html", told, status=422 if form.is_bound else 200)


@requires(Power.MANAGE_WEBHOOKS)
@require_POST
def finish(request: ActorRequest, webhook: str) -> HttpResponse:
    """End a running overlap now."""
    found = fetch(request, webhook)
    try:
        actions.finish(request.actor, webhook)
    except NotPossible as problem:
        messages.warning(request, str(problem))
    else:
        messages.success(request, _("The old secret has ended. Only the new one signs."))
    return back(found)


@requires(Power.MANAGE_WEBHOOKS)
@recently_authenticated
@require_http_methods(["GET", "POST"])
def delete(request: ActorRequest, webhook: str) -> HttpResponse:
    """Irreversible, with a tick."""
    found = fetch(request, webhook)
    form = DeleteForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        gone, _count = actions.delete(request.actor, webhook)
        said = _("%(name)s is deleted. Nothing more is sent there.")
        messages.success(request, said % {"name": gone.description})
        return redirect("webhooks:list", org=found.organization.slug)
    told = pages.verbs(found) | {"webhook": found, "sure_form": form, "url": pages.address(found, "webhook")}
    told["stops"] = hooks.consequences.rows(request.actor, found)
    return render(request, "webhooks/delete_page.html", told, status=422 if form.is_bound else 200)
