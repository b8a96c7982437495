"""Security: password, authenticator app, passkeys, recovery codes; and the mailed proof for who has none of them."""

import ipaddress
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.utils import get_next_redirect_url
from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts import reauthentication
from accounts.forms_profile import CodeForm
from accounts.models import Membership, Organization
from accounts.reauthentication import recently_authenticated
from accounts.second_factor import is_missing, with_factor


@require_GET
def security(request: HttpRequest) -> HttpResponse:
    """`/profile/security/`: what protects this account."""
    rows = list(Authenticator.objects.filter(user=request.user.pk).order_by("pk"))
    codes = next((row.wrap() for row in rows if row.type == Authenticator.Type.RECOVERY_CODES), None)
    told = {
        "app": next((row for row in rows if row.type == Authenticator.Type.TOTP), None),
        "passkeys": [row for row in rows if row.type == Authenticator.Type.WEBAUTHN],
        "has_codes": codes is not None,
        "codes_left": len(codes.get_unused_codes()) if codes else 0,
        "codes_wait": bool(codes and not codes.did_view),
        "passkeys_possible": _has_name(request),
        "named_url": _as_localhost(request),
        "needed": _needed(request),
    }
    return render(request, "accounts/security.html", told)


def _has_name(request: HttpRequest) -> bool:
    """Browsers bind a passkey to a name; a bare number in the address bar is none."""
    try:
        ipaddress.ip_address(split_domain_port(request.get_host())[0].strip("[]"))
    except ValueError:
        return True
    return False


def _as_localhost(request: HttpRequest) -> str:
    """This page under a name, where that leads to us for sure: in development, which runs on loopback only."""
    if settings.PRODUCTION or _has_name(request):
        return ""
    port = split_domain_port(request.get_host())[1]
    return f"{request.scheme}://localhost{port and ':'}{port}{request.path}"


def _needed(request: HttpRequest) -> Organization | None:
    """The organization that sent somebody here, if it still asks for a factor."""
    rows = with_factor(Membership.objects.current()).filter(
        user=request.user.pk, organization__slug=request.GET.get("needed", "")[:40].replace("\0", "")
    )
    found = rows.select_related("organization").first()
    return found.organization if found and is_missing(found) else None


@recently_authenticated
@require_http_methods(["GET", "POST"])
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """GET: the button; POST: the codes, once."""
    told: dict[str, Any] = {"total": app_settings.RECOVERY_CODE_COUNT}
    with transaction.atomic():
        rows = Authenticator.objects.select_for_update(no_key=True)
        row = rows.filter(user=request.user.pk, type=Authenticator.Type.RECOVERY_CODES).first()
        if row is None:
            raise Http404
        codes = row.wrap()
        seen = codes.did_view
        if request.method == "POST" and not seen:
            told["codes"] = codes.get_unused_codes()
            codes.mark_as_viewed()
    told["seen"] = seen
    return render(
        request,
        "mfa/recovery_codes/index.html",
        told,
        status=409 if seen and request.method == "POST" else 200,
    )


def _there(request: HttpRequest) -> str:
    return get_next_redirect_url(request) or reverse("accounts:security")


@require_http_methods(["GET", "POST"])
def mailed_proof(request: HttpRequest) -> HttpResponse:
    """Is it still you, for people with neither password nor factor: a code by mail."""
    methods = get_adapter().get_reauthentication_methods(request.user)
    there = _there(request)
    if methods[0]["url"] != request.path:
        return redirect(f"{methods[0]['url']}?{urlencode({'next': there})}")
    form = CodeForm(request.POST if "code" in request.POST else None)
    if request.method == "POST" and not form.is_bound:
        return _mail(request, there)
    if form.is_bound and form.is_valid():
        if reauthentication.check_code(request, form.cleaned_data["code"]):
            return redirect(there)
        form.add_error("code", _("That is not the code. Look at the newest mail, or have a new one sent."))
    told = {"form": form, "next": there, "sent": reauthentication.code_waits(request)}
    return render(request, "accounts/security_proof.html", told, status=422 if form.is_bound else 200)


def _mail(request: HttpRequest, there: str) -> HttpResponse:
    """Send it, and come back with a GET."""
    if not reauthentication.mail_code(request):
        messages.error(request, _("That was too often. Wait a minute, then have a new code sent."))
    return redirect(f"{request.path}?{urlencode({'next': there})}")
