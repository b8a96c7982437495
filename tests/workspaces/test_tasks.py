"""Tasks through the API: their fields, their places, their numbers, and what is recorded of them."""

from typing import Any

import pytest

from accounts.models import Record, RecordDetails
from accounts.record import verify
from tests.cast import Cast
from tests.tokens.conftest import call, is_problem
from tests.workspaces.conftest import API, Place, patched, place
from workspaces.models import Task, Workspace
from workspaces.models.tasks import GAP


def recorded(cast: Cast, prefix: str = "task.") -> list[tuple[str, dict[str, Any]]]:
    """(type, changes) of what happened to tasks, oldest first."""
    rows = Record.objects.filter(organization_id=cast.home.pk, type__startswith=prefix).order_by("seq")
    details = RecordDetails.objects.filter(organization_id=cast.home.pk)
    told = {row.seq: row.changes for row in details}
    return [(row.type, told[row.seq]) for row in rows]


def url(task: dict[str, Any]) -> str:
    return f"{API}/tasks/{task['id']}"


def order(bridge: Place, column: int = 0) -> list[str]:
    """Titles in a column, from the top."""
    rows = Task.objects.filter(column__public_id=bridge.columns[column], retired_at=None)
    return list(rows.order_by("position", "pk").values_list("title", flat=True))


# ---------- make, read, change, delete ----------


def test_a_task_has_what_it_was_given(cast: Cast, bridge: Place) -> None:
    olga = cast.users["olga"].public_id
    given = {
        "description": "Two coats.\n",
        "assignee": olga,
        "due_on": "2026-12-31",
        "labels": ["red", "a b"],
    }
    made = bridge.task("Paint it", column=bridge.columns[1], **given)
    assert {key: made[key] for key in given} == given
    assert made["column"] == bridge.columns[1] and made["board"] == bridge.board
    assert (made["workspace"], made["number"], made["assignee_name"]) == (bridge.id, 1, "Olga")
    assert (made["done"], made["done_at"], made["version"]) == (False, None, 1)
    assert made["created_at"].endswith("Z") and made["created_at"] == made["updated_at"]
    assert call(url(made), bridge.token).json() == made


def test_without_a_column_it_stands_in_the_first(bridge: Place) -> None:
    assert bridge.task()["column"] == bridge.columns[0]


def test_only_what_is_given_changes(bridge: Place) -> None:
    made = bridge.task("Paint it", labels=["red"])
    changed = patched(url(made), bridge.token, title="Paint all of it")
    same = ("title", "updated_at", "version")
    assert {k: v for k, v in changed.items() if k not in same} == {
        k: v for k, v in made.items() if k not in same
    }
    assert changed["title"] == "Paint all of it" and changed["version"] == 2


def test_null_takes_away_whom_and_until_when(cast: Cast, bridge: Place) -> None:
    made = bridge.task(assignee=cast.users["olga"].public_id, due_on="2026-12-31")
    changed = patched(url(made), bridge.token, assignee=None, due_on=None)
    assert (changed["assignee"], changed["assignee_name"], changed["due_on"]) == (None, "", None)


def test_a_deleted_task_is_gone_and_its_number_stays_taken(bridge: Place) -> None:
    made = bridge.task()
    assert call(url(made), bridge.token, "delete").status_code == 204
    for method, body in (("get", None), ("delete", None), ("patch", {"title": "x"})):
        is_problem(call(url(made), bridge.token, method, body), 404)
    assert bridge.task()["number"] == 2
    assert [row["number"] for row in call(bridge.tasks, bridge.token).json()["items"]] == [2]


def test_numbers_run_in_each_workspace(robby: str, bridge: Place) -> None:
    harbour = place(robby, "Harbour")
    assert [bridge.task()["number"], harbour.task()["number"], bridge.task()["number"]] == [1, 1, 2]


# ---------- whom ----------


def test_a_task_goes_to_somebody_who_works_there(cast: Cast, bridge: Place) -> None:
    made, mia = bridge.task(), cast.users["mia"].public_id
    told = is_problem(call(url(made), bridge.token, "patch", {"assignee": mia}), 422, "invalid")
    assert told["errors"][0]["field"] == "assignee"
    assert call(f"{bridge.here}/members/{mia}", bridge.token, "put").status_code == 200
    assert patched(url(made), bridge.token, assignee=mia)["assignee_name"] == "Mia"


@pytest.mark.parametrize("who", ["nobody", "stan"])
def test_strangers_are_not_there(cast: Cast, bridge: Place, who: str) -> None:
    person = cast.users[who].public_id if who in cast.users else who
    told = is_problem(call(bridge.tasks, bridge.token, "post", {"title": "x", "assignee": person}), 404)
    assert told["field"] == "assignee" and not Task.objects.exists()


# ---------- places ----------


def test_new_ones_stand_at_the_end_and_move_behind_others(bridge: Place) -> None:
    a, _b, c = bridge.task("a"), bridge.task("b"), bridge.task("c")
    assert order(bridge) == ["a", "b", "c"]
    call(f"{url(c)}/move", bridge.token, "post", {"after": a["id"]})
    assert order(bridge) == ["a", "c", "b"]
    call(f"{url(c)}/move", bridge.token, "post", {"after": None})
    assert order(bridge) == ["c", "a", "b"]


def test_another_column_of_the_board(bridge: Place) -> None:
    a, b = bridge.task("a"), bridge.task("b", column=bridge.columns[1])
    patched(url(a), bridge.token, column=bridge.columns[1])
    assert (order(bridge), order(bridge, 1)) == ([], ["b", "a"])
    body = {"column": bridge.columns[2], "after": None}
    assert call(f"{url(b)}/move", bridge.token, "post", body).json()["column"] == bridge.columns[2]


