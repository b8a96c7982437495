"""What people and programs get when something is refused, missing or broken."""

from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.permissions import Power, Refused
from accounts.problems import shaped
from accounts.questions import whom_to_ask

Page = HttpResponse


def is_machine(request: HttpRequest) -> bool:
    """Whether a program asked."""
    return getattr(request, "is_machine", False)


def bad_request(request: HttpRequest, exception: Exception) -> Page:
    """400; what is too large says so (413)."""
    status = 413 if isinstance(exception, RequestDataTooBig | TooManyFieldsSent) else 400
    if is_machine(request):
        return shaped(request, status)
    return render(request, "400.html", {"too_large": status == 413}, status=status)


def not_found(request: HttpRequest, exception: Exception) -> Page:
    """404: also for what exists but belongs to others."""
    if is_machine(request):
        return shaped(request, 404)
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> Page:
    """500: needs nothing that may be broken."""
    if is_machine(request):
        return shaped(request, 500, detail="It has been logged; quote the X-Request-ID.")
    return HttpResponse(render_to_string("500.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> Page:
    """403 for a form whose cookie is gone or that came from elsewhere."""
    return render(request, "403_csrf.html", status=403)


def refused(request: HttpRequest, exception: Exception) -> Page:
    """403: who you are, why, whom to ask, what you can do instead, and the power at the end."""
    if is_machine(request):
        return shaped(request, 403)
    refusal = _words(exception) if isinstance(exception, Refused) else {}
    return render(request, "403.html", {"refusal": refusal}, status=403)


def _words(exception: Refused) -> dict[str, Any]:
    actor = exception.actor
    membership = actor.membership
    return {
        "who": _("You are %(name)s, %(role)s of %(organization)s.")
        % {
            "name": actor.name,
            "role": membership.role_label.lower() if membership else "",
            "organization": actor.organization,
        },
        "why": _("This page is for people with another role or permission in this organization."),
        "ask": whom_to_ask(actor.organization),
        "power": exception.power.value,
        **_instead(exception),
    }


def _instead(exception: Refused) -> dict[str, str]:
    """Where the way goes on: to the button that asks for API access, or to the overview."""
    if exception.power == Power.USE_API and exception.actor.membership:
        return {"instead_url": reverse("tokens:list"), "instead_label": _("Ask for API access")}
    home = exception.actor.organization
    return {"instead_url": f"/o/{home.slug}/" if home else "/", "instead_label": _("Go to the overview")}
