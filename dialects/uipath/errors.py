"""That system's own error bodies: validation, directory, scope, and what the frame round them says (wire.md, A7)."""

import json
import re
import secrets
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts.models.people import PUBLIC_ID
from accounts.problems import request_id
from dialects.uipath import mounts
from robots import machine

INVALID = "One or more validation errors occurred."
# Title and section of RFC 9110, as ASP.NET has them.
FRAME = {
    400: ("Bad Request", "15.5.1"),
    401: ("Unauthorized", "15.5.2"),
    403: ("Forbidden", "15.5.4"),
    404: ("Not Found", "15.5.5"),
    405: ("Method Not Allowed", "15.5.6"),
    413: ("Content Too Large", "15.5.14"),
    415: ("Unsupported Media Type", "15.5.16"),
    500: ("An error occurred while processing your request.", "15.6.1"),
    503: ("Service Unavailable", "15.6.4"),
}
_hex = re.compile(r"[0-9a-f]{32}\Z")


def _answer(body: Mapping[str, Any], status: int, kind: str = "application/json") -> HttpResponse:
    text = json.dumps(body, ensure_ascii=False)
    response = HttpResponse(text.encode(), status=status, content_type=f"{kind}; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response


def trace_id(request_id: str) -> str:
    """W3C trace context; the middle is the request id of our logs, where there is one."""
    trace = request_id if _hex.match(request_id) else uuid.uuid4().hex
    return f"00-{trace}-{secrets.token_hex(8)}-00"


def framed(status: int, request_id: str, detail: str = "") -> HttpResponse:
    """ASP.NET's problem details without fields."""
    title, section = FRAME.get(status, ("Error", "15"))
    kind = f"https://tools.ietf.org/html/rfc9110#section-{section}"
    if status == 429:
        title, kind = "Too Many Requests", "https://tools.ietf.org/html/rfc6585#section-4"
    told: dict[str, Any] = {"type": kind, "title": title, "status": status}
    if detail:
        told["detail"] = detail
    return _answer(told | {"traceId": trace_id(request_id)}, status, "application/problem+json")


def invalid(request: HttpRequest, errors: Mapping[str, list[str]]) -> HttpResponse:
    """400 with the fields that are not valid."""
    told = {
        "errors": errors,
        "type": "https://tools.ietf.org/html/rfc9110#section-15.5.1",
        "title": INVALID,
        "status": 400,
        "traceId": trace_id(request_id(request)),
    }
    return _answer(told, 400, "application/problem+json")


def directory(status: int, description: str, message: str) -> HttpResponse:
    """What the identity directory says: 400 BadRequest, 404 NotFound."""
    told = {"StatusCode": status, "StatusDescription": description, "Message": message}
    return _answer(told | ({"Description": ""} if status == 404 else {}), status)


def is_id(value: str) -> bool:
    """Whether an id that was sent may be repeated: not what could be a secret of ours."""
    return mounts.fits(PUBLIC_ID, value) and not value.startswith("gate_")


def unresolved(kind: str, ids: Iterable[str]) -> HttpResponse:
    """404 for ids that name nothing here. What could be a secret is not repeated."""
    told = ", ".join(one if is_id(one) else "…" for one in ids)
    return directory(404, "NotFound", f"Cannot resolve {kind}=[{told}]")


def refused(message: str) -> HttpResponse:
    """403: the recorded form of a missing scope."""
    return _answer({"errorMessage": message}, 403)


def shape(path: str) -> Callable[..., HttpResponse] | None:
    """For the hook `error_shape`."""
    if mounts.is_token(path):
        return machine.refusal
    return _shaped if mounts.is_here(path) else None


def _shaped(status: int, name: str, detail: str, extra: Mapping[str, Any]) -> HttpResponse:
    if status == 403:
        return refused(detail or "You are not allowed to perform this operation.")
    return framed(status, extra.get("request_id", ""), detail)
