"""`GET /api/v1/record`: the lines as the export gives them, filtered, a page at a time."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.utils import timezone

from accounts import exports, grouping
from accounts.models import Record, RecordDetails, RecordHead
from accounts.record_forms import Chosen
from robots.models import Robot
from tests.cast import Cast
from tests.tokens.conftest import call, is_problem, personal

RECORD = "/api/v1/record"


def test_the_lines_are_those_of_the_export(cast: Cast) -> None:
    value = personal(cast, "olga", ["record:read"])
    told = call(RECORD, value).json()
    head, parts = exports.export(cast.actor("olga"), Chosen(), "ndjson", {})
    lines = [json.loads(line) for line in b"".join(parts).splitlines()][1:-1]
    # The export recorded itself.
    assert told["items"] == lines[:-1] and lines[-1]["type"] == "record.exported"
    assert call(RECORD, value).json()["head"] == head and told["next"] is None


def test_a_robot_with_the_scope_reads_it_and_reading_is_not_recorded(cast: Cast, token_for: Any) -> None:
    Robot.objects.filter(pk=cast.robby.pk).update(scopes=["record:read"])
    robby, before = token_for(cast.robby_values), Record.objects.count()
    assert call(RECORD, robby).json()["items"][0]["seq"] == 1
    assert Record.objects.count() == before


def test_what_was_erased_is_empty(cast: Cast) -> None:
    RecordDetails.objects.filter(organization_id=cast.home.pk, seq=1).delete()
    first, second = call(f"{RECORD}?limit=2", personal(cast, "olga")).json()["items"]
    assert first["erased"] and first["names"] is None and first["changes"] is None and first["actor"] == ""
    assert not second["erased"] and second["actor"] == "Olga"


def test_filters_narrow_it(cast: Cast) -> None:
    value = personal(cast, "olga")
    items = call(f"{RECORD}?type=group.created", value).json()["items"]
    assert [(row["type"], row["thing"]) for row in items] == [("group.created", "Site cameras")]
    now = timezone.now()
    earlier, later = (quote((now + timedelta(hours=n)).isoformat()) for n in (-1, 1))
    everything = RecordHead.objects.get(pk=cast.home.pk).seq
    for query, count in {
        f"since={earlier}": everything,
        f"since={later}": 0,
        f"until={earlier}": 0,
        f"until={later}": everything,
        f"since={earlier}&until={later}&type=group.created": 1,
    }.items():
        assert len(call(f"{RECORD}?{query}", value).json()["items"]) == count, query


def test_pages_follow_each_other_and_keep_their_filters(cast: Cast, queries: Any) -> None:
    for n in range(4):
        grouping.create(cast.actor("olga"), f"Group {n}")
    value, query = personal(cast, "olga"), f"{RECORD}?type=group.created&limit=2"
    seen, after = [], "0"
    while after is not None:
        answer = call(f"{query}&after={after}", value)
        seen += [row["thing"] for row in answer.json()["items"]]
        after = answer.json()["next"]
        assert ("Link" in answer.headers) == (after is not None)
        assert after is None or "type=group.created" in answer.headers["Link"]
    assert seen == ["Site cameras", "Group 0", "Group 1", "Group 2", "Group 3"]
    assert queries(lambda: call(RECORD, value)) == queries(lambda: call(f"{RECORD}?limit=1", value))


def test_others_are_refused_by_the_name_of_the_scope(cast: Cast) -> None:
    for value in (personal(cast, "olga", ["people:write"]), personal(cast, "ada", ["record:read"])):
        told = is_problem(call(RECORD, value), 403, "not_allowed")
        assert told["power"] == "READ_RECORD" and told["scopes"] == ["record:read"]


def test_another_organizations_lines_are_nowhere(cast: Cast) -> None:
    grouping.create(cast.actor("stan"), "Secret plans")
    assert "Secret plans" not in call(f"{RECORD}?limit=200", personal(cast, "olga")).content.decode()


def test_a_cursor_that_never_was_is_not_there(cast: Cast) -> None:
    value = personal(cast, "olga")
    end = RecordHead.objects.get(pk=cast.home.pk).seq
    assert call(f"{RECORD}?after={end}", value).json()["items"] == []
    is_problem(call(f"{RECORD}?after={end + 1}", value), 404)


@pytest.mark.parametrize(
    "query",
    ["after=-1", "after=x", f"after={2**63}", "type=nothing", "since=today", "since=2026-01-01T00:00:00"],
)
def test_bad_input_is_named(cast: Cast, query: str) -> None:
    is_problem(call(f"{RECORD}?{query}", personal(cast, "olga")), 422, "invalid")
