"""The rows under "Headers" as a form has them: `header-0-name`, `header-0-value`, `header-0-hide`, as many as there are."""

import re
from dataclasses import dataclass
from typing import Any

from webhooks.headers import MOST, Wanted
from webhooks.models import Webhook

# Empty ones to type into, and so many more where there is no JavaScript to add them.
SPARE, FURTHER = 2, 6
_FIELD = re.compile(r"header-([0-9]{1,3})-(name|value|hide)")


@dataclass
class Row:
    """One of them; a hidden value is in `value` only while its form is being read."""

    place: int
    name: str = ""
    value: str = ""
    is_hidden: bool = False
    # A hidden value is stored.
    is_kept: bool = False
    # One was typed, and the page does not show it again.
    is_lost: bool = False
    problem: str = ""

    def __repr__(self) -> str:
        return f"Row({self.place}, {self.name!r})"

    @property
    def shown(self) -> str:
        """What may be written into the page."""
        return "" if self.is_hidden else self.value

    def wanted(self) -> Wanted:
        """For headers.problems() and actions; no value in a hidden row keeps the stored one."""
        value = None if self.is_hidden and not self.value else self.value
        return Wanted(self.name, value, self.is_hidden)


def rows_of(webhook: Webhook | None) -> list[Row]:
    """What a webhook has now."""
    rows = list(webhook.headers.all()) if webhook and webhook.pk else []
    return [
        Row(place, row.name, row.value, row.is_hidden, bool(row.sealed_value))
        for place, row in enumerate(rows)
    ]


def read(data: Any) -> list[Row]:
    """What was typed, in the order of the page; one row more than may be, so that too many is noticed."""
    places: dict[int, Row] = {}
    for key in data:
        if found := _FIELD.fullmatch(key):
            place = int(found[1])
            row = places.setdefault(place, Row(place))
            if found[2] == "hide":
                row.is_hidden = True
            else:
                setattr(row, found[2], str(data.get(key, "")).strip())
    for row in places.values():
        row.is_lost = row.is_hidden and bool(row.value)
    return [places[place] for place in sorted(places)][: MOST + 1]


def drawn(rows: list[Row], kept: set[str]) -> tuple[list[Row], list[Row]]:
    """The rows of a page: those with something in them, numbered anew, and spare ones; and further ones."""
    filled = [row for row in rows if row.name or row.value or row.problem]
    for row in filled:
        row.is_kept = row.is_hidden and row.name.lower() in kept
    found = (filled + [Row(0) for _ in range(SPARE + FURTHER)])[: max(MOST, len(filled))]
    for place, row in enumerate(found):
        row.place = place
    shown = len(filled) + SPARE
    return found[:shown], found[shown:]