def test_any_number_of_moves_to_the_same_place_keeps_the_order(bridge: Place) -> None:
    first, one, other = bridge.task("first"), bridge.task("one"), bridge.task("other")
    for _turn in range(30):
        for task in (one, other):
            answer = call(f"{url(task)}/move", bridge.token, "post", {"after": first["id"]})
            assert answer.status_code == 200
    assert order(bridge) == ["first", "other", "one"]
    positions = list(Task.objects.values_list("position", flat=True))
    assert len(set(positions)) == 3 and max(positions) <= 10 * GAP


def test_a_column_of_another_board_is_refused(robby: str, bridge: Place) -> None:
    further = call(f"{bridge.here}/boards", robby, "post", {"name": "Second"}).json()
    there, task = further["columns"][0]["id"], bridge.task()
    told = is_problem(call(url(task), robby, "patch", {"column": there}), 422, "invalid")
    assert told["errors"][0]["field"] == "column"
    is_problem(call(f"{url(task)}/move", robby, "post", {"column": there, "after": None}), 422, "invalid")
    elsewhere = place(robby, "Harbour").columns[0]
    for unknown in (elsewhere, "nobody"):
        told = is_problem(call(url(task), robby, "patch", {"column": unknown}), 404)
        assert told["field"] == "column"


def test_a_neighbour_stands_in_that_column(bridge: Place) -> None:
    a, b = bridge.task("a"), bridge.task("b", column=bridge.columns[1])
    move = f"{url(a)}/move"
    is_problem(call(move, bridge.token, "post", {"after": b["id"]}), 422, "invalid")
    is_problem(call(move, bridge.token, "post", {"after": a["id"]}), 422, "invalid")
    is_problem(call(move, bridge.token, "post", {"after": "nobody"}), 404)
    is_problem(call(move, bridge.token, "post", {}), 422, "invalid")
    assert order(bridge) == ["a"]


# ---------- what is recorded ----------


def test_each_verb_is_one_event(cast: Cast, bridge: Place) -> None:
    made = bridge.task("a", due_on="2026-12-31")
    patched(url(made), bridge.token, title="b", due_on=None)
    patched(url(made), bridge.token, column=bridge.columns[1])
    patched(url(made), bridge.token, done=True)
    patched(url(made), bridge.token, done=False)
    call(url(made), bridge.token, "delete")
    told = recorded(cast)
    assert [kind for kind, _ in told] == [
        "task.created",
        "task.updated",
        "task.moved",
        "task.completed",
        "task.updated",
        "task.deleted",
    ]
    assert told[1][1] == {"title": ["a", "b"], "due_on": ["2026-12-31", None]}
    assert told[2][1]["column"] == bridge.columns[:2]
    assert told[3][1] == {"done": [False, True]} and told[4][1] == {"done": [True, False]}
    workspace = Workspace.objects.get(public_id=bridge.id).pk
    rows = Record.objects.filter(type__startswith="task.")
    assert set(rows.values_list("workspace_id", "audience", "actor_kind")) == {(workspace, "work", "robot")}
    assert verify(cast.home).broken_at is None


def test_a_save_of_everything_is_one_event_of_each_kind(cast: Cast, bridge: Place) -> None:
    made = bridge.task("a")
    patched(url(made), bridge.token, title="b", done=True, column=bridge.columns[2], labels=["x"])
    assert [kind for kind, _ in recorded(cast)][1:] == ["task.updated", "task.completed", "task.moved"]


def test_what_changes_nothing_is_not_recorded(cast: Cast, bridge: Place) -> None:
    olga = cast.users["olga"].public_id
    given = {"title": "a", "labels": ["x"], "assignee": olga, "due_on": "2026-12-31", "done": True}
    made = bridge.task(**given)
    assert patched(url(made), bridge.token, **given, column=bridge.columns[0]) == made
    assert patched(url(made), bridge.token) == made
    assert call(f"{url(made)}/move", bridge.token, "post", {"after": None}).json() == made
    assert len(recorded(cast)) == 1


def test_the_record_reads_well(cast: Cast, bridge: Place) -> None:
    made = bridge.task("Paint it")
    patched(url(made), bridge.token, column=bridge.columns[2])
    patched(url(made), bridge.token, assignee=cast.users["olga"].public_id)
    page = cast.client("olga").get("/o/halden/record/").content.decode()
    assert "Moved the task" in page and "Paint it" in page and "from Planned to Done" in page


# ---------- an archived workspace ----------


def test_in_an_archived_workspace_nothing_changes(cast: Cast, bridge: Place) -> None:
    made = bridge.task()
    assert call(f"{bridge.here}/archive", bridge.token, "post").json()["archived_at"]
    is_problem(call(bridge.tasks, bridge.token, "post", {"title": "x"}), 409, "not_possible")
    is_problem(call(url(made), bridge.token, "patch", {"title": "x"}), 409, "not_possible")
    is_problem(call(url(made), bridge.token, "patch", {"column": bridge.columns[1]}), 409, "not_possible")
    is_problem(call(url(made), bridge.token, "delete"), 409, "not_possible")
    assert call(url(made), bridge.token).json() == made
    assert call(f"{bridge.here}/restore", bridge.token, "post").json()["archived_at"] is None
    assert patched(url(made), bridge.token, title="x")["title"] == "x"
    assert [kind for kind, _ in recorded(cast, "workspace.")] == [
        "workspace.created",
        "workspace.archived",
        "workspace.restored",
    ]
