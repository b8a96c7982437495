"""Many at once, really committed: numbers and places are given while the workspace's row is locked."""

from typing import Any

import pytest

from accounts.models import Record
from accounts.record import verify
from tests.accounts.conftest import together
from tests.cast import Cast
from tests.tokens.conftest import call
from tests.workspaces.conftest import API, Place
from tests.workspaces.test_tasks import order, url
from workspaces.models import Task

pytestmark = pytest.mark.usefixtures("committed")


def statuses(answers: list[Any]) -> list[int]:
    return sorted(answer.status_code for answer in answers)


def test_eight_new_tasks_at_once_have_eight_numbers_and_places(cast: Cast, bridge: Place) -> None:
    new = [lambda n=n: call(bridge.tasks, bridge.token, "post", {"title": f"T{n}"}) for n in range(8)]
    assert statuses(together(*new)) == [201] * 8
    rows = Task.objects.order_by("number")
    assert [row.number for row in rows] == list(range(1, 9))
    assert len({row.position for row in rows}) == 8
    assert Record.objects.filter(type="task.created").count() == 8 and verify(cast.home).broken_at is None


def test_eight_moves_behind_the_same_task_all_find_a_place(cast: Cast, bridge: Place) -> None:
    first = bridge.task("first")
    others = [bridge.task(f"T{number}") for number in range(8)]
    body = {"after": first["id"]}
    answers = together(
        *(lambda one=one: call(f"{url(one)}/move", bridge.token, "post", body) for one in others)
    )
    assert statuses(answers) == [200] * 8
    assert order(bridge)[0] == "first" and sorted(order(bridge)[1:]) == [f"T{n}" for n in range(8)]
    assert len(set(Task.objects.values_list("position", flat=True))) == 9


def test_of_eight_who_read_the_same_one_writes(cast: Cast, bridge: Place) -> None:
    there = url(bridge.task())
    headers = {"Authorization": f"Bearer {bridge.token}", "If-Match": '"1"'}
    answers = together(
        *(lambda n=n: call(there, "", "patch", {"title": f"T{n}"}, headers=headers) for n in range(8))
    )
    assert statuses(answers) == [200] + [412] * 7
    assert Record.objects.filter(type="task.updated").count() == 1


def test_a_task_moved_into_a_column_that_is_deleted_at_once_stands_somewhere(
    cast: Cast, bridge: Place
) -> None:
    task, column = bridge.task(), bridge.columns[2]
    together(
        lambda: call(url(task), bridge.token, "patch", {"column": column}),
        lambda: call(f"{API}/columns/{column}", bridge.token, "delete"),
    )
    row = Task.objects.select_related("column").get()
    assert row.column.retired_at is None


def test_a_change_and_a_move_at_once_are_both_there(cast: Cast, bridge: Place) -> None:
    task = bridge.task()
    together(
        lambda: call(url(task), bridge.token, "patch", {"title": "x"}),
        lambda: call(url(task), bridge.token, "patch", {"column": bridge.columns[1]}),
        lambda: call(url(task), bridge.token, "patch", {"labels": ["y"]}),
        lambda: call(url(task), bridge.token, "patch", {"column": bridge.columns[2]}),
    )
    row = Task.objects.get()
    assert (row.title, row.labels, row.version) == ("x", ["y"], 5)
