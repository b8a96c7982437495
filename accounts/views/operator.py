"""`/operator/`: organizations, their limits, a test mail. Nothing here holds a secret, token or factor."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import hooks, operators
from accounts.connect_pages import open_requests, requests_of
from accounts.models import Organization, OutgoingMail


class LimitsForm(forms.Form):
    """What only the operator may change."""

    invitations_a_day = forms.IntegerField(
        label=gettext_lazy("Invitations a day"), min_value=0, max_value=100_000
    )
    requests_ceiling = forms.IntegerField(
        label=gettext_lazy("Most requests a minute that owners may grant a person"),
        min_value=1,
        max_value=100_000,
    )
    robot_requests_a_minute = forms.IntegerField(
        label=gettext_lazy("Requests a minute of a robot"), min_value=0, max_value=100_000
    )

    def __init__(self, organization: Organization, data: Any = None) -> None:
        super().__init__(data, initial={name: getattr(organization, name) for name in self.base_fields})


@operators.operator_only
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """All organizations."""
    query = request.GET.get("q", "").strip()[:100]
    page = Paginator(operators.organizations(query), 50).get_page(request.GET.get("page"))
    failed = OutgoingMail.objects.exclude(state="sent").exclude(last_error="").order_by("-created_at")[:10]
    waiting = hooks.operator_waiting.rows()
    told = {"page": page, "query": query, "failed": failed, "waiting": waiting} | open_requests()
    return render(request, "operator/home.html", told)


@operators.operator_only
@require_http_methods(["GET", "POST"])
def organization(request: HttpRequest, organization: str) -> HttpResponse:
    """One: the look is noted in its record."""
    actor = operators.operator(request)
    found = operators.look(actor, organization)
    form = LimitsForm(found, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        operators.set_limits(actor, organization, form.cleaned_data)
        messages.success(request, _("%(name)s is updated.") % {"name": found.name})
        return redirect("accounts:operator_organization", organization=organization)
    told = {"organization": found, "form": form, "requests": requests_of(found)}
    return render(request, "operator/organization.html", told, status=422 if form.is_bound else 200)


@operators.operator_only
@require_POST
def test_mail(request: HttpRequest) -> HttpResponse:
    """To the operator themselves."""
    operators.send_test_mail(request.user)  # type: ignore[arg-type]
    messages.success(request, _("A test mail to %(email)s is on its way.") % {"email": request.user.email})  # type: ignore[union-attr]
    return redirect("accounts:operator")
