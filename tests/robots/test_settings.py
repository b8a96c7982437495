"""A robot's settings: name, description, access, keeper, networks, scopes, groups, the switch, and its end."""

from typing import Any

import pytest

from accounts.models import Record
from robots import actions
from robots.models import Robot
from tests.cast import Cast
from tests.conftest import FORM, basic, bearer
from tests.robots.conftest import ROBOTS, works


def form(cast: Cast, **changed: Any) -> dict[str, Any]:
    told = {"name": "Robby", "description": "", "access": "write", "keeper": "", "networks": ""}
    return told | {"version": Robot.objects.get(pk=cast.robby.pk).version} | changed


def test_update_changes_name_description_access_keeper_and_networks(cast: Cast, olga: Any, here: str) -> None:
    wanted = {"name": "ERP sync", "description": "Orders", "access": "read", "networks": "10.0.0.0/8, ::1"}
    answer = olga.post(here + "update/", form(cast, keeper=cast.users["adam"].public_id, **wanted))
    robot = Robot.objects.get(pk=cast.robby.pk)
    assert answer.status_code == 302 and robot.read_only and robot.keeper_name == "Adam"
    assert robot.networks == ["10.0.0.0/8", "::1/128"]
    told = Record.objects.filter(type="robot.updated").latest("seq")
    assert told.thing_key == robot.public_id


def test_a_keeper_is_somebody_of_the_organization(cast: Cast, olga: Any, here: str) -> None:
    answer = olga.post(here + "update/", form(cast, keeper=cast.users["stan"].public_id, name="Typed"))
    assert answer.status_code == 422 and "Typed" in answer.content.decode()


def test_300_networks_with_broken_lines_name_the_broken_ones(cast: Cast, olga: Any, here: str) -> None:
    lines = [f"10.{n // 250}.{n % 250}.0/24" for n in range(300)]
    lines[41], lines[299] = "10.0.0.0/99", "not a network"
    answer = olga.post(here + "update/", form(cast, networks="\n".join(lines)))
    page = answer.content.decode()
    assert answer.status_code == 422 and "line 42: 10.0.0.0/99" in page and "line 300: not a network" in page
    assert "10.1.3.0/24" in page


def test_the_address_list_is_decided_at_use(cast: Cast, client: Any, token_for: Any) -> None:
    token = token_for(cast.robby_values)
    Robot.objects.filter(pk=cast.robby.pk).update(networks=["203.0.113.0/24"])
    answer = client.get("/api/v1/me", headers=bearer(token))
    assert answer.status_code == 403 and answer.json()["type"].endswith("address_not_allowed")
    pair = basic(cast.robby_values.client_id, cast.robby_values.client_secret)
    refused = client.post("/oauth2/token", "grant_type=client_credentials", content_type=FORM, headers=pair)
    assert refused.status_code == 403 and refused.json()["error"] == "unauthorized_client"
    inside = client.get("/api/v1/me", headers=bearer(token), REMOTE_ADDR="203.0.113.9")
    assert inside.status_code == 200


def test_off_stops_the_next_call_and_on_brings_it_back(
    cast: Cast, client: Any, olga: Any, here: str, token_for: Any
) -> None:
    token = token_for(cast.robby_values)
    assert (
        "last seen" in olga.get(here + "off/").content.decode()
        or "none has used" in olga.get(here + "off/").content.decode()
    )
    olga.post(here + "off/")
    assert client.get("/api/v1/me", headers=bearer(token)).status_code == 401
    assert not works(client, cast, cast.robby_values.client_secret)
    olga.post(here + "on/")
    assert client.get("/api/v1/me", headers=bearer(token)).status_code == 200


def test_scopes_are_ticked_one_by_one(cast: Cast, client: Any, olga: Any, here: str, token_for: Any) -> None:
    assert (
        "record:read"
        not in client.get("/api/v1/me", headers=bearer(token_for(cast.robby_values))).json()["scopes"]
    )
    version = Robot.objects.get(pk=cast.robby.pk).version
    assert olga.post(here + "scopes/", {"scopes": ["record:read"], "version": version}).status_code == 302
    assert (
        "record:read"
        in client.get("/api/v1/me", headers=bearer(token_for(cast.robby_values))).json()["scopes"]
    )
    assert olga.post(here + "scopes/", {"scopes": ["root"], "version": version}).status_code == 422


def test_deleting_asks_for_the_tick_and_ends_everything(
    cast: Cast, client: Any, olga: Any, here: str, token_for: Any
) -> None:
    token = token_for(cast.robby_values)
    actions.share(cast.actor("olga"), cast.robby.public_id, cast.users["mia"].public_id)
    assert olga.post(here + "delete/").status_code == 422
    assert works(client, cast, cast.robby_values.client_secret)
    assert olga.post(here + "delete/", {"sure": "on"}).status_code == 302
    assert not works(client, cast, cast.robby_values.client_secret)
    assert client.get("/api/v1/me", headers=bearer(token)).status_code == 401
    assert olga.get(here).status_code == 404 and ">Robby<" not in olga.get(ROBOTS).content.decode()
    assert olga.post(here + "update/", form(cast)).status_code == 404
    gone = Robot.objects.get(pk=cast.robby.pk)
    assert not gone.shares.exists() and gone.secrets.get().client_secret_sealed is None
    from django.db import IntegrityError

    with pytest.raises(IntegrityError):
        actions.new_robot(cast.actor("olga"), cast.home, public_id=gone.public_id)


def test_a_robot_is_put_into_groups_and_the_group_shows_it(cast: Cast, olga: Any, here: str) -> None:
    version = Robot.objects.get(pk=cast.robby.pk).version
    olga.post(here + "scopes/", {"groups": [cast.group.public_id], "version": version})
    assert "Robby" in olga.get(f"/o/halden/groups/{cast.group.public_id}/").content.decode()
    everyone = cast.home.groups.get(is_everyone=True)
    assert (
        olga.post(here + "scopes/", {"groups": [everyone.public_id], "version": version}).status_code == 422
    )
