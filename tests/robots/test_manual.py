"""The manual of the robots, sentence by sentence, through the owners' pages."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts import usage
from accounts.models import Record
from robots import actions, renewal
from robots.models import Robot
from tests.cast import Cast
from tests.conftest import FORM, Mailbox, basic, bearer

LIST = "/o/halden/settings/robots/"


@pytest.fixture
def olga(cast: Cast) -> Any:
    return cast.client("olga")


@pytest.fixture
def here(cast: Cast) -> str:
    return f"{LIST}{cast.robby.public_id}/"


def form(cast: Cast, **changed: Any) -> dict[str, Any]:
    told = {"name": "Robby", "description": "", "access": "write", "keeper": "", "networks": ""}
    return told | {"version": Robot.objects.get(pk=cast.robby.pk).version} | changed


def renew(olga: Any, here: str, overlap: str = "0") -> tuple[str, str]:
    """The new client secret and OAuth1 token secret, as shown."""
    page = olga.get(here + "renew/").content.decode()
    number = re.search(r'name="number" value="(\d+)"', page)[1]  # type: ignore[index]
    shown = olga.post(here + "renew/", {"overlap": overlap, "number": number}).content.decode()
    return re.search(r"gate_cs_[A-Za-z0-9]{49}", shown)[0], shown  # type: ignore[index]


def works(client: Any, cast: Cast, secret: str) -> bool:
    headers = basic(cast.robby_values.client_id, secret)
    answer = client.post("/oauth2/token", "grant_type=client_credentials", content_type=FORM, headers=headers)
    assert answer.status_code in (200, 401)
    return bool(answer.status_code == 200)


def test_the_list_names_access_and_number_shared_with(cast: Cast, olga: Any) -> None:
    actions.share(cast.actor("olga"), cast.robby.public_id, cast.users["mia"].public_id)
    page = olga.get(LIST).content.decode()
    assert "Can manipulate data" in page and "Read-only" in page and "1 person" in page and "Nobody" in page
    assert f'href="{LIST}{cast.robby.public_id}/"' in page


@pytest.mark.parametrize("find", ["name", "client_id", "hint"])
def test_the_list_is_searched_by_name_client_id_and_hint(cast: Cast, olga: Any, find: str) -> None:
    words = {"name": "obb", "client_id": cast.robby_values.client_id[:9]}
    words["hint"] = cast.robby.secrets.get().client_secret_hint
    page = olga.get(LIST, {"q": words[find]}).content.decode()
    assert ">Robby<" in page and ">Reader<" not in page


def test_a_thousand_robots_cost_as_many_queries_as_two(cast: Cast, olga: Any, queries: Any) -> None:
    few = queries(lambda: olga.get(LIST))
    actor = cast.actor("olga")
    for n in range(150):
        actions.new_robot(actor, cast.home, name=f"Robot {n:04}")
    assert queries(lambda: olga.get(LIST)) == few
    assert queries(lambda: olga.get(LIST, {"q": "Robot 00", "access": "write", "page": 2})) <= few
    assert "Robot 0149" in olga.get(LIST, {"page": 4}).content.decode()


def test_a_robots_page_costs_the_same_however_many_hold_it(
    cast: Cast, olga: Any, here: str, queries: Any
) -> None:
    one = cast.users["mia"].public_id
    actions.share(cast.actor("olga"), cast.robby.public_id, one)
    few = queries(lambda: olga.get(here))
    for name in ("mike", "ada", "adam"):
        actions.share(cast.actor("olga"), cast.robby.public_id, cast.users[name].public_id)
    assert queries(lambda: olga.get(here)) == few


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


def test_renewing_at_once_ends_the_old_secrets_and_tokens(
    cast: Cast, client: Any, olga: Any, here: str, token_for: Any
) -> None:
    token = token_for(cast.robby_values)
    fresh, _shown = renew(olga, here)
    assert not works(client, cast, cast.robby_values.client_secret) and works(client, cast, fresh)
    assert client.get("/api/v1/me", headers=bearer(token)).status_code == 401


def test_renewing_twice_from_one_page_renews_once(cast: Cast, olga: Any, here: str) -> None:
    told = {"overlap": "0", "number": 1}
    assert "gate_cs_" in olga.post(here + "renew/", told).content.decode()
    again = olga.post(here + "renew/", told)
    assert again.status_code == 302 and cast.robby.secrets.count() == 2


def test_in_an_overlap_both_work_until_it_runs_out_without_a_timetable(
    cast: Cast, client: Any, olga: Any, here: str
) -> None:
    old = cast.robby_values.client_secret
    fresh, _shown = renew(olga, here, "24")
    assert works(client, cast, old) and works(client, cast, fresh)
    page = olga.get(here).content.decode()
    assert "Overlap running" in page and "Finish now" in page and "Extend" in page
    with time_machine.travel(timezone.now() + timedelta(hours=25), tick=True):
        assert not works(client, cast, old) and works(client, cast, fresh)
        renewal.sweep(timezone.now())
    assert cast.robby.secrets.get(number=1).client_secret_sealed is None


def test_finish_now_and_extend(cast: Cast, client: Any, olga: Any, here: str) -> None:
    old = cast.robby_values.client_secret
    renew(olga, here, "1")
    before = cast.robby.secrets.get(number=1).dies_at
    assert before is not None
    olga.post(here + "renew/extend/")
    assert cast.robby.secrets.get(number=1).dies_at == before + timedelta(hours=24)
    olga.post(here + "renew/finish/")
    assert not works(client, cast, old)
    assert "No overlap is running" in olga.post(here + "renew/extend/", follow=True).content.decode()


def test_everyone_it_is_shared_with_gets_a_mail_and_one_new_view(
    cast: Cast, olga: Any, here: str, mailbox: Mailbox
) -> None:
    actions.share(cast.actor("olga"), cast.robby.public_id, cast.users["mia"].public_id)
    actions.reveal(cast.actor("mia"), cast.robby.public_id)
    fresh, _shown = renew(olga, here)
    assert "renewed" in mailbox.read()[-1]["Subject"] and fresh not in mailbox.text()
    assert actions.reveal(cast.actor("mia"), cast.robby.public_id).client_secret == fresh
    with pytest.raises(actions.AlreadySeen):
        actions.reveal(cast.actor("mia"), cast.robby.public_id)


def test_sharing_again_without_a_renewal_gives_no_second_view(cast: Cast) -> None:
    olga, mia, person = cast.actor("olga"), cast.actor("mia"), cast.users["mia"].public_id
    actions.share(olga, cast.robby.public_id, person)
    actions.reveal(mia, cast.robby.public_id)
    actions.unshare(olga, cast.robby.public_id, person)
    actions.share(olga, cast.robby.public_id, person)
    with pytest.raises(actions.AlreadySeen):
        actions.reveal(mia, cast.robby.public_id)


def test_unsharing_invalidates_nothing_and_names_who_has_seen(
    cast: Cast, client: Any, olga: Any, here: str
) -> None:
    person = cast.users["mia"].public_id
    actions.share(cast.actor("olga"), cast.robby.public_id, person)
    actions.reveal(cast.actor("mia"), cast.robby.public_id)
    assert "what Mia has seen goes on working" in olga.get(here).content.decode()
    said = olga.post(f"{here}share/{person}/remove/", follow=True).content.decode()
    assert "goes on working until you renew" in said
    assert works(client, cast, cast.robby_values.client_secret)
    assert cast.client("mia").get(f"/o/halden/shared/{cast.robby.public_id}/").status_code == 404


def test_close_sharing_destroys_the_copies_until_renewal(
    cast: Cast, client: Any, olga: Any, here: str
) -> None:
    olga.post(here + "share/close/")
    secret = cast.robby.secrets.get()
    assert (
        secret.client_secret_sealed is secret.oauth1_token_sealed is secret.oauth1_token_secret_sealed is None
    )
    assert not Robot.objects.get(pk=cast.robby.pk).oauth1 and works(
        client, cast, cast.robby_values.client_secret
    )
    assert olga.post(here + "share/", {"member": cast.users["mia"].public_id}).status_code == 422
    renew(olga, here)
    assert olga.post(here + "share/", {"member": cast.users["mia"].public_id}).status_code == 302


def test_checking_a_value_says_whose_it_is_and_stores_nothing(cast: Cast, olga: Any, here: str) -> None:
    value = cast.robby_values.oauth1_token_secret
    page = olga.post(here + "check/", {"value": f" {value}\n"}).content.decode()
    assert "OAuth1 Token Secret, and it works" in page and value not in page
    assert "not one of this robot" in olga.post(here + "check/", {"value": "something else"}).content.decode()
    renew(olga, here)
    assert "it has ended" in olga.post(here + "check/", {"value": value}).content.decode()
    assert Record.objects.filter(type="secret.checked").count() == 3


def test_ten_checks_an_hour(cast: Cast, olga: Any, here: str) -> None:
    codes = [olga.post(here + "check/", {"value": "x"}).status_code for _ in range(11)]
    assert codes == [200] * 10 + [429]
    with time_machine.travel(timezone.now() + timedelta(minutes=61), tick=True):
        assert olga.post(here + "check/", {"value": "x"}).status_code == 200


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
    assert olga.get(here).status_code == 404 and ">Robby<" not in olga.get(LIST).content.decode()
    assert olga.post(here + "update/", form(cast)).status_code == 404
    gone = Robot.objects.get(pk=cast.robby.pk)
    assert not gone.shares.exists() and gone.secrets.get().client_secret_sealed is None
    from django.db import IntegrityError

    with pytest.raises(IntegrityError):
        actions.new_robot(cast.actor("olga"), cast.home, public_id=gone.public_id)


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


def test_a_robot_without_secrets_gets_them_on_the_page(cast: Cast, olga: Any) -> None:
    robot = actions.new_robot(cast.actor("olga"), cast.home, name="By API")
    where = f"{LIST}{robot.public_id}/"
    assert "Make secrets" in olga.get(where).content.decode()
    shown = olga.post(where + "renew/", {"number": 0}).content.decode()
    assert "gate_cs_" in shown and robot.secrets.count() == 1


def test_a_robot_is_put_into_groups_and_the_group_shows_it(cast: Cast, olga: Any, here: str) -> None:
    version = Robot.objects.get(pk=cast.robby.pk).version
    olga.post(here + "scopes/", {"groups": [cast.group.public_id], "version": version})
    assert "Robby" in olga.get(f"/o/halden/groups/{cast.group.public_id}/").content.decode()
    everyone = cast.home.groups.get(is_everyone=True)
    assert (
        olga.post(here + "scopes/", {"groups": [everyone.public_id], "version": version}).status_code == 422
    )
