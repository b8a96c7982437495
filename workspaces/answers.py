"""How rows leave the house: their shapes, `ETag` and `If-Match`, pages with `Link` headers."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from ninja import Header
from pydantic import Field

from accounts.api import Needs
from accounts.permissions import Power

Limit = Annotated[int, Field(ge=1, le=200)]
Id = Annotated[str, Field(max_length=64)]
IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", max_length=1000, description="the `ETag` of what you read; 412 when it changed"),
]
READ, WRITE = Needs(Power.READ_WORK), Needs(Power.WRITE_WORK)
MANAGE = Needs(Power.MANAGE_WORKSPACES)
# What is called how, and where it is found from the row: for `values_list()` and for a row at hand.
Shape = Mapping[str, str]

_TAG = re.compile(r'(W/)?"([^"]*)"')
_VERSION = re.compile(r"[0-9]{1,10}")


def versions(if_match: str | None) -> frozenset[int] | None:
    """What an If-Match header accepts; None: any. Weak tags match nothing (RFC 9110, section 13.1.1)."""
    if if_match is None or if_match.strip() == "*":
        return None
    tags = _TAG.findall(if_match)
    return frozenset(int(tag) for weak, tag in tags if not weak and _VERSION.fullmatch(tag))


def told(row: Any, shape: Shape) -> dict[str, Any]:
    """A row at hand in its shape."""
    return {name: _found(row, path) for name, path in shape.items()}


def _found(row: Any, path: str) -> Any:
    for part in path.split("__"):
        row = getattr(row, part) if row is not None else None
    return row


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value)} has no place in an answer")


def answer(body: Mapping[str, Any], status: int = 200) -> HttpResponse:
    """Bytes, so that the library does not validate our own words once more; with an ETag for what has a version."""
    response = HttpResponse(
        json.dumps(body, default=_plain, ensure_ascii=False).encode(),
        content_type="application/json; charset=utf-8",
        status=status,
    )
    if "version" in body:
        response.headers["ETag"] = f'"{body["version"]}"'
    return response


def page(request: HttpRequest, items: Sequence[Mapping[str, Any]], limit: int, cursor: str) -> HttpResponse:
    """The first `limit` of `items` (one more was asked for); `cursor` names what the next page begins after."""
    shown = items[:limit]
    following = str(shown[-1][cursor]) if len(items) > limit else None
    response = answer({"items": shown, "next": following})
    if following:
        linked(request, response, following, limit)
    return response


def linked(request: HttpRequest, response: HttpResponse, following: str, limit: int) -> None:
    """`Link` to the page after this one, with the same filters."""
    filters = [(key, one) for key, one in request.GET.items() if key not in ("after", "limit")]
    query = urlencode([("after", following), ("limit", limit), *filters])
    there = request.build_absolute_uri(f"{request.path}?{query}")
    response.headers["Link"] = f'<{there}>; rel="next"'
