"""My data: name, language, time zone, address, and the organizations one can leave (accounts/views/leaving.py)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import profile
from accounts.forms_profile import ProfileForm
from accounts.models import Membership


@require_http_methods(["GET", "POST"])
def mine(request: HttpRequest) -> HttpResponse:
    """`/profile/`."""
    form = ProfileForm(request.user, request.POST if request.method == "POST" else None)  # type: ignore[arg-type]
    if form.is_bound and form.is_valid():
        profile.update(request.user, request_id=request.request_id, **form.cleaned_data)  # type: ignore[arg-type, attr-defined]
        with translation.override(form.cleaned_data["language"]):
            messages.success(request, _("Your data is updated."))
        return redirect("accounts:profile")
    told = {"form": form, "memberships": _memberships(request)}
    return render(request, "accounts/profile.html", told, status=422 if form.is_bound else 200)


def _memberships(request: HttpRequest) -> list[dict[str, Any]]:
    """Where this person belongs, in the order of the switcher."""
    rows = Membership.objects.current().filter(user=request.user.pk).select_related("organization")
    return [
        {
            "organization": row.organization,
            "role_label": row.role_label,
            "is_owner": row.is_owner,
            "created_at": row.created_at,
        }
        for row in rows.order_by("pk")
    ]
