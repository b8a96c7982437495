"""`/operator/limits/`: requests above an organization's ceiling."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.actions import NotPossible
from accounts.operators import look, operator, operator_only
from tokens import allowances, limit_pages
from tokens.forms_limits import DecideForm


@operator_only
@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """All that wait, the oldest first."""
    return render(request, "operator/limits.html", limit_pages.operator_page(operator(request)))


@operator_only
@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, organization: str, asked: str) -> HttpResponse:
    """One: the look is noted in the organization's record."""
    actor = operator(request)
    found = allowances.find(actor, organization, asked)
    look(actor, found.organization.public_id)
    data = request.POST if request.method == "POST" else None
    form = DecideForm(
        found.organization.requests_a_minute, allowances.most(actor, found), data, {"granted": found.wanted}
    )
    if form.is_bound and form.is_valid():
        try:
            allowances.decide(actor, found, form.cleaned_data["granted"], form.cleaned_data["answer"])
        except NotPossible as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, limit_pages.said(found))
            return redirect("limits:operator")
    told = limit_pages.decide_page(actor, found) | {"form": form}
    return render(request, "operator/limit.html", told, status=422 if form.is_bound else 200)
