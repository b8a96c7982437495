"""The machine door: authenticate, count, then `request.actor`; every refusal in the mount's own shape.

At most one query and one round trip to the log of limits. What reads its credential itself (/oauth2/) or needs none
passes; there only refused credentials are counted.
"""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from accounts.problems import shaped
from tokens import limits
from tokens.authentication import NotAuthenticated, authenticate

_machine = re.compile(settings.MACHINE_PATHS)
_open = re.compile(settings.OPEN_PATHS)
SLOW_DOWN = "Too many requests: {limit} a minute are allowed. Try again in {reset} s."
TOO_MANY_FAILURES = (
    "Too many refused credentials from this address. Check the one you send, then try again in {reset} s."
)


class MachineDoorMiddleware:
    """Steps aside for pages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Let in, or say why not."""
        path = request.path_info
        if not _machine.match(path):
            return self.get_response(request)
        if _open.match(path):
            response = self.get_response(request)
            if response.status_code == 401:
                return _counted(request, response)
            return in_shape(request, response) if response.status_code >= 400 else response
        try:
            actor = authenticate(request)
        except NotAuthenticated as reason:
            told = refusal(request, reason)
            # 403 was a query, too: a stopped token must not ask without end. 400 cost nothing.
            return _counted(request, told) if reason.status in (401, 403) else told
        verdict = limits.take(*limits.bucket(actor))
        if not verdict.allowed:
            return _too_many(request, SLOW_DOWN, verdict)
        request.actor = actor  # type: ignore[attr-defined]
        response = self._answer(request)
        if response.status_code >= 400:
            response = in_shape(request, response)
        return _with_limit(response, verdict)

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        """HEAD is answered as GET (RFC 9110 section 9.3.2); the server leaves the body out."""
        asked = request.method
        request.method = "GET" if asked == "HEAD" else asked
        try:
            return self.get_response(request)
        finally:
            request.method = asked


def _with_limit(response: HttpResponseBase, verdict: limits.Verdict) -> HttpResponseBase:
    for name, value in limits.headers(verdict).items():
        response.headers[name] = value
    return response


def _too_many(request: HttpRequest, words: str, verdict: limits.Verdict) -> HttpResponseBase:
    """429 (RFC 6585 section 4)."""
    detail = words.format(limit=verdict.limit, reset=verdict.reset)
    more = {"limit": verdict.limit, "retry_after": verdict.reset}
    return _with_limit(shaped(request, 429, "too_many_requests", detail, **more), verdict)


def _counted(request: HttpRequest, refused: HttpResponseBase) -> HttpResponseBase:
    """The refusal, or 429 once this address had too many of them in a minute."""
    verdict = limits.take_failure(getattr(request, "client_address", ""))
    return refused if verdict.allowed else _too_many(request, TOO_MANY_FAILURES, verdict)


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
