"""`/outbox/`: in development, the mails that went to files; answers only there, to a loopback peer, never through a proxy."""

import email
import email.policy
import ipaddress
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

FORWARDED = ("HTTP_FORWARDED", "HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_VIA")


def _only_here(request: HttpRequest) -> None:
    """Raises Http404 for everybody but the developer at this machine."""
    try:
        local = ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        local = False
    if (
        settings.PRODUCTION
        or settings.EMAIL_URL
        or not local
        or any(name in request.META for name in FORWARDED)
    ):
        raise Http404


def _read(path: Path) -> EmailMessage:
    return email.message_from_bytes(path.read_bytes(), policy=email.policy.default)


def _row(path: Path) -> dict[str, Any]:
    mail = _read(path)
    return {
        "file": path.name,
        "to": mail["To"],
        "subject": mail["Subject"],
        "date": mail["Date"].datetime if mail["Date"] else None,
        "url": reverse("accounts:outbox_mail", args=[path.name]),
    }


def _file(name: str) -> Path:
    found = {path.name: path for path in settings.MAIL_FOLDER.glob("*.eml")}
    if name not in found:
        raise Http404
    return found[name]


@login_not_required
@require_GET
def outbox(request: HttpRequest) -> HttpResponse:
    """The list, newest first."""
    _only_here(request)
    paths = sorted(settings.MAIL_FOLDER.glob("*.eml"), reverse=True)[:200]
    return render(request, "accounts/outbox.html", {"mails": [_row(path) for path in paths]})


@login_not_required
@require_GET
def outbox_mail(request: HttpRequest, name: str) -> HttpResponse:
    """One mail as text."""
    _only_here(request)
    mail = _read(_file(name))
    part = mail.get_body(("plain",))
    told = {
        "to": mail["To"],
        "from": mail["From"],
        "subject": mail["Subject"],
        "date": mail["Date"].datetime if mail["Date"] else None,
        "text": part.get_content() if part else "",
        "html_url": reverse("accounts:outbox_html", args=[name]),
    }
    return render(request, "accounts/outbox_mail.html", {"mail": told})


@login_not_required
@require_GET
def outbox_html(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML part alone, in a sandbox: its inline styles are the one exception to the content policy."""
    _only_here(request)
    part = _read(_file(name)).get_body(("html",))
    response = HttpResponse(part.get_content() if part else "")
    response.headers["Content-Security-Policy"] = (
        "sandbox allow-popups; default-src 'none'; style-src 'unsafe-inline'"
    )
    return response
