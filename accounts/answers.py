"""How answers of the API leave the house: bytes, `ETag`, and pages that lead on to the next one."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

import orjson
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Header
from pydantic import Field

Row = TypeVar("Row", bound=Model)
Limit = Annotated[int, Field(ge=1, le=200)]
Id = Annotated[str, Field(max_length=64)]
IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", max_length=1000, description="the `ETag` of what you read; 412 when it changed"),
]

_TAG = re.compile(r'(W/)?"([^"]*)"')
_VERSION = re.compile(r"[0-9]{1,10}")


def versions(if_match: str | None) -> frozenset[int] | None:
    """What an If-Match header accepts; None: any. Weak tags match nothing (RFC 9110, section 13.1.1)."""
    if if_match is None or if_match.strip() == "*":
        return None
    tags = _TAG.findall(if_match)
    return frozenset(int(tag) for weak, tag in tags if not weak and _VERSION.fullmatch(tag))


# Times are UTC, also those that a database gave without a zone.
WRITTEN = orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC


def answer(body: Mapping[str, Any], status: int = 200) -> HttpResponse:
    """Bytes, so that the library does not validate our own words once more; with an ETag for what has a version."""
    response = HttpResponse(
        orjson.dumps(body, option=WRITTEN),
        content_type="application/json; charset=utf-8",
        status=status,
    )
    if "version" in body:
        response.headers["ETag"] = f'"{body["version"]}"'
    return response


def position(rows: QuerySet[Any], **where: Any) -> int:
    """Where the page before ended: the key of the row that `after` names, also if it is gone from the list. Raises Http404."""
    found: int | None = rows.filter(**where).values_list("pk", flat=True).first()
    if found is None:
        raise Http404
    return found


def one(rows: QuerySet[Row], **where: Any) -> Row:
    """The row that an address names. Raises Http404."""
    found = rows.filter(**where).first()
    if found is None:
        raise Http404
    return found


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
