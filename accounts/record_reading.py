"""Looks things up in the record: constant in what it costs, however long the record is.

Pages go by `seq` from where the reader is, each filter by the index made for it. What no index answers (a text, two
filters at once) is looked through line by line, at most REACH lines a page, and the page says how far it came.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet, Subquery, TextField
from django.db.models.expressions import OuterRef, RawSQL
from django.db.models.functions import Cast

from accounts.models import Record, RecordCheck, RecordDetails, RecordHead
from accounts.permissions import ActorKind
from accounts.record_forms import Chosen
from accounts.refusals import Pruned

LINES = 50
REACH = 50_000
# Hosts' clocks differ a little: lines this near to a chosen day are looked at one by one.
CLOCKS = 1000
CHECK = ("public_id", "asked_at", "total", "checked", "erased", "broken_at", "reason", "ended_at")
OFFERED = 300


@dataclass(frozen=True)
class State:
    """Where the record ends, which lines the chosen days hold (low < seq <= high), and the last "Verify"."""

    seq: int
    hash: str
    low: int
    high: int
    check: dict[str, Any] | None

    @property
    def head(self) -> str:
        """`seq:hash`, to be noted and compared later."""
        return f"{self.seq}:{self.hash}"


@dataclass
class Page:
    """Some lines, newest first, and where to go on."""

    rows: list[Any] = field(default_factory=list)
    older: int | None = None
    newer: int | None = None
    # Set when the search stopped after REACH lines without filling the page.
    stopped_at: int | None = None


def state(organization_id: int, chosen: Chosen) -> State:
    """One query."""
    rows = Record.objects.filter(organization_id=organization_id)
    last = RecordCheck.objects.filter(organization_id=organization_id).order_by("-pk")
    asked: dict[str, Any] = {f"check_{name}": Subquery(last.values(name)[:1]) for name in CHECK}
    if chosen.since:
        asked["low"] = Subquery(rows.filter(at__gte=chosen.since).order_by("at").values("seq")[:1])
    if chosen.until:
        asked["high"] = Subquery(rows.filter(at__lt=chosen.until).order_by("-at").values("seq")[:1])
    told: Any = RecordHead.objects.filter(pk=organization_id).values("seq", "hash", **asked).get()
    check = {name: told[f"check_{name}"] for name in CHECK} if told["check_public_id"] else None
    low, high = 0, told["seq"]
    if chosen.since:
        low = told["seq"] if told["low"] is None else max(told["low"] - CLOCKS, 0)
    if chosen.until:
        high = 0 if told["high"] is None else min(told["high"] + CLOCKS, told["seq"])
    return State(told["seq"], bytes(told["hash"]).hex(), low, high, check)


def page(organization_id: int, chosen: Chosen, where: State, before: int = 0, after: int = 0) -> Page:
    """The lines before (older than) or after a line, or the newest. One query."""
    up = bool(after) and not before
    low, high = max(where.low, after if up else 0), where.high
    if before:
        high = min(high, before - 1)
    cut = chosen.is_narrow and high - low > REACH
    if cut:
        low, high = (low, low + REACH) if up else (high - REACH, high)
    found = list(_lines(organization_id, chosen, low, high, up))
    more, rows = len(found) > LINES, found[:LINES]
    if up:
        rows.reverse()
    told = Page(rows)
    if cut and not more:
        told.stopped_at = high if up else low + 1
    first, last = (rows[0].seq, rows[-1].seq) if rows else (high, low + 1)
    if before or (up and (more or cut)):
        told.newer = first if rows or not before else before - 1
    if up or more or cut:
        told.older = last if more or up else low + 1
    return told


def _lines(organization_id: int, chosen: Chosen, low: int, high: int, up: bool) -> QuerySet[Record]:
    """At most a page and one more, in the direction of reading, each with its details."""
    order = "seq" if up else "-seq"
    parts = [
        part.order_by(order)[: LINES + 1]
        for part in _parts(lambda rest: matching(organization_id, rest, low, high), chosen)
    ]
    if len(parts) == 1:
        return with_details(parts[0])
    # One ordered walk along an index for each part, put together: an OR would read everything there is.
    compiled = [part.values("seq").query.get_compiler(connection=connection).as_sql() for part in parts]
    sql = " UNION ALL ".join(f"SELECT seq FROM ({one}) AS part{n}" for n, (one, _) in enumerate(compiled))  # noqa: S608
    params = [value for _, values in compiled for value in values]
    there = Record.objects.filter(organization_id=organization_id, seq__in=RawSQL(sql, params))  # noqa: S611
    return with_details(there.order_by(order)[: LINES + 1])


def _parts(rows: Callable[[Chosen], QuerySet[Record]], chosen: Chosen) -> list[QuerySet[Record]]:
    """The filter as walks along an index each; `rows` gives what is left of it."""
    if chosen.about:
        thing, actor = _about(chosen.about)
        rest = rows(replace(chosen, about=None))
        return [rest.filter(thing), rest.filter(actor).exclude(thing)]
    if chosen.types and not chosen.who:
        rest = rows(replace(chosen, types=()))
        return [rest.filter(type=kind) for kind in chosen.types]
    return [rows(chosen)]


def _about(about: tuple[str, str]) -> tuple[Q, Q]:
    """What was done to it, and what it did itself."""
    kind, key = about
    did = {"user": "person", "personaltoken": "token"}.get(kind, kind)
    return Q(thing_kind=kind, thing_key=key), Q(actor_kind=did, actor_key=key)


def matching(organization_id: int, chosen: Chosen, low: int, high: int) -> QuerySet[Record]:
    """Every line of the filter with low < seq <= high, in no order."""
    rows = Record.objects.filter(organization_id=organization_id, seq__gt=low, seq__lte=high)
    if chosen.since:
        rows = rows.filter(at__gte=chosen.since)
    if chosen.until:
        rows = rows.filter(at__lt=chosen.until)
    if chosen.who:
        rows = rows.filter(actor_kind=chosen.who[0], actor_key=chosen.who[1])
    if chosen.about:
        thing, actor = _about(chosen.about)
        rows = rows.filter(thing | actor)
    if chosen.types:
        rows = rows.filter(type__in=chosen.types)
    if chosen.text:
        told = RecordDetails.objects.filter(organization_id=organization_id, seq__gt=low, seq__lte=high)
        text = chosen.text
        rows = rows.filter(
            Q(seq__in=_saying(told, text).values("seq"))
            | Q(thing_key=text)
            | Q(actor_key=text)
            | Q(request_id=text)
        )
    return rows


def _saying(details: QuerySet[RecordDetails], text: str) -> QuerySet[RecordDetails]:
    """Those with `text` in a name, a change or the address, whatever its case."""
    told = details.annotate(said=Cast("names", TextField()), changed=Cast("changes", TextField()))
    pattern = "".join(map(_written, text)) + IN_A_VALUE
    return told.filter(Q(said__iregex=pattern) | Q(changed__iregex=pattern) | Q(address__startswith=text))


# JSON has keys, too: what is found must not be followed by the rest of a string and a colon.
IN_A_VALUE = r'(?!([^"\\]|\\.)*":)'


def _written(character: str) -> str:
    """A pattern for one character in either case, as the database writes JSON: SQLite has what Django gives it, \\u escapes."""
    plain = connection.vendor == "postgresql"
    cases = {character.lower(), character.upper(), character}
    written = sorted(re.escape(json.dumps(one, ensure_ascii=not plain)[1:-1]) for one in cases)
    return written[0] if len(written) == 1 else f"({'|'.join(written)})"


def still_there(organization_id: int, after: int) -> None:
    """Raises Pruned when lines behind this cursor were removed; ask once the lines were read. 0 is "from the oldest"."""
    if not after:
        return
    there = Record.objects.filter(organization_id=organization_id).order_by("seq")
    oldest = there.values_list("seq", flat=True).first()
    if oldest is not None and after < oldest - 1:
        raise Pruned(oldest - 1)


def with_details(rows: QuerySet[Record]) -> QuerySet[Record]:
    """Each row with `names`, `changes` and `address`, all None once erased; no query of its own."""
    theirs = RecordDetails.objects.filter(organization_id=OuterRef("organization_id"), seq=OuterRef("seq"))
    columns: dict[str, Any] = {
        name: Subquery(theirs.values(name)[:1]) for name in ("names", "changes", "address")
    }
    return rows.annotate(**columns)


def named(organization_id: int) -> Iterator[tuple[str, str, str]]:
    """(kind, key, name as last recorded) of who acted and of robots that were acted on. One query.

    A loose index scan: it jumps from one key to the next, so it costs as many steps as there are actors.
    """
    with connection.cursor() as cursor:
        cursor.execute(_NAMED, {"organization": organization_id, "limit": OFFERED})
        for kind, key, last, names, part in cursor.fetchall():
            told = json.loads(names) if isinstance(names, str) else names or {}
            if last is not None:
                yield kind, key, told.get(part, "")


def _jumps(name: str, column: str, kinds: Iterable[str]) -> str:
    """A CTE of the distinct keys in `column`, kind by kind, in the order of its index; some of the first do not exist."""
    seeds = " UNION ALL ".join(f"SELECT 1, CAST('{kind}' AS text), CAST('' AS text)" for kind in kinds)
    return f"""
    {name}(n, kind, key) AS ({seeds} UNION ALL
      SELECT n + 1, kind, (SELECT CAST(r.{column}_key AS text) FROM accounts_record r
        WHERE r.organization_id = %(organization)s AND r.{column}_kind = j.kind AND r.{column}_key > j.key
        ORDER BY r.{column}_key LIMIT 1)
      FROM {name} j WHERE n < %(limit)s AND key IS NOT NULL)"""  # noqa: S608


_LAST = """
  SELECT l.kind, l.key, l.seq, (SELECT d.names FROM accounts_recorddetails d
    WHERE d.organization_id = %(organization)s AND d.seq = l.seq), '{c}'
  FROM (SELECT j.kind, j.key, (SELECT r.seq FROM accounts_record r WHERE r.organization_id = %(organization)s
    AND r.{c}_kind = j.kind AND r.{c}_key = j.key ORDER BY r.seq DESC LIMIT 1) AS seq
    FROM {name} j WHERE j.key IS NOT NULL) l"""
_NAMED = (
    "WITH RECURSIVE"
    + _jumps("acted", "actor", ActorKind)
    + ","
    + _jumps("robots", "thing", ["robot"])
    + _LAST.format(c="actor", name="acted")
    + " UNION ALL "
    + _LAST.format(c="thing", name="robots")
)
