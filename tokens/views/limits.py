"""More requests a minute: asking, and the owners' answers."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actions import NotPossible
from accounts.permissions import ActorRequest, Power, requires
from tokens import allowances, limit_pages
from tokens.forms_limits import AskForm, DecideForm


@requires(Power.USE_API)
@require_http_methods(["GET", "POST"])
def ask(request: ActorRequest) -> HttpResponse:
    """GET: the form, or what became of the last request; POST: the owners hear of it."""
    membership = request.actor.membership
    assert membership is not None
    present = allowances.requests_of(membership)
    form = AskForm(present, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            allowances.ask(request.actor, **form.cleaned_data)
        except NotPossible as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, _("Your request is on its way. You get a mail with the answer."))
            return redirect("tokens:list")
    told = limit_pages.ask_page(membership) | {"form": form, "present": present}
    return render(request, "limits/ask.html", told, status=422 if form.is_bound else 200)


@requires(Power.USE_API)
@require_POST
def withdraw(request: ActorRequest) -> HttpResponse:
    """Take it back."""
    if not allowances.withdraw(request.actor):
        messages.warning(request, _("No request of yours waits any more. Nothing was changed."))
        return redirect("limits:ask", org=request.actor.home.slug)
    messages.success(request, _("Your request is taken back."))
    return redirect("tokens:list")


@requires(Power.MANAGE_ORGANIZATION)
@require_GET
def requests(request: ActorRequest) -> HttpResponse:
    """What waits, what was decided, and who has more than the others."""
    return render(request, "limits/requests.html", limit_pages.requests_page(request.actor))


@requires(Power.MANAGE_ORGANIZATION)
@require_http_methods(["GET", "POST"])
def decide(request: ActorRequest, asked: str) -> HttpResponse:
    """GET: the reason and the two buttons; POST: granted or declined."""
    found = allowances.find(request.actor, request.actor.home.slug, asked)
    form = DecideForm(
        found.organization.requests_a_minute,
        allowances.most(request.actor, found),
        request.POST if request.method == "POST" else None,
        {"granted": found.wanted},
    )
    if form.is_bound and form.is_valid():
        try:
            allowances.decide(request.actor, found, form.cleaned_data["granted"], form.cleaned_data["answer"])
        except NotPossible as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, limit_pages.said(found))
            return redirect("limits:requests", org=request.actor.home.slug)
    told = limit_pages.decide_page(request.actor, found) | {"form": form}
    return render(request, "limits/decide.html", told, status=422 if form.is_bound else 200)


@requires(Power.MANAGE_ORGANIZATION)
@require_POST
def take_back(request: ActorRequest, person: str) -> HttpResponse:
    """The ordinary limit again."""
    found = allowances.take_back(request.actor, person)
    messages.success(request, _("%(name)s has the ordinary limit again.") % {"name": found.user})
    return redirect("limits:requests", org=request.actor.home.slug)
