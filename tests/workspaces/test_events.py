"""`GET /api/v1/events`: everything that one may hear of, in the order of commits, once."""

import threading
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone

from accounts import retention
from accounts.events import EventType, action, record
from accounts.models import Membership, Record
from tests.accounts.conftest import together
from tests.cast import Cast
from tests.tokens.conftest import call, is_problem, personal
from tests.workspaces.conftest import API, Place, place
from workspaces.models import Workspace

EVENTS = f"{API}/events"


def events(token: str, query: str = "") -> list[dict[str, Any]]:
    return call(f"{EVENTS}?limit=200&{query}", token).json()["items"]


def types(token: str, query: str = "") -> list[str]:
    return [event["type"] for event in events(token, query)]


def test_an_event_says_who_did_what_and_what_was_before(cast: Cast, bridge: Place) -> None:
    task = bridge.task("Paint it")
    answer = call(f"{API}/tasks/{task['id']}", bridge.token, "patch", {"title": "Paint all"})
    told = events(bridge.token)[-1]
    data = told.pop("data")
    assert told["type"] == "task.updated" and told["timestamp"].endswith("Z")
    assert set(told) == {"id", "type", "timestamp"}
    assert data["actor"] == {"kind": "robot", "id": cast.robby.public_id, "name": "Robby"}
    assert data["thing"] == {"kind": "task", "id": task["id"], "name": "Paint all"}
    assert data["changes"] == {"title": ["Paint it", "Paint all"]} and data["workspace"] == bridge.id
    assert data["request_id"] == answer.headers["X-Request-ID"]


def test_following_the_cursor_gives_everything_once(bridge: Place) -> None:
    for number in range(7):
        bridge.task(f"T{number}")
    seen: list[str] = []
    there, last = f"{EVENTS}?limit=3", None
    while there:
        last = call(there, bridge.token)
        seen += [event["data"]["thing"]["name"] for event in last.json()["items"]]
        assert last.json()["more"] == ("Link" in last.headers) == ("Retry-After" not in last.headers)
        there = last.headers.get("Link", "").partition(">")[0].removeprefix("<http://testserver")
    assert seen == ["Bridge", *(f"T{number}" for number in range(7))]
    cursor = last.json()["next"]
    assert events(bridge.token, f"after={cursor}") == []
    bridge.task("late")
    assert [event["data"]["thing"]["name"] for event in events(bridge.token, f"after={cursor}")] == ["late"]


def test_types_narrow_it_and_unknown_ones_are_refused(bridge: Place) -> None:
    bridge.task()
    assert types(bridge.token, "types=task.created") == ["task.created"]
    assert types(bridge.token, "types=task.created,workspace.created") == [
        "workspace.created",
        "task.created",
    ]
    assert types(bridge.token, "types=task.deleted") == []
    told = is_problem(call(f"{EVENTS}?types=task.crated", bridge.token), 422, "invalid")
    assert told["errors"][0]["field"] == "types"


@pytest.mark.parametrize("after", ["-1", "x", "99999999999999999999"])
def test_a_cursor_that_cannot_be_is_refused(bridge: Place, after: str) -> None:
    is_problem(call(f"{EVENTS}?after={after}", bridge.token), 422, "invalid")


def test_a_cursor_that_never_was_is_not_found(bridge: Place) -> None:
    assert is_problem(call(f"{EVENTS}?after=999999", bridge.token), 404)["field"] == "after"


def test_everybody_hears_what_is_for_them(cast: Cast, token_for, bridge: Place) -> None:
    Membership.objects.filter(organization=cast.home).update(api_access=True)
    bridge.task()
    place(bridge.token, "Harbour").task()
    call(f"{bridge.here}/members/{cast.users['mia'].public_id}", bridge.token, "put")
    heard = {who: set(types(personal(cast, who))) for who in ("olga", "carl", "adam", "mike", "mia", "stan")}
    for who in ("olga", "carl"):
        assert {"robot.created", "group.created", "task.created"} <= heard[who]
    assert "robot.created" not in heard["adam"] and {"group.created", "task.created"} <= heard["adam"]
    assert "group.created" in heard["mike"] and "task.created" not in heard["mike"]
    assert heard["mia"] == {"workspace.created", "task.created", "workspace.updated"}
    assert {event["data"]["workspace"] for event in events(personal(cast, "mia"))} == {bridge.id}
    assert not {"task.created", "group.created"} & heard["stan"]
    robots = {type.partition(".")[0] for type in types(token_for(cast.reader_values))}
    assert robots == {"workspace", "task"}


