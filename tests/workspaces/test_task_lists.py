"""Lists of tasks page after page and through filters, many at once, and two who change the same."""

from typing import Any
from urllib.parse import unquote

import pytest

from accounts.models import Membership, Record
from tests.cast import Cast
from tests.conftest import bearer
from tests.tokens.conftest import call, is_problem, personal
from tests.workspaces.conftest import API, Place, made, patched, place
from workspaces.models import Task, Workspace


def titles(bridge: Place, query: str = "", token: str = "") -> list[str]:
    answer = call(f"{bridge.tasks}?{query}", token or bridge.token)
    assert answer.status_code == 200, answer.content
    return [row["title"] for row in answer.json()["items"]]


def bulk(bridge: Place, *tasks: Any) -> list[dict[str, Any]]:
    return made(f"{bridge.tasks}/bulk", bridge.token, {"tasks": list(tasks)}, 200)["results"]


# ---------- pages ----------


@pytest.mark.parametrize("limit", [1, 3, 7, 8])
def test_pages_follow_one_another_along_the_link(bridge: Place, limit: int) -> None:
    bulk(bridge, *({"title": f"T{number}"} for number in range(7)))
    seen: list[str] = []
    there = f"{bridge.tasks}?limit={limit}&done=false"
    while there:
        answer = call(there, bridge.token)
        seen += [row["title"] for row in answer.json()["items"]]
        link = answer.headers.get("Link", "")
        there = link.partition(">")[0].removeprefix("<http://testserver")
        assert not there or "done=false" in there
    assert seen == [f"T{number}" for number in range(7)]


def test_a_move_or_a_deletion_between_two_pages_repeats_and_skips_nothing(bridge: Place) -> None:
    rows = bulk(bridge, *({"title": f"T{number}"} for number in range(4)))
    first = call(f"{bridge.tasks}?limit=2", bridge.token).json()
    call(f"{API}/tasks/{rows[3]['task']['id']}/move", bridge.token, "post", {"after": None})
    call(f"{API}/tasks/{rows[1]['task']['id']}", bridge.token, "delete")
    assert titles(bridge, f"after={first['next']}") == ["T2", "T3"]


def test_a_list_costs_three_queries_whatever_its_length(cast: Cast, bridge: Place, queries) -> None:
    olga = cast.users["olga"].public_id
    bulk(bridge, *({"title": f"T{n}", "assignee": olga, "labels": ["x"]} for n in range(60)))
    filters = f"column={bridge.columns[0]}&assignee={olga}&label=x&done=false"
    for query in ("limit=1", "limit=50", f"limit=50&{filters}"):
        assert queries(lambda query=query: titles(bridge, query)) <= 3


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "after=-1", "after=x", "after=99999999999", "done=maybe"]
)
def test_a_page_that_cannot_be_is_refused_by_name(bridge: Place, query: str) -> None:
    told = is_problem(call(f"{bridge.tasks}?{query}", bridge.token), 422, "invalid")
    assert told["errors"][0]["field"] == query.partition("=")[0]


@pytest.mark.parametrize("query", ["don=true", "Done=true", "done=true&done=false", "label[]=red", "%C5%BC="])
def test_a_filter_that_is_no_filter_does_not_widen_the_list(bridge: Place, query: str) -> None:
    bridge.task("a")
    told = is_problem(call(f"{bridge.tasks}?{query}", bridge.token), 422, "invalid")
    assert told["errors"][0]["field"] == unquote(query.partition("=")[0])


def test_no_call_takes_parameters_that_it_does_not_know(cast: Cast, robby: str, bridge: Place) -> None:
    for path, method in (("/me", "get"), ("/people", "get"), ("/record", "get"), ("/workspaces", "post")):
        value = personal(cast, "olga")
        told = is_problem(
            call(f"{API}{path}?colour=red", value, method, {"name": "x"} if method == "post" else None),
            422,
            "invalid",
        )
        assert told["errors"][0]["field"] == "colour"
    assert Workspace.objects.count() == 1
    # Who may not do it at all hears that first.
    is_problem(call(f"{API}/record?colour=red", robby), 403, "not_allowed")


# ---------- filters ----------


def test_filters_leave_what_they_say(cast: Cast, bridge: Place) -> None:
    olga = cast.users["olga"].public_id
    bridge.task("a", labels=["red", "żółty"], assignee=olga)
    bridge.task("b", column=bridge.columns[1], done=True)
    third = bridge.task("c", labels=["reddish", '"x"'])
    assert titles(bridge, f"column={bridge.columns[1]}") == ["b"]
    assert titles(bridge, f"board={bridge.board}") == ["a", "b", "c"]
    assert titles(bridge, f"assignee={olga}") == ["a"]
    assert (titles(bridge, "done=true"), titles(bridge, "done=false")) == (["b"], ["a", "c"])
    assert titles(bridge, "label=red") == ["a"]
    assert titles(bridge, "label=%C5%BC%C3%B3%C5%82ty") == ["a"]
    assert titles(bridge, "label=%22x%22") == ["c"]
    assert titles(bridge, "label=%25") == titles(bridge, "label=") == []
    before = third["updated_at"].replace("+", "%2B")
    assert titles(bridge, f"updated_after={before}") == []
    patched(f"{API}/tasks/{third['id']}", bridge.token, title="d")
    assert titles(bridge, f"updated_after={before}") == ["d"]


