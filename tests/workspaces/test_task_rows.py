"""Pages of tasks as rows: the same as one task at a time, and along an index whatever the filter."""

import itertools
from typing import Any

import pytest
from django.db import connection

from accounts import statements
from tests.cast import Cast
from tests.tokens.conftest import call
from tests.workspaces.conftest import API, Place, patched
from workspaces import task_rows
from workspaces.models import TaskLabel
from workspaces.task_schemas import TaskOut

ALL = [*task_rows.FILTERS]


def test_a_list_has_each_task_as_it_is_read_alone(cast: Cast, bridge: Place) -> None:
    olga = cast.users["olga"].public_id
    rich = {"description": 'Żółw "\\\n', "labels": ["a\\b", '"x"', "żółty"], "due_on": "2026-12-31"}
    made = [
        bridge.task("bare"),
        bridge.task("rich", assignee=olga, done=True, column=bridge.columns[2], **rich),
    ]
    told = call(bridge.tasks, bridge.token).json()["items"]
    assert told == [call(f"{API}/tasks/{one['id']}", bridge.token).json() for one in made]
    assert [list(one) for one in told] and {*told[0]} == {*TaskOut.model_fields}
    for one in told:
        assert TaskOut.model_validate(one).model_dump(
            mode="json", exclude={"created_at", "updated_at", "done_at"}
        ) == {
            name: value for name, value in one.items() if name not in ("created_at", "updated_at", "done_at")
        }
        assert one["created_at"].endswith("Z") and one["version"] == 1


def test_labels_are_found_as_the_task_has_them(bridge: Place) -> None:
    def found(word: str) -> list[str]:
        items = call(f"{bridge.tasks}?label={word}", bridge.token).json()["items"]
        return [row["title"] for row in items]

    there = f"{API}/tasks/{bridge.task('a', labels=['red', 'blue'])['id']}"
    patched(there, bridge.token, labels=["blue", "green"])
    assert (found("red"), found("blue"), found("green")) == ([], ["a"], ["a"])
    patched(there, bridge.token, labels=[])
    assert found("blue") == [] and not TaskLabel.objects.exists()
    patched(there, bridge.token, labels=["red"])
    call(there, bridge.token, "delete")
    assert found("red") == [] and not TaskLabel.objects.exists()


def plan(filters: tuple[str, ...], is_labelled: bool) -> str:
    """How the database would find a page; a small table is read whole unless it is forbidden."""
    statement = task_rows._statement(filters, is_labelled, 51)
    values: list[Any] = [1, "red", 5] if is_labelled else []
    values += [
        1,
        5,
        *(
            "2026-01-01 00:00:00+00" if name == "updated_after" else 1
            for name in filters
            if "%s" in task_rows.FILTERS[name]
        ),
    ]
    if connection.vendor == "sqlite":
        return "\n".join(row[3] for row in statements.rows("EXPLAIN QUERY PLAN " + statement, values))
    with connection.cursor() as cursor:
        for way in ("seqscan", "bitmapscan", "hashjoin", "mergejoin"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
    return "\n".join(row[0] for row in statements.rows("EXPLAIN " + statement, values))


@pytest.mark.parametrize("filters", [(), *itertools.combinations(ALL, 1), *itertools.combinations(ALL, 2)])
@pytest.mark.parametrize("is_labelled", [True, False])
def test_a_page_walks_along_an_index(bridge: Place, filters: tuple[str, ...], is_labelled: bool) -> None:
    """Nothing is read whole. What is newer than a moment may be sorted where that is less than walking."""
    told = plan(filters, is_labelled)
    assert (
        "SCAN" not in told.replace("Index Scan", "").replace("Index Only Scan", "") and "Seq Scan" not in told
    ), told
    if "updated_after" not in filters:
        assert "TEMP B-TREE" not in told and "Sort" not in told, told
