"""Exports: what the filter shows, all of it, streamed; recorded; stopped when its reader may no longer read."""

import csv
import io
import json
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from accounts import actions as ground
from accounts import exports, membership
from accounts.models import Record, RecordDetails, RecordHead, Role, User
from robots import actions as robots
from tests.accounts.record import RECORD, fill, lines, rows
from tests.cast import Cast


def export(cast: Cast, kind: str, who: str = "olga", **filters: str) -> str:
    answer = cast.client(who).post(RECORD + "export/", {"format": kind, **filters})
    assert answer.status_code == 200 and answer.streaming, answer.content
    return answer.getvalue().decode()


def objects(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def head(cast: Cast) -> str:
    found = RecordHead.objects.get(pk=cast.home.pk)
    return f"{found.seq}:{bytes(found.hash).hex()}"


def test_ndjson_begins_and_ends_with_the_head(cast: Cast) -> None:
    first, *told, last = objects(export(cast, "ndjson"))
    assert first["organization"] == "halden" and first["head"] == last["head"] == head(cast)
    assert [line["seq"] for line in told] == list(rows(cast).values_list("seq", flat=True))
    assert told[-1]["hash"] == last["head"].partition(":")[2]


def test_csv_has_a_line_for_each_event(cast: Cast) -> None:
    first, *told, last = csv.reader(io.StringIO(export(cast, "csv"), newline=""))
    assert first[: len(exports.COLUMNS)] == exports.COLUMNS and first[-1] == f"head {head(cast)}"
    assert last == ["head", head(cast)]
    assert [int(line[0]) for line in told] == list(rows(cast).values_list("seq", flat=True))


def test_an_export_is_in_the_record_before_it_begins(cast: Cast) -> None:
    told = objects(export(cast, "ndjson", q="gate_cs_pasted", type="record.pruned"))
    assert told[1:-1] == []  # the text is not in it
    line = RecordDetails.objects.filter(organization_id=cast.home.pk).latest("seq")
    assert line.changes == {"format": "ndjson", "filters": {"q": "…", "type": "record.pruned"}}
    assert Record.objects.latest("pk").type == "record.exported"
    assert "gate_cs_pasted" not in cast.client("olga").get(RECORD).content.decode()


def test_the_filter_holds(cast: Cast) -> None:
    robots.share(cast.actor("olga"), cast.robby.public_id, cast.users["mia"].public_id)
    robby = f"robot:{cast.robby.public_id}"
    told = objects(export(cast, "ndjson", about=robby))[1:-1]
    assert {line["thing_key"] for line in told} == {cast.robby.public_id}
    shown = lines(cast.client("olga").get(f"{RECORD}?about={robby}"))
    assert [line["seq"] for line in told] == sorted(shown)


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_no_cell_is_a_formula(cast: Cast, start: str) -> None:
    ground.rename(cast.actor("olga"), cast.home, start + "HYPERLINK(1)")
    told = list(csv.DictReader(io.StringIO(export(cast, "csv", type="organization.updated"), newline="")))
    assert (
        told[0]["thing"] == "Halden" and json.loads(told[0]["changes"])["name"][1] == start + "HYPERLINK(1)"
    )
    ground.rename(cast.actor("olga"), cast.home, "Halden")
    told = list(csv.DictReader(io.StringIO(export(cast, "csv", type="organization.updated"), newline="")))
    assert told[1]["thing"] == f"'{start}HYPERLINK(1)"
    assert not any(str(cell).startswith(exports.FORMULA) for line in told for cell in line.values() if cell)


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\ta", "\ra"])
def test_a_cell_that_would_run_begins_with_an_apostrophe(text: str) -> None:
    assert exports._cell(text) == f"'{text}"


def test_erased_details_are_empty_and_say_so(cast: Cast) -> None:
    RecordDetails.objects.filter(organization_id=cast.home.pk, seq=1).delete()
    line = objects(export(cast, "ndjson"))[1]
    assert line["erased"] is True and line["names"] is None and line["thing"] == ""


def demoted(cast: Cast) -> None:
    membership.update(cast.actor("olga"), cast.users["carl"].public_id, role=Role.ADMINISTRATOR)


def deactivated(cast: Cast) -> None:
    membership.deactivate(cast.actor("olga"), cast.users["carl"].public_id)


def removed(cast: Cast) -> None:
    membership.remove(cast.actor("olga"), cast.users["carl"].public_id)


def locked(cast: Cast) -> None:
    User.objects.filter(pk=cast.users["carl"].pk).update(is_active=False)


@pytest.mark.parametrize("kind", exports.KINDS)
@pytest.mark.parametrize("cut", [demoted, deactivated, removed, locked])
def test_it_stops_when_its_person_may_no_longer_read(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, cut: Callable[[Cast], None], kind: str
) -> None:
    fill(cast, 20)
    monkeypatch.setattr(exports, "BATCH", 5)
    answer = cast.client("carl").post(RECORD + "export/", {"format": kind})
    parts = iter(answer.streaming_content)
    first = [next(parts), next(parts)]
    cut(cast)
    told = b"".join([*first, *parts]).decode().splitlines()
    assert "stopped" in told[-1] and len(told) == 1 + 5 + 1


def test_it_stops_also_where_the_filter_finds_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(cast, 20)
    monkeypatch.setattr(exports, "BATCH", 5)
    answer = cast.client("carl").post(RECORD + "export/", {"format": "ndjson", "type": "record.erased"})
    parts = iter(answer.streaming_content)
    first = next(parts)
    deactivated(cast)
    assert "stopped" in objects(b"".join([first, *parts]).decode())[-1]


@pytest.mark.parametrize("given", [{}, {"format": "xlsx"}, {"format": "csv", "since": "x"}])
def test_what_cannot_be_exported_is_said(cast: Cast, given: dict[str, str]) -> None:
    before = rows(cast).count()
    answer = cast.client("olga").post(RECORD + "export/", given)
    assert answer.status_code == 422 and 'role="alert"' in answer.content.decode()
    assert rows(cast).count() == before


@pytest.mark.parametrize("kind", exports.KINDS)
def test_memory_does_not_grow_with_the_record(cast: Cast, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setattr(exports, "BATCH", 300)
    actor = cast.actor("olga")

    def most() -> int:
        _head, parts = exports.export(actor, exports.Chosen(), kind, {})
        tracemalloc.start()
        sum(len(part) for part in parts)
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used

    fill(cast, 2 * exports.BATCH)
    small = most()
    fill(cast, 10 * exports.BATCH)
    assert most() < 1.5 * small
