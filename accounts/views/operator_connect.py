"""`/operator/`, Connect: read a request, take it into review, ask, grant, decline. Each look is in the record."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import connect_deciding as verbs
from accounts.actions import NotPossible
from accounts.connect_forms import DeclineForm, GrantForm, QuestionForm, TextForm
from accounts.connect_pages import desk_page
from accounts.operators import operator, operator_only

Where = tuple[str, str]


def _page(
    request: HttpRequest, where: Where, name: str = "", form: TextForm | None = None, problem: str = ""
) -> HttpResponse:
    found = verbs.look(operator(request), *where)
    if form:
        form.initial["version"] = found.version
    typed = {name: form.refreshed(found.version, problem) if problem else form} if form else {}
    return render(request, "operator/connect.html", desk_page(found, **typed), status=422 if form else 200)


def _done(request: HttpRequest, where: Where, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("accounts:operator_connect", organization=where[0], connect=where[1])


def _decide(
    request: HttpRequest, where: Where, name: str, form: TextForm, verb: Callable[..., None], said: str
) -> HttpResponse:
    """Do what the form says; what was typed comes back when it can't be done now."""
    if not form.is_valid():
        return _page(request, where, name, form)
    try:
        verb(operator(request), *where, **form.cleaned_data)
    except NotPossible as problem:
        return _page(request, where, name, form, str(problem))
    return _done(request, where, said)


@operator_only
@require_GET
def page(request: HttpRequest, organization: str, connect: str) -> HttpResponse:
    """What they want, what happened so far, and what can be done."""
    return _page(request, (organization, connect))


@operator_only
@require_POST
def take(request: HttpRequest, organization: str, connect: str) -> HttpResponse:
    """Into review."""
    where = (organization, connect)
    try:
        verbs.take(operator(request), *where)
    except NotPossible as problem:
        messages.warning(request, str(problem))
        return redirect("accounts:operator_connect", organization=organization, connect=connect)
    return _done(request, where, _("Taken into review. They see that, and whoever asked gets a mail."))


@operator_only
@require_POST
def question(request: HttpRequest, organization: str, connect: str) -> HttpResponse:
    """Ask for more information."""
    form = QuestionForm(request.POST, auto_id="question_%s")
    said = _("Your question is sent. You get a mail when it is answered.")
    return _decide(request, (organization, connect), "question_form", form, verbs.question, said)


@operator_only
@require_POST
def grant(request: HttpRequest, organization: str, connect: str) -> HttpResponse:
    """Say what will be set up and by whom."""
    form = GrantForm(request.POST, auto_id="grant_%s")
    said = _("Granted. Whoever asked gets a mail that says what will be set up and by whom.")
    return _decide(request, (organization, connect), "grant_form", form, verbs.grant, said)


@operator_only
@require_POST
def decline(request: HttpRequest, organization: str, connect: str) -> HttpResponse:
    """Say why not."""
    form = DeclineForm(request.POST, auto_id="decline_%s")
    said = _("Declined. Whoever asked gets a mail with the reason.")
    return _decide(request, (organization, connect), "decline_form", form, verbs.decline, said)
