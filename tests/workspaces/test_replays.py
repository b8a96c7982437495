"""`Idempotency-Key`: what is sent twice happens once, and is answered the same."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts import replaying
from accounts.models import KeptAnswer, Record
from config.api import api
from tests.accounts.conftest import together
from tests.cast import Cast
from tests.conftest import bearer
from tests.tokens.conftest import WORKSPACES, call, is_problem, personal
from tests.workspaces.conftest import Place
from workspaces.models import Task, Workspace


def send(token: str, body: Any, key: str = "k1", path: str = WORKSPACES) -> Any:
    headers = bearer(token) | {"Idempotency-Key": key}
    return call(path, "", "post", body, headers=headers)


def test_the_second_one_replays_the_first(robby: str) -> None:
    first, second = (send(robby, {"name": "Bridge"}) for _ in range(2))
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert first.headers["ETag"] == second.headers["ETag"]
    assert "Idempotency-Replayed" not in first.headers and second.headers["Idempotency-Replayed"] == "true"
    assert Workspace.objects.count() == 1 and Record.objects.filter(type="workspace.created").count() == 1


def test_every_post_of_the_api_takes_a_key() -> None:
    posts = [by["post"] for by in api.get_openapi_schema()["paths"].values() if "post" in by]
    assert len(posts) >= 9
    for operation in posts:
        taken = [one for one in operation["parameters"] if one["name"] == "Idempotency-Key"]
        assert taken, operation["operationId"]


def test_another_key_is_another_deed(robby: str) -> None:
    assert {send(robby, {"name": "Bridge"}, key).json()["id"] for key in ("k1", "k2")} == set(
        Workspace.objects.values_list("public_id", flat=True)
    )
    assert Workspace.objects.count() == 2


def test_the_same_key_with_something_else_is_refused(robby: str, bridge: Place) -> None:
    send(robby, {"name": "Bridge"})
    is_problem(send(robby, {"name": "Harbour"}), 422, "key_reused")
    is_problem(send(robby, {"title": "Bridge"}, path=bridge.tasks), 422, "key_reused")
    assert not Task.objects.exists()


def test_what_was_refused_is_not_kept(robby: str, bridge: Place) -> None:
    call(f"{bridge.here}/archive", robby, "post")
    is_problem(send(robby, {"title": "x"}, path=bridge.tasks), 409, "not_possible")
    call(f"{bridge.here}/restore", robby, "post")
    assert send(robby, {"title": "x"}, path=bridge.tasks).status_code == 201
    is_problem(send(robby, {"name": ""}, "k2"), 422, "invalid")
    assert send(robby, {"name": "x"}, "k2").status_code == 201


def test_a_key_is_its_senders_own(cast: Cast, robby: str) -> None:
    for token in (robby, personal(cast, "olga"), personal(cast, "stan")):
        assert "Idempotency-Replayed" not in send(token, {"name": "Bridge"}).headers
    assert Workspace.objects.count() == 3


def test_who_may_not_any_more_is_not_told_again(cast: Cast, robby: str) -> None:
    send(robby, {"name": "Bridge"})
    cast.robby.read_only = True
    cast.robby.save()
    is_problem(send(robby, {"name": "Bridge"}), 403, "not_allowed")


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, "ż"])
def test_a_key_that_cannot_be_is_refused(robby: str, key: str) -> None:
    told = is_problem(send(robby, {"name": "Bridge"}, key), 422, "invalid")
    assert told["errors"][0]["field"] == "Idempotency-Key" and not Workspace.objects.exists()


def test_after_a_day_it_is_forgotten(robby: str) -> None:
    send(robby, {"name": "Bridge"})
    KeptAnswer.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert "Idempotency-Replayed" not in send(robby, {"name": "Bridge"}).headers
    KeptAnswer.objects.update(created_at=timezone.now() - timedelta(hours=25))
    replaying.sweep()
    assert not KeptAnswer.objects.exists()


@pytest.mark.usefixtures("committed")
def test_of_eight_at_once_one_happens_and_seven_are_answered_like_it(cast: Cast, bridge: Place) -> None:
    answers = together(
        *(lambda: send(bridge.token, {"title": "Paint it"}, path=bridge.tasks) for _ in range(8))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1 and Task.objects.count() == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 7
