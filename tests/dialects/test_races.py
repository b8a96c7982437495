"""Many at once, really committed: the database holds what is there once."""

from typing import Any

import pytest

from accounts.models import Group, Record
from robots.models import Robot, SigningKey
from tests.accounts.conftest import together
from tests.cast import Cast
from tests.dialects.conftest import API, FURTHER, Caller, ask_token
from tests.dialects.test_token import verified

pytestmark = pytest.mark.usefixtures("committed")


def statuses(answers: list[Any]) -> list[int]:
    """In order; an exception comes out as it is."""
    return sorted(answer.status_code for answer in answers)


def test_the_first_tokens_of_all_share_one_key(cast: Cast) -> None:
    Robot.objects.filter(pk=cast.robby.pk).update(scopes=FURTHER)
    answers = together(*[lambda: ask_token(cast.robby_values)] * 4)
    assert statuses(answers) == [200] * 4 and SigningKey.objects.count() == 1
    assert all(verified(answer.json()["access_token"]) for answer in answers)


def test_one_name_makes_one_robot(cast: Cast, caller: Caller) -> None:
    answers = together(*[lambda: caller.call("post", API, {"name": "roby"})] * 4)
    assert statuses(answers) == [201, 400, 400, 400]
    assert Robot.objects.filter(api_name="roby").count() == 1
    assert Record.objects.filter(type="robot.created", actor_key=cast.robby.public_id).count() == 1


def test_both_sides_of_a_membership_at_once(cast: Cast, caller: Caller) -> None:
    robot, group = caller.make("roby")["id"], cast.group.public_id
    by_robot = {"groupIDsToAdd": [group]}
    by_group = {"name": "Site cameras", "directoryUserIDsToAdd": [robot]}
    answers = together(
        *[lambda: caller.call("put", f"{API}/{robot}", by_robot)] * 2,
        *[lambda: caller.call("put", f"/identity_/api/Group/{group}", by_group)] * 2,
    )
    assert statuses(answers) == [200] * 4
    assert Group.objects.get(public_id=group).robots.count() == 1
    assert Record.objects.filter(type="robot.updated", thing_key=robot).count() == 1


def test_deleted_twice_is_deleted_once(cast: Cast, caller: Caller) -> None:
    here = f"{API}/{caller.partition}/{caller.make('roby')['id']}"
    answers = together(*[lambda: caller.call("delete", here)] * 3)
    assert statuses(answers) == [204, 404, 404]
    assert Record.objects.filter(type="robot.deleted").count() == 1
