"""The middleware order's own pieces: request id, headers, and Django's page middleware that steps aside for machines.

What a machine path is: settings.MACHINE_PATHS, one compiled pattern.
"""

import os
import re
import threading
import zoneinfo
from collections.abc import Callable
from typing import Any

from csp import middleware as csp
from django.conf import settings
from django.contrib.auth import middleware as auth
from django.contrib.messages import middleware as messages
from django.contrib.sessions import middleware as sessions
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseBase
from django.middleware import common, csrf
from django.utils import timezone, translation

from accounts import sessions as sessions_of_people
from config import logs

# Asked by address, not by name.
PROBES = ("/healthz", "/readyz", "/metrics")
# What a browser may do with a document meant for programs: nothing.
MACHINE_POLICY = "default-src 'none'; frame-ancestors 'none'"
GetResponse = Callable[[HttpRequest], HttpResponseBase]
_machine = re.compile(settings.MACHINE_PATHS)
_request_id = re.compile(r"\A[A-Za-z0-9._-]{1,64}\Z")


def client_address(meta: dict[str, Any]) -> str:
    """The caller's address: the peer's, or what the outermost trusted proxy saw (GATEHOUSE_TRUSTED_PROXIES)."""
    hops = [hop.strip() for hop in meta.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    count = settings.GATEHOUSE_TRUSTED_PROXIES
    if count and len(hops) >= count:
        return hops[-count][:64]
    return str(meta.get("REMOTE_ADDR", ""))


class RequestIdMiddleware:
    """First of all: `request.request_id`, `.client_address`, `.is_machine`; the id goes back as `X-Request-ID`."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Name the request."""
        given = request.headers.get("X-Request-ID", "") if settings.GATEHOUSE_TRUSTED_PROXIES else ""
        request.request_id = given if _request_id.match(given) else os.urandom(16).hex()  # type: ignore[attr-defined]
        request.client_address = client_address(request.META)  # type: ignore[attr-defined]
        request.is_machine = bool(_machine.match(request.path_info))  # type: ignore[attr-defined]
        logs.request_id.set(request.request_id)  # type: ignore[attr-defined]
        if request.path_info not in PROBES:
            # Host headers that are not ours are 400 on every path, also where Django's own check steps aside.
            request.get_host()
        response = self.get_response(request)
        response.headers["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]
        return response


class AddressMiddleware:
    """A NUL in an address is part of no id of ours, and PostgreSQL refuses even to look for one: 400 instead of a crash."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Refuse, or go on."""
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("NUL in the address")
        return self.get_response(request)


class HeadersMiddleware:
    """Headers that no library sets: no features, no framing, nothing cached that a session can see."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Add what is missing; a view's own choice wins."""
        response = self.get_response(request)
        headers = response.headers
        headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault(
            "Permissions-Policy",
            "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
        )
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if request.is_machine:  # type: ignore[attr-defined]
            headers.setdefault("Content-Security-Policy", MACHINE_POLICY)
        if not request.path_info.startswith(settings.STATIC_URL):
            headers.setdefault("Cache-Control", "no-store")
        return response


class MachineLaneMiddleware:
    """Behind the door: machines go straight to their view, past all page middleware, and are answered in English."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        # Django builds from the inside out, so that the end of the lane is there already.
        self.straight_on: GetResponse = _built.__dict__.pop("innermost", get_response)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Choose the way."""
        if not request.is_machine:  # type: ignore[attr-defined]
            return self.get_response(request)
        with translation.override("en"):
            return self.straight_on(request)


def innermost(get_response: GetResponse) -> GetResponse:
    """Last of all: nothing but the place where the lane ends."""
    _built.innermost = get_response
    return get_response


# By the thread that builds a handler.
_built = threading.local()


class _StepsAside:
    """For Django's page middleware: on machine paths neither __call__ nor process_view does anything."""

    get_response: Any

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.is_machine:  # type: ignore[attr-defined]
            return self.get_response(request)
        return super().__call__(request)  # type: ignore[misc]

    def process_view(self, request: HttpRequest, *view: Any) -> Any:
        """Whatever the middleware does before a view, for pages only."""
        inherited = getattr(super(), "process_view", None)
        if inherited is None or request.is_machine:  # type: ignore[attr-defined]
            return None
        return inherited(request, *view)


class CSPMiddleware(_StepsAside, csp.CSPMiddleware):
    """Pages only: it builds the header anew for every answer, and documents need none of its choices."""


class SessionMiddleware(_StepsAside, sessions.SessionMiddleware):
    """Pages only."""


class CommonMiddleware(_StepsAside, common.CommonMiddleware):
    """Pages only."""


class CsrfViewMiddleware(_StepsAside, csrf.CsrfViewMiddleware):
    """Pages only: machines bring a credential with every call, never a cookie."""


class AuthenticationMiddleware(_StepsAside, auth.AuthenticationMiddleware):
    """Pages only."""


class MessageMiddleware(_StepsAside, messages.MessageMiddleware):
    """Pages only."""


class LoginRequiredMiddleware(_StepsAside, auth.LoginRequiredMiddleware):
    """Pages only; every page needs sign-in unless its view says otherwise."""


class PersonMiddleware:
    """The reader's language and time zone: the person's own, else the cookie's, else the browser's."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Activate both for this request."""
        user = request.user
        if user.is_authenticated:
            sessions_of_people.note_visit(request)
        language = user.language if user.is_authenticated else translation.get_language_from_request(request)
        zone = user.time_zone if user.is_authenticated else settings.TIME_ZONE
        with translation.override(language), timezone.override(known_zone(zone)):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or "en")
            return response


def known_zone(name: str) -> zoneinfo.ZoneInfo:
    """The zone of that name, or UTC when this machine does not know it."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (ValueError, zoneinfo.ZoneInfoNotFoundError):
        return zoneinfo.ZoneInfo("UTC")
