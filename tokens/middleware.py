"""The machine door round /api/: authenticate, then `request.actor`; every refusal in the mount's own shape."""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from accounts.problems import shaped
from tokens.authentication import NotAuthenticated, authenticate

_machine = re.compile(settings.MACHINE_PATHS)
OPEN = re.compile(r"^/(?:oauth2/|\.well-known/|healthz$|readyz$)")


class MachineDoorMiddleware:
    """Steps aside for pages, and for machine paths that answer without a credential or read it themselves."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Let in, or say why not."""
        path = request.path_info
        if not _machine.match(path) or OPEN.match(path):
            return self.get_response(request)
        try:
            request.actor = authenticate(request)  # type: ignore[attr-defined]
        except NotAuthenticated as reason:
            return refusal(request, reason)
        response = self.get_response(request)
        return in_shape(request, response) if response.status_code >= 400 else response


def refusal(request: HttpRequest, reason: NotAuthenticated) -> HttpResponse:
    """The problem, and for 401 how to authenticate (RFC 6750 section 3)."""
    response = shaped(request, reason.status, reason.name, reason.detail)
    if reason.status == 401:
        error = f', error="{reason.name}"' if reason.name else ""
        response.headers["WWW-Authenticate"] = f'Bearer realm="gatehouse"{error}'
    return response


def in_shape(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Errors that Django itself wrote as text or HTML (405, …) as this mount's documents."""
    kind = response.headers.get("Content-Type", "")
    if "json" in kind:
        return response
    told = shaped(request, response.status_code)
    if "Allow" in response.headers:
        told.headers["Allow"] = response.headers["Allow"]
    return told