def test_each_scope_hears_its_own_audience(cast: Cast, bridge: Place) -> None:
    bridge.task()
    heard = {
        scope: types(personal(cast, "olga", [scope]))
        for scope in ("work:read", "people:write", "record:read")
    }
    audiences = {scope: {EventType(one).audience for one in told} for scope, told in heard.items()}
    assert audiences == {"work:read": {"work"}, "people:write": {"people"}, "record:read": {"owners"}}
    told = is_problem(call(EVENTS, personal(cast, "olga", ["groups:read", "work:write"])), 403, "not_allowed")
    assert told["scopes"] == ["work:read", "people:write", "record:read"]


def test_a_cursor_whose_events_were_removed_says_so(cast: Cast, bridge: Place) -> None:
    bridge.task()
    before = call(EVENTS, bridge.token).json()["next"]
    retention.prune(cast.home, timezone.now())
    bridge.task("late")
    told = is_problem(call(f"{EVENTS}?after=1", bridge.token), 410, "pruned")
    assert told["after"] == before
    for query in (f"after={told['after']}", "", "after=0"):
        assert [event["data"]["thing"]["name"] for event in events(bridge.token, query)] == ["late"]
    told = is_problem(call(f"{API}/record?after=1", personal(cast, "olga")), 410, "pruned")
    assert (
        call(f"{API}/record?after={told['after']}", personal(cast, "olga")).json()["items"][0]["type"]
        == "record.pruned"
    )


def test_members_hear_that_their_workspace_was_deleted(cast: Cast, bridge: Place) -> None:
    call(f"{bridge.here}/members/{cast.users['ada'].public_id}", bridge.token, "put")
    call(bridge.here, bridge.token, "delete")
    assert types(personal(cast, "ada"))[-1] == "workspace.deleted"


def test_a_page_of_events_costs_the_same_for_one_and_for_many(bridge: Place, queries) -> None:
    one = queries(lambda: events(bridge.token))
    for number in range(20):
        bridge.task(f"T{number}")
    assert queries(lambda: events(bridge.token)) == one <= 3


@pytest.mark.usefixtures("committed")
def test_what_commits_out_of_order_is_neither_missed_nor_repeated(cast: Cast, bridge: Place) -> None:
    """One action begins first and commits last: a reader in between must not step over it."""
    if connection.vendor == "sqlite":
        pytest.skip("One writer at a time: nothing can commit out of order")
    begun, go_on = threading.Event(), threading.Event()
    workspace = Workspace.objects.get(public_id=bridge.id)

    def slow() -> None:
        with action(cast.actor("olga")):
            record(EventType.WORKSPACE_ARCHIVED, workspace, workspace_id=workspace.pk)
            begun.set()
            assert go_on.wait(60)
        connections.close_all()

    thread = threading.Thread(target=slow)
    thread.start()
    assert begun.wait(60)
    bridge.task("quick")
    first = call(EVENTS, bridge.token).json()
    go_on.set()
    thread.join()
    second = call(f"{EVENTS}?after={first['next']}", bridge.token).json()
    assert [event["type"] for event in first["items"]][-1] == "task.created"
    assert [event["type"] for event in second["items"]] == ["workspace.archived"]


@pytest.mark.usefixtures("committed")
def test_a_reader_among_many_writers_misses_and_repeats_nothing(cast: Cast, bridge: Place) -> None:
    harbour = place(bridge.token, "Harbour")
    left = [4]
    seen: list[str] = []

    def write(there: Place) -> None:
        for number in range(10):
            there.task(f"T{number}")
        left[0] -= 1

    def read() -> None:
        after, ended = "0", False
        while True:
            ended = left[0] == 0
            told = call(f"{EVENTS}?after={after}&limit=3", bridge.token).json()
            seen.extend(event["id"] for event in told["items"])
            after = told["next"]
            if ended and not told["more"]:
                return

    failures = together(read, *(lambda one=one: write(one) for one in (bridge, harbour, bridge, harbour)))
    assert failures == [None] * 5
    rows = Record.objects.filter(organization_id=cast.home.pk, audience="work").order_by("seq")
    assert seen == [str(seq) for seq in rows.values_list("seq", flat=True)] and len(seen) == 42