@pytest.mark.parametrize(
    "moment",
    ["yesterday", "2026-01-01T00:00:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00%2B14:00", "1e999"],
)
def test_a_moment_that_cannot_be_is_refused(bridge: Place, moment: str) -> None:
    is_problem(call(f"{bridge.tasks}?updated_after={moment}", bridge.token), 422, "invalid")


@pytest.mark.parametrize("name", ["board", "column", "assignee"])
def test_a_filter_by_what_is_not_there_is_not_found(cast: Cast, robby: str, bridge: Place, name: str) -> None:
    harbour, stan = place(robby, "Harbour"), cast.users["stan"].public_id
    foreign = {"board": harbour.board, "column": harbour.columns[0], "assignee": stan}
    for value in (foreign[name], "nobody", ""):
        assert is_problem(call(f"{bridge.tasks}?{name}={value}", robby), 404)["field"] == name


# ---------- many at once ----------


def test_each_of_many_has_a_result_of_its_own(cast: Cast, bridge: Place) -> None:
    mia = cast.users["mia"].public_id
    told = bulk(
        bridge,
        {"title": "a"},
        {"title": ""},
        {"title": "b", "color": "red"},
        {"title": "c", "column": "nobody"},
        {"title": "d", "assignee": mia},
        {"title": "e", "column": bridge.columns[1]},
    )
    assert [row["status"] for row in told] == [201, 422, 422, 404, 422, 201]
    assert [row["index"] for row in told] == list(range(6))
    fields = [row["errors"][0]["field"] for row in told if row["errors"]]
    assert fields == ["title", "color", "column", "assignee"]
    assert [row["task"]["number"] for row in told if row["task"]] == [1, 2]
    assert told[5]["task"] == call(f"{API}/tasks/{told[5]['task']['id']}", bridge.token).json()
    assert Record.objects.filter(type="task.created").count() == Task.objects.count() == 2


def test_two_hundred_cost_no_more_queries_than_two(bridge: Place, queries) -> None:
    few = queries(lambda: bulk(bridge, {"title": "a"}, {"title": "b"}))
    many = queries(lambda: bulk(bridge, *({"title": f"T{number}"} for number in range(200))))
    # SQLite takes fewer rows in one INSERT.
    assert many <= few + 12
    assert titles(bridge, "after=200&limit=5") == ["T198", "T199"]


@pytest.mark.parametrize("tasks", [[], [{"title": "x"}] * 201, {}, None, "x", [1], [None]])
def test_too_many_or_none_are_refused(bridge: Place, tasks: Any) -> None:
    answer = call(f"{bridge.tasks}/bulk", bridge.token, "post", {"tasks": tasks})
    is_problem(answer, 422, "invalid")
    assert not Task.objects.exists()


# ---------- two who change the same ----------


def test_a_stale_write_is_refused(bridge: Place) -> None:
    task = bridge.task()
    there = f"{API}/tasks/{task['id']}"
    tag = call(there, bridge.token).headers["ETag"]

    def write(match: str, method: str = "patch", title: str = "x", path: str = there) -> Any:
        body = {"patch": {"title": title}, "post": {"after": None}}.get(method)
        headers = bearer(bridge.token) | {"If-Match": match}
        return call(path, "", method, body, headers=headers)

    answer = write(tag)
    assert answer.status_code == 200 and answer.headers["ETag"] != tag
    for method, path in (("patch", there), ("delete", there), ("post", f"{there}/move")):
        is_problem(write(tag, method, "y", path), 412, "stale")
    for none in ('"0"', 'W/"2"', "2", "", '"x"', '"99999999999999999999"'):
        is_problem(write(none), 412, "stale")
    assert write(f'"7", {answer.headers["ETag"]}', title="z").status_code == 200
    assert write("*", title="w").status_code == 200


def test_workspaces_boards_and_columns_have_versions_too(bridge: Place) -> None:
    headers = bearer(bridge.token) | {"If-Match": '"1"'}
    for path in (bridge.here, f"{API}/columns/{bridge.columns[0]}"):
        assert call(path, bridge.token).headers["ETag"] == '"1"'
        assert call(path, "", "patch", {"name": "x"}, headers=headers).headers["ETag"] == '"2"'
        is_problem(call(path, "", "patch", {"name": "y"}, headers=headers), 412, "stale")
    # The column's change was one of its board, too.
    is_problem(call(f"{API}/boards/{bridge.board}", "", "delete", headers=headers), 412, "stale")


