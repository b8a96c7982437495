"""`GET /api/v1/robots`: which robots there are, without anything that opens a door."""

from typing import Any

import pytest
from django.utils import timezone

from robots import actions
from robots.models import Robot, Secret
from tests.cast import Cast
from tests.tokens.conftest import call, is_problem, personal

ROBOTS = "/api/v1/robots"


def test_robots_are_listed_with_what_they_have(cast: Cast) -> None:
    robby, reader = call(ROBOTS, personal(cast, "olga", ["robots:read"])).json()["items"]
    assert (robby["id"], robby["name"], robby["read_only"]) == (cast.robby.public_id, "Robby", False)
    assert robby["scopes"] == ["work:read", "work:write", "people:read"]
    assert robby["api_name"] == cast.robby.api_name and robby["switched_off_at"] is None
    assert reader["read_only"] and reader["scopes"] == ["work:read", "people:read"]


def test_neither_credentials_nor_hints_come_along(cast: Cast) -> None:
    value = personal(cast, "olga")
    told = (
        call(ROBOTS, value).content.decode()
        + call(f"{ROBOTS}/{cast.robby.public_id}", value).content.decode()
    )
    secret = Secret.objects.get(robot=cast.robby)
    hints = [secret.client_secret_hint, secret.oauth1_token_hint, secret.oauth1_token_secret_hint]
    for closed in [cast.robby_values.client_id, cast.robby_values.client_secret, *hints, "gate_"]:
        assert closed not in told


def test_one_robot_that_is_switched_off(cast: Cast, token_for: Any) -> None:
    Robot.objects.filter(pk=cast.robby.pk).update(scopes=["robots:read"])
    Robot.objects.filter(pk=cast.reader.pk).update(switched_off_at=timezone.now())
    told = call(f"{ROBOTS}/{cast.reader.public_id}", token_for(cast.robby_values)).json()
    assert told["name"] == "Reader" and told["switched_off_at"].endswith("Z") and told["last_used_at"] is None


@pytest.mark.parametrize(
    ("who", "scopes"), [("olga", ["work:read"]), ("ada", None), ("ada", ["robots:read"])]
)
def test_others_are_refused_by_the_name_of_the_scope(cast: Cast, who: str, scopes: Any) -> None:
    told = is_problem(call(ROBOTS, personal(cast, who, scopes)), 403, "not_allowed")
    assert told["power"] == "READ_ROBOTS" and told["scopes"] == ["robots:read"]


def test_strange_and_deleted_ones_are_not_there(cast: Cast) -> None:
    theirs = actions.create(cast.actor("stan"), "c" * 32, "Theirs").robot
    Robot.objects.filter(pk=cast.reader.pk).update(retired_at=timezone.now())
    value = personal(cast, "olga")
    for gone in (theirs.public_id, cast.reader.public_id, "nobody"):
        is_problem(call(f"{ROBOTS}/{gone}", value), 404)
    is_problem(call(f"{ROBOTS}?after={theirs.public_id}", value), 404)
    assert [row["name"] for row in call(ROBOTS, value).json()["items"]] == ["Robby"]


def test_pages_follow_each_other(cast: Cast, queries: Any) -> None:
    value = personal(cast, "olga")
    first = call(f"{ROBOTS}?limit=1", value)
    assert 'rel="next"' in first.headers["Link"]
    rest = call(f"{ROBOTS}?after={first.json()['next']}", value).json()
    assert [row["name"] for row in rest["items"]] == ["Reader"] and rest["next"] is None
    assert queries(lambda: call(ROBOTS, value)) == queries(lambda: call(f"{ROBOTS}?limit=1", value))
    is_problem(call(f"{ROBOTS}?limit=0", value), 422, "invalid")
