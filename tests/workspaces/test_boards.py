"""Boards, their columns, and who belongs to a workspace, through the API."""

from typing import Any

import pytest

from accounts.models import Membership, Record
from tests.cast import Cast
from tests.tokens.conftest import call, is_problem, personal
from tests.workspaces.conftest import API, Place, made, patched, place
from tests.workspaces.test_tasks import recorded
from workspaces.models import Workspace


def names(board: dict[str, Any]) -> list[str]:
    return [column["name"] for column in board["columns"]]


def board(bridge: Place) -> dict[str, Any]:
    return call(f"{API}/boards/{bridge.board}", bridge.token).json()


# ---------- boards ----------


def test_a_new_workspace_has_one_board_with_three_columns(bridge: Place) -> None:
    assert names(board(bridge)) == ["Planned", "In progress", "Done"]
    assert board(bridge) == call(f"{bridge.here}/boards", bridge.token).json()["items"][0]


def test_a_further_board_has_the_columns_it_was_given(bridge: Place) -> None:
    boards = f"{bridge.here}/boards"
    assert names(made(boards, bridge.token, {"name": "Second", "columns": ["Open", "Shut"]})) == [
        "Open",
        "Shut",
    ]
    assert names(made(boards, bridge.token, {"name": "Third"})) == ["Planned", "In progress", "Done"]
    assert [row["name"] for row in call(boards, bridge.token).json()["items"]] == ["Board", "Second", "Third"]


def test_columns_come_go_and_change_their_order(cast: Cast, bridge: Place) -> None:
    columns = f"{API}/boards/{bridge.board}/columns"
    checked = made(columns, bridge.token, {"name": "Checked"})["id"]
    planned, doing, done = bridge.columns
    order = {"columns": [planned, doing, checked, done]}
    changed = patched(f"{API}/boards/{bridge.board}", bridge.token, **order)
    assert names(changed) == ["Planned", "In progress", "Checked", "Done"]
    patched(f"{API}/columns/{checked}", bridge.token, name="Looked at")
    assert call(f"{API}/columns/{doing}", bridge.token, "delete").status_code == 204
    assert names(board(bridge)) == ["Planned", "Looked at", "Done"]
    kinds = [kind for kind, _ in recorded(cast, "column.")]
    assert kinds == ["column.created", "column.updated", "column.deleted"]


@pytest.mark.parametrize("wrong", ["fewer", "twice", "foreign"])
def test_an_order_names_each_column_once(robby: str, bridge: Place, wrong: str) -> None:
    first, *rest = bridge.columns
    there = {
        "fewer": rest,
        "twice": [first, first, *rest[1:]],
        "foreign": [place(robby, "x").columns[0], *rest],
    }
    here = f"{API}/boards/{bridge.board}"
    told = is_problem(call(here, robby, "patch", {"columns": there[wrong]}), 422, "invalid")
    assert told["errors"][0]["field"] == "columns"
    assert [column["id"] for column in board(bridge)["columns"]] == bridge.columns


def test_what_holds_tasks_or_is_the_last_one_stays(bridge: Place) -> None:
    bridge.task()
    planned, doing, done = (f"{API}/columns/{column}" for column in bridge.columns)
    is_problem(call(planned, bridge.token, "delete"), 409, "not_possible")
    is_problem(call(f"{API}/boards/{bridge.board}", bridge.token, "delete"), 409, "not_possible")
    empty = made(f"{bridge.here}/boards", bridge.token, {"name": "x", "columns": ["Only"]})
    only = f"{API}/columns/{empty['columns'][0]['id']}"
    is_problem(call(only, bridge.token, "delete"), 409, "not_possible")
    assert [call(path, bridge.token, "delete").status_code for path in (doing, done)] == [204, 204]