# ---------- bad input ----------

BAD: list[tuple[dict[str, Any], str]] = [
    ({"title": ""}, "title"),
    ({"title": "x" * 201}, "title"),
    ({"title": "a\nb"}, "title"),
    ({"title": "a\u0000"}, "title"),
    ({"title": None}, "title"),
    ({"title": 7}, "title"),
    ({"description": "x" * 10_001}, "description"),
    ({"description": None}, "description"),
    ({"due_on": "tomorrow"}, "due_on"),
    ({"due_on": "2026-02-30"}, "due_on"),
    ({"due_on": 0}, "due_on"),
    ({"due_on": "2026-12-31T00:00:00Z"}, "due_on"),
    ({"due_on": "20261231"}, "due_on"),
    ({"labels": "red"}, "labels"),
    ({"labels": ["x"] * 21}, "labels"),
    ({"labels": [""]}, "labels.0"),
    ({"labels": ["a\nb"]}, "labels.0"),
    ({"labels": [7]}, "labels.0"),
    ({"done": "yes"}, "done"),
    ({"done": 1}, "done"),
    ({"done": None}, "done"),
    ({"column": 7}, "column"),
    ({"assignee": {"id": "x"}}, "assignee"),
    ({"assignee": "x" * 65}, "assignee"),
    ({"number": 7}, "number"),
    ({"id": "mine"}, "id"),
    ({"position": 1}, "position"),
    ({"version": 1}, "version"),
]


@pytest.mark.parametrize(("body", "field"), BAD)
def test_what_cannot_be_is_refused_by_name(bridge: Place, body: dict[str, Any], field: str) -> None:
    task = bridge.task()
    there = f"{API}/tasks/{task['id']}"
    for method, path, given in (
        ("post", bridge.tasks, {"title": "x"} | body),
        ("patch", there, body),
    ):
        told = is_problem(call(path, bridge.token, method, given), 422, "invalid")
        assert [error["field"] for error in told["errors"]] == [field]
    assert call(there, bridge.token).json() == task and Task.objects.count() == 1


@pytest.mark.parametrize("id", ["nobody", "1", "%2e%2e", "😀", "%FF", "x" * 64])
@pytest.mark.parametrize("kind", ["tasks", "boards", "columns"])
def test_an_unknown_id_is_not_found(bridge: Place, kind: str, id: str) -> None:
    for method, body in (("get", None), ("patch", {}), ("delete", None)):
        is_problem(call(f"{API}/{kind}/{id}", bridge.token, method, body), 404)


# ---------- who sees what ----------


def test_everybody_sees_what_they_may(cast: Cast, token_for, bridge: Place) -> None:
    Membership.objects.filter(organization=cast.home).update(api_access=True)
    made_task = bridge.task("Paint it")
    paths = [
        bridge.here,
        f"{bridge.here}/boards",
        bridge.tasks,
        f"{bridge.here}/members",
        f"{API}/boards/{bridge.board}",
        f"{API}/columns/{bridge.columns[0]}",
        f"{API}/tasks/{made_task['id']}",
    ]
    for who, status in {"olga": 200, "carl": 200, "adam": 200, "mia": 404, "mike": 404, "stan": 404}.items():
        token = personal(cast, who)
        assert {call(path, token).status_code for path in paths} == {status}, who
    assert {call(path, token_for(cast.reader_values)).status_code for path in paths} == {200}
    mia = cast.users["mia"].public_id
    call(f"{bridge.here}/members/{mia}", bridge.token, "put")
    assert {call(path, personal(cast, "mia")).status_code for path in paths} == {200}


def test_everybody_writes_what_they_may(cast: Cast, token_for, bridge: Place) -> None:
    call(f"{bridge.here}/members/{cast.users['ada'].public_id}", bridge.token, "put")
    task = f"{API}/tasks/{bridge.task()['id']}"
    writes = [("post", bridge.tasks, {"title": "x"}), ("patch", task, {"title": "y"}), ("delete", task, None)]
    for token, status in ((token_for(cast.reader_values), 403), (personal(cast, "stan"), 404)):
        for method, path, body in writes:
            is_problem(call(path, token, method, body), status, "not_allowed" if status == 403 else "")
    readonly = personal(cast, "ada", ["work:read"])
    is_problem(call(task, readonly, "patch", {"title": "y"}), 403, "not_allowed")
    ada = personal(cast, "ada")
    assert [call(path, ada, method, body).status_code for method, path, body in writes] == [201, 200, 204]
    is_problem(call(f"{bridge.here}/archive", ada, "post"), 403, "not_allowed")
    is_problem(call(f"{bridge.here}/members/{cast.users['mia'].public_id}", ada, "put"), 403, "not_allowed")
