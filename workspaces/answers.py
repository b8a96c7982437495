"""How rows of the work leave the house: their shapes, `If-Match`, and what opens them; the rest is accounts/answers.py."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from ninja import Header

from accounts.answers import Id, Limit, answer, linked, page
from accounts.api import Needs
from accounts.permissions import Power

__all__ = [
    "MANAGE",
    "READ",
    "WRITE",
    "Id",
    "IfMatch",
    "Limit",
    "Shape",
    "answer",
    "linked",
    "page",
    "told",
    "versions",
]

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
