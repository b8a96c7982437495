"""Errors for programs: `application/problem+json` (RFC 9457), or a mount's own shape (hook `error_shape`)."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts import hooks

TITLES = {
    400: "Bad request",
    401: "Credentials are missing or not valid",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    409: "Conflict",
    410: "Not there any more",
    412: "Precondition failed",
    413: "Too large",
    415: "Unsupported media type",
    422: "The input is not valid",
    429: "Too many requests",
    500: "Something broke on our side",
    503: "Not available right now",
    507: "No room left",
}


def problem(status: int, name: str = "", detail: str = "", **extra: Any) -> HttpResponse:
    """A problem document: `type` is `about:blank` or `urn:gatehouse:problem:<name>`, the rest as RFC 9457 section 3.1."""
    told = {
        "type": f"urn:gatehouse:problem:{name}" if name else "about:blank",
        "title": TITLES.get(status, "Error"),
        "status": status,
    }
    if detail:
        told["detail"] = detail
    body = json.dumps(told | extra, ensure_ascii=False)
    response = HttpResponse(body, status=status, content_type="application/problem+json")
    response.headers["Cache-Control"] = "no-store"
    return response


def shaped(request: HttpRequest, status: int, name: str = "", detail: str = "", **extra: Any) -> HttpResponse:
    """The same error in the shape of whatever is mounted at this request's path."""
    shape = hooks.error_shape.first(request.path_info)
    if shape is None:
        return problem(status, name, detail, **extra)
    response: HttpResponse = shape(status, name, detail, extra | {"request_id": request_id(request)})
    return response


def request_id(request: HttpRequest) -> str:
    """What the logs call this request."""
    return getattr(request, "request_id", "")
