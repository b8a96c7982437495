"""The list of robots: what each row says, how it is searched, what it costs, and when one was last used."""

from typing import Any

import pytest

from accounts import usage
from robots import actions
from robots.models import Robot
from tests.cast import Cast
from tests.conftest import bearer
from tests.robots.conftest import ROBOTS


def test_the_list_names_access_and_number_shared_with(cast: Cast, olga: Any) -> None:
    actions.share(cast.actor("olga"), cast.robby.public_id, cast.users["mia"].public_id)
    page = olga.get(ROBOTS).content.decode()
    assert "Can manipulate data" in page and "Read-only" in page and "1 person" in page and "Nobody" in page
    assert f'href="{ROBOTS}{cast.robby.public_id}/"' in page


@pytest.mark.parametrize("find", ["name", "client_id", "hint"])
def test_the_list_is_searched_by_name_client_id_and_hint(cast: Cast, olga: Any, find: str) -> None:
    words = {"name": "obb", "client_id": cast.robby_values.client_id[:9]}
    words["hint"] = cast.robby.secrets.get().client_secret_hint
    page = olga.get(ROBOTS, {"q": words[find]}).content.decode()
    assert ">Robby<" in page and ">Reader<" not in page


def test_a_thousand_robots_cost_as_many_queries_as_two(cast: Cast, olga: Any, queries: Any) -> None:
    few = queries(lambda: olga.get(ROBOTS))
    actor = cast.actor("olga")
    for n in range(150):
        actions.new_robot(actor, cast.home, name=f"Robot {n:04}")
    assert queries(lambda: olga.get(ROBOTS)) == few
    assert queries(lambda: olga.get(ROBOTS, {"q": "Robot 00", "access": "write", "page": 2})) <= few
    assert "Robot 0149" in olga.get(ROBOTS, {"page": 4}).content.decode()


def test_a_robots_page_costs_the_same_however_many_hold_it(
    cast: Cast, olga: Any, here: str, queries: Any
) -> None:
    one = cast.users["mia"].public_id
    actions.share(cast.actor("olga"), cast.robby.public_id, one)
    few = queries(lambda: olga.get(here))
    for name in ("mike", "ada", "adam"):
        actions.share(cast.actor("olga"), cast.robby.public_id, cast.users[name].public_id)
    assert queries(lambda: olga.get(here)) == few


def test_last_use_comes_from_the_process_in_one_flush(
    cast: Cast, client: Any, olga: Any, here: str, token_for: Any, queries: Any
) -> None:
    token = token_for(cast.robby_values)
    headers = bearer(token) | {"User-Agent": "site-uploader/2.8 (linux)"}
    assert queries(lambda: client.get("/api/v1/me", headers=headers)) == 1
    usage.flush()
    robot = Robot.objects.get(pk=cast.robby.pk)
    assert robot.last_used_from == "127.0.0.1" and robot.last_used_client.startswith("site-uploader")
    assert "site-uploader/2.8 on 127.0.0.1" in olga.get(here + "renew/").content.decode()
    assert robot.secrets.get().last_used_at is not None
