"""`/api/RobotAccount`: what goes in and what comes out, and that it is the same robots as on our pages."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from accounts import grouping
from accounts.events import action
from accounts.models import Record
from robots import actions, robot_accounts, switches
from robots.grouping import Unresolved
from robots.models import Robot
from tests.cast import Cast
from tests.conftest import bearer
from tests.dialects.conftest import API, Caller, is_directory, is_validation

SEVEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}")
KEYS = ["id", "name", "displayName", "creationTime", "lastLoginTime", "groupIds"]


def page(cast: Cast, robot: str) -> str:
    return cast.client("olga").get(f"/o/halden/settings/robots/{robot}/").content.decode()


def test_robots_of_our_pages_are_listed(cast: Cast, caller: Caller) -> None:
    told = caller.robots()
    assert list(told) == ["totalCount", "results"] and told["totalCount"] == 2
    robby, reader = told["results"]
    assert list(robby) == KEYS and (robby["id"], robby["displayName"]) == (cast.robby.public_id, "Robby")
    assert re.fullmatch(r"robot-[0-9a-f]{8}", robby["name"]) and robby["groupIds"] == []
    assert SEVEN.fullmatch(robby["creationTime"]) and reader["lastLoginTime"] is None


def test_a_robot_account_is_a_robot_without_credentials(cast: Cast, caller: Caller) -> None:
    answer = caller.call(
        "post", API, {"name": "roby", "displayName": "Roby", "groupIDsToAdd": [cast.group.public_id]}
    )
    assert answer.status_code == 201
    made = answer.json()
    assert list(made) == KEYS and SEVEN.fullmatch(made["creationTime"].removesuffix("Z"))
    assert made["creationTime"].endswith("Z") and made["groupIds"] == [cast.group.public_id]
    robot = Robot.objects.get(public_id=made["id"])
    assert (robot.api_name, robot.name, robot.secrets.count()) == ("roby", "Roby", 0)
    assert "Roby" in page(cast, made["id"]) and ">roby<" in page(cast, made["id"])
    assert "Roby" in cast.client("olga").get(f"/o/halden/groups/{cast.group.public_id}/").content.decode()
    events = Record.objects.filter(thing_key=made["id"]).order_by("seq").values_list("type", "actor_key")
    assert list(events) == [("robot.created", cast.robby.public_id), ("robot.updated", cast.robby.public_id)]


def test_what_owners_change_is_seen_here(cast: Cast, caller: Caller) -> None:
    made = caller.make("roby")
    actions.update(cast.actor("olga"), made["id"], 1, name="Nightly import")
    switches.set_groups(cast.actor("olga"), made["id"], [cast.group.public_id])
    told = caller.call("get", f"{API}/{caller.partition}/{made['id']}").json()
    assert (told["name"], told["displayName"]) == ("roby", "Nightly import")
    assert told["groupIds"] == [cast.group.public_id]
    switches.delete(cast.actor("olga"), made["id"])
    is_directory(caller.call("get", f"{API}/{caller.partition}/{made['id']}"), 404, "NotFound")


def test_name_stays_and_groups_change(cast: Cast, caller: Caller) -> None:
    other = grouping.create(cast.actor("olga"), "Import")
    made = caller.make("roby", groupIDsToAdd=[cast.group.public_id])
    change = {
        "name": "other",
        "displayName": "Roby 2",
        "groupIDsToAdd": [other.public_id],
        "groupIDsToRemove": [cast.group.public_id],
    }
    told = caller.call("put", f"{API}/{made['id']}", change).json()
    assert (told["name"], told["displayName"], told["groupIds"]) == ("roby", "Roby 2", [other.public_id])
    assert not told["creationTime"].endswith("Z")
    lines = Record.objects.filter(thing_key=made["id"]).count()
    assert caller.call("put", f"{API}/{made['id']}", change).json() == told
    assert Record.objects.filter(thing_key=made["id"]).count() == lines


def test_a_settings_page_that_was_open_notices(cast: Cast, caller: Caller) -> None:
    made = caller.make("roby")
    caller.call("put", f"{API}/{made['id']}", {"groupIDsToAdd": [cast.group.public_id]})
    form = {"version": "1", "scopes": [], "groups": []}
    path = f"/o/halden/settings/robots/{made['id']}/"
    answer = cast.client("olga").post(path + "scopes/", form)
    assert answer.status_code == 422 and "changed this robot" in answer.content.decode()
    assert caller.robots()["results"][2]["groupIds"] == [cast.group.public_id]


def test_deleting_one_and_several(cast: Cast, caller: Caller) -> None:
    first, second, third = (caller.make(name)["id"] for name in ("a", "b", "c"))
    answer = caller.call("delete", f"{API}/{caller.partition}/{first}")
    assert (answer.status_code, answer.content) == (204, b"")
    here = f"{API}/{caller.partition}"
    assert is_directory(caller.call("delete", here, {"robotAccountIDs": [second, "88-uv"]}), 404, "NotFound")
    assert Robot.objects.get(public_id=second).retired_at is None
    answer = caller.call("delete", here, {"robotAccountIDs": [second, third, second]})
    assert (answer.status_code, answer.content) == (200, b"")
    assert [row["displayName"] for row in caller.robots()["results"]] == ["Robby", "Reader"]
    assert is_validation(caller.call("delete", here, {}), "robotAccountIDs")
    assert caller.call("delete", here, {"robotAccountIDs": []}).status_code == 200
    assert caller.robots()["totalCount"] == 2


def test_a_name_is_there_once_and_an_id_for_ever(cast: Cast, caller: Caller) -> None:
    made = caller.make("roby", id="88-uv")
    told = is_directory(caller.call("post", API, {"name": "roby"}), 400, "BadRequest")
    assert told == "There is a robot account with this name."
    caller.call("delete", f"{API}/{caller.partition}/88-uv")
    assert caller.make("roby")["id"] != made["id"]
    assert "never used again" in is_directory(
        caller.call("post", API, {"name": "x", "id": "88-uv"}), 400, "BadRequest"
    )
    with pytest.raises(Unresolved):
        robot_accounts.change(cast.actor("olga"), "88-uv", "Other")


def test_a_robot_of_our_pages_never_meets_a_taken_name(cast: Cast, caller: Caller) -> None:
    made = caller.make("roby", id="abcdefgh-1")
    assert made["name"] == "roby"
    Robot.objects.filter(public_id="abcdefgh-1").update(api_name="robot-abcdefgh")
    olga = cast.actor("olga")
    with action(olga):
        other = actions.new_robot(olga, cast.home, name="Other", public_id="abcdefgh-2")
    assert other.api_name == "robot-abcdefgh-2"


def test_lists_are_searched_ordered_and_cut(caller: Caller) -> None:
    for name in ("beta", "alpha", "gamma"):
        caller.make(name, displayName=f"{name} machine")
    told = caller.robots("?searchTerm=MACHINE&top=2&sortBy=Name&sortOrder=DESC&$count=false&odd=1")
    assert told["totalCount"] == 3 and [row["name"] for row in told["results"]] == ["gamma", "beta"]
    assert [
        row["name"] for row in caller.robots("?searchTerm=machine&skip=1&SORTBY=displayname")["results"]
    ] == ["beta", "gamma"]
    assert caller.robots("?skip=5&top=1000&sortBy=&top=") == {"totalCount": 5, "results": []}
    assert [row["name"] for row in caller.call("get", f"{API}?searchTerm=alpha").json()["results"]] == [
        "alpha"
    ]


def test_ten_come_unless_more_are_asked_for(cast: Cast, caller: Caller) -> None:
    for number in range(12):
        caller.make(f"r{number}")
    assert len(caller.robots()["results"]) == 10 and len(caller.robots("?top=1000")["results"]) == 14


@pytest.mark.parametrize(
    "query", ["top=1001", "top=x", "skip=-1", "sortBy=secret", "sortOrder=up", f"top={10**30}"]
)
def test_a_query_that_is_none(caller: Caller, query: str) -> None:
    is_validation(caller.call("get", f"{API}/{caller.partition}?{query}"), query.partition("=")[0])


def test_a_long_list_is_written_while_it_is_sent(cast: Cast, caller: Caller, queries: Any) -> None:
    olga = cast.actor("olga")
    with action(olga):
        for number in range(203):
            actions.new_robot(olga, cast.home, name=f"Robot {number}")
    path = f"{API}/{caller.partition}?top=1000"
    answer = Client().get(path, headers=bearer(caller.token))
    assert answer.streaming and answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert answer.headers["X-RateLimit-Limit"] == "10000" and answer.headers["Cache-Control"] == "no-store"
    pieces: list[bytes] = []
    assert queries(lambda: pieces.extend(answer.streaming_content)) == 0
    assert len(pieces) == 4
    told = json.loads(b"".join(pieces))
    assert told["totalCount"] == len(told["results"]) == 205
    assert len({row["id"] for row in told["results"]}) == 205
    asked = Client().head(path, headers=bearer(caller.token))
    assert asked.status_code == 200 and asked.headers["Content-Type"] == answer.headers["Content-Type"]


def test_a_list_costs_the_same_for_few_and_many(cast: Cast, caller: Caller, queries: Any) -> None:
    few = queries(lambda: caller.robots("?top=1"))
    for number in range(20):
        caller.make(f"r{number}", groupIDsToAdd=[cast.group.public_id])
    assert queries(lambda: caller.robots("?top=1000")) == few
