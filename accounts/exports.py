"""The record as CSV or NDJSON: recorded when it is asked for, then streamed batch by batch in constant memory.

Every batch asks anew whether the person may still read it. First and last line name the head (`seq:hash`), which
`manage.py verify_record --head` compares with later.
"""

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone, translation

from accounts import record_reading as reading
from accounts.events import EventType, action, record
from accounts.models import Membership, RecordDetails
from accounts.permissions import Actor, Power, Refused, person_powers
from accounts.record_forms import Chosen
from accounts.sentences import plain

KINDS = {"csv": "text/csv", "ndjson": "application/x-ndjson"}
BATCH = 2000
COLUMNS = (
    "seq at type what actor_kind actor_key actor thing_kind thing_key thing address request_id names changes erased hash"
).split()
# A spreadsheet would run a cell that begins so.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def export(actor: Actor, chosen: Chosen, kind: str, filters: dict[str, str]) -> tuple[str, Iterator[bytes]]:
    """Record that the record is exported; the head it was exported at, and the file's parts. Raises Refused."""
    home = actor.home
    if not actor.can(Power.READ_RECORD):
        raise Refused(Power.READ_RECORD, actor)
    # What was searched for may be anything, a pasted secret too: only that there was a text is noted.
    noted = {name: "…" if name == "q" else value for name, value in filters.items()}
    with action(actor):
        record(EventType.RECORD_EXPORTED, home, changes={"format": kind, "filters": noted})
    where = reading.state(home.pk, chosen)
    return where.head, _parts(actor, chosen, kind, where, translation.get_language() or "en")


def _parts(actor: Actor, chosen: Chosen, kind: str, where: reading.State, language: str) -> Iterator[bytes]:
    """First line, lines, last line."""
    encode = _csv if kind == "csv" else _ndjson
    yield _first(actor, kind, where)
    for batch in _batches(actor.home.pk, chosen, where):
        if not may_still(actor):
            yield encode([{"stopped": "no longer allowed to read the record"}])
            return
        # Between two parts other requests may use this thread: no language is left switched on.
        with translation.override(language):
            lines = [told(row) for row in batch]
        if lines:
            yield encode(lines)
    yield encode([{"head": where.head}])


def may_still(actor: Actor) -> bool:
    """Whether the person behind `actor` may read the record at this moment."""
    assert actor.membership is not None
    rows = Membership.objects.select_related("organization", "user").filter(pk=actor.membership.pk)
    held = rows.first()
    return held is not None and Power.READ_RECORD in person_powers(held)


def _batches(organization_id: int, chosen: Chosen, where: reading.State) -> Iterator[list[Any]]:
    """Lines in order, from one window of `seq` to the next: no cursor is held open, no window is larger than BATCH."""
    low = where.low
    while low < where.high:
        # Pruned lines cost nothing: the next window begins at the next line that is there.
        there = reading.matching(organization_id, Chosen(), low, where.high).order_by("seq")
        first = there.values_list("seq", flat=True).first()
        if first is None:
            return
        low = first - 1
        high = min(low + BATCH, where.high)
        rows: list[Any] = list(reading.matching(organization_id, chosen, low, high).order_by("seq"))
        seqs = [row.seq for row in rows]
        kept = RecordDetails.objects.filter(organization_id=organization_id, seq__gt=low, seq__lte=high)
        details = (
            {one.seq: one for one in (kept.filter(seq__in=seqs) if len(seqs) < 200 else kept)} if seqs else {}
        )
        for row in rows:
            row.details = details.get(row.seq)
        yield rows
        low = high


def told(row: Any) -> dict[str, Any]:
    """One line; what was erased is empty, and `erased` says so."""
    details = row.details
    names = details.names if details else None
    changes = details.changes if details else None
    return {
        "seq": row.seq,
        "at": row.at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "type": row.type,
        "what": plain(row.type, names, changes),
        "actor_kind": row.actor_kind,
        "actor_key": row.actor_key,
        "actor": (names or {}).get("actor", ""),
        "thing_kind": row.thing_kind,
        "thing_key": row.thing_key,
        "thing": (names or {}).get("thing", ""),
        "address": details.address if details else "",
        "request_id": row.request_id,
        "names": names,
        "changes": changes,
        "erased": details is None,
        "hash": bytes(row.hash).hex(),
    }


def _first(actor: Actor, kind: str, where: reading.State) -> bytes:
    if kind == "csv":
        return csv_line([*COLUMNS, f"head {where.head}"])
    about = {
        "organization": actor.home.slug,
        "exported_at": timezone.now().astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "head": where.head,
    }
    return _ndjson([about])


def _ndjson(told: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in told).encode()


def _csv(told: list[dict[str, Any]]) -> bytes:
    """Lines in their columns; the closing line is a word and what it says."""
    return b"".join(
        csv_line([line[name] for name in COLUMNS] if "seq" in line else next(iter(line.items())))
        for line in told
    )


def csv_line(cells: Any) -> bytes:
    """One CSV line (RFC 4180), no cell of it a formula."""
    line = io.StringIO()
    csv.writer(line).writerow([_cell(cell) for cell in cells])
    return line.getvalue().encode()


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    text = value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if text.startswith(FORMULA) else text


def file_name(actor: Actor, kind: str, at: datetime) -> str:
    """What the download is called."""
    return f"record-{actor.home.slug}-{at:%Y-%m-%d}.{kind}"
