"""How rows of the work leave the house: their shapes, and what opens them; the rest is accounts/answers.py."""

from collections.abc import Mapping
from typing import Any

from accounts.answers import Id, IfMatch, Limit, answer, linked, page, versions
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

READ, WRITE = Needs(Power.READ_WORK), Needs(Power.WRITE_WORK)
MANAGE = Needs(Power.MANAGE_WORKSPACES)
# What is called how, and where it is found from the row: for `values_list()` and for a row at hand.
Shape = Mapping[str, str]


def told(row: Any, shape: Shape) -> dict[str, Any]:
    """A row at hand in its shape."""
    return {name: _found(row, path) for name, path in shape.items()}


def _found(row: Any, path: str) -> Any:
    for part in path.split("__"):
        row = getattr(row, part) if row is not None else None
    return row
