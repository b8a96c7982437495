"""Helpers for tests of the record: many lines without many actions."""

import re
from datetime import datetime
from typing import Any

import time_machine
from django.utils import timezone

from accounts.catalogue import EventType
from accounts.events import action, record
from accounts.models import Record
from tests.cast import Cast

RECORD = "/o/halden/record/"


def fill(cast: Cast, count: int, at: datetime | None = None, name: str = "Bridge") -> None:
    """That many lines more, chained as always; `at` is when the clock says they happened."""
    if not count:
        return
    with time_machine.travel(at or timezone.now(), tick=at is None), action(cast.actor("olga")):
        for number in range(count):
            names = {"thing": f"{name} {number}"}
            told: dict[str, Any] = {"names": names, "changes": {"name": names["thing"]}, "workspace_id": 1}
            record(EventType.WORKSPACE_CREATED, cast.home, **told)


def lines(answer: Any) -> list[int]:
    """The numbers of the lines on a page."""
    return [int(seq) for seq in re.findall(r"Details of line (\d+)<", answer.content.decode())]


def rows(cast: Cast) -> Any:
    """Halden's lines, in order."""
    return Record.objects.filter(organization_id=cast.home.pk).order_by("seq")