def test_with_a_board_go_its_columns_and_tasks(cast: Cast, bridge: Place) -> None:
    made(f"{bridge.here}/boards", bridge.token, {"name": "Second"})
    task = bridge.task()
    assert call(f"{API}/boards/{bridge.board}", bridge.token, "delete").status_code == 204
    for path in (f"boards/{bridge.board}", f"columns/{bridge.columns[0]}", f"tasks/{task['id']}"):
        for method, body in (("get", None), ("patch", {}), ("delete", None)):
            is_problem(call(f"{API}/{path}", bridge.token, method, body), 404)
    assert call(bridge.tasks, bridge.token).json()["items"] == []
    told = is_problem(
        call(bridge.tasks, bridge.token, "post", {"title": "x", "column": bridge.columns[0]}), 404
    )
    assert told["field"] == "column"
    assert bridge.task("y")["board"] != bridge.board
    assert recorded(cast, "board.")[-1] == ("board.deleted", {"name": "Board"})


def test_what_changes_nothing_is_not_recorded(cast: Cast, bridge: Place) -> None:
    before = Record.objects.count()
    patched(f"{API}/boards/{bridge.board}", bridge.token, name="Board", columns=bridge.columns)
    patched(f"{API}/columns/{bridge.columns[0]}", bridge.token, name="Planned")
    call(f"{bridge.here}/restore", bridge.token, "post")
    assert Record.objects.count() == before


def test_a_hundred_boards_are_enough(bridge: Place) -> None:
    found = Workspace.objects.get(public_id=bridge.id)
    found.boards.bulk_create(
        type(found.boards.first())(organization=found.organization, workspace=found, name=f"B{number}")
        for number in range(99)
    )
    is_problem(call(f"{bridge.here}/boards", bridge.token, "post", {"name": "x"}), 409, "not_possible")


# ---------- who belongs ----------


def members(bridge: Place, query: str = "") -> list[str]:
    rows = call(f"{bridge.here}/members{query}", bridge.token).json()["items"]
    return [row["name"] for row in rows]


def test_people_join_and_leave(cast: Cast, bridge: Place) -> None:
    for who in ("mia", "ada", "mia"):
        there = f"{bridge.here}/members/{cast.users[who].public_id}"
        assert call(there, bridge.token, "put").json()["name"] == who.capitalize()
    assert members(bridge) == ["Mia", "Ada"] and members(bridge, "?limit=1") == ["Mia"]
    assert members(bridge, f"?after={cast.users['mia'].public_id}") == ["Ada"]
    mia = f"{bridge.here}/members/{cast.users['mia'].public_id}"
    assert call(mia, bridge.token, "delete").status_code == 204
    is_problem(call(mia, bridge.token, "delete"), 404)
    told = [changes for kind, changes in recorded(cast, "workspace.updated")]
    mias, adas = cast.users["mia"].public_id, cast.users["ada"].public_id
    assert told == [{"joined": mias}, {"joined": adas}, {"left": mias}]


@pytest.mark.parametrize("who", ["stan", "nobody"])
def test_only_people_of_the_organization_join(cast: Cast, bridge: Place, who: str) -> None:
    person = cast.users[who].public_id if who in cast.users else who
    is_problem(call(f"{bridge.here}/members/{person}", bridge.token, "put"), 404)
    is_problem(call(f"{bridge.here}/members?after={person}", bridge.token), 404)
    assert members(bridge) == []


def test_who_comes_back_does_so_without_the_workspaces_of_before(cast: Cast, bridge: Place) -> None:
    ada = cast.users["ada"].public_id
    call(f"{bridge.here}/members/{ada}", bridge.token, "put")
    task = bridge.task(assignee=ada)
    cast.client("olga").post(f"/o/halden/people/{ada}/remove/", {"confirm": "on"})
    assert cast.membership("ada").retired_at and members(bridge) == []
    assert call(f"{API}/tasks/{task['id']}", bridge.token).json()["assignee_name"] == "Ada"
    Membership.objects.filter(user=cast.users["ada"]).update(retired_at=None, api_access=True)
    is_problem(call(bridge.here, personal(cast, "ada")), 404)
