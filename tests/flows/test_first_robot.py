"""The main job, end to end, through the doors that people and programs use."""

import re
from typing import Any

from django.test import Client

from tests.cast import Cast
from tests.conftest import Mailbox, bearer

ROBOTS = "/o/halden/settings/robots/"


def value_after(html: str, prefix: str) -> str:
    return re.search(rf"{prefix}[A-Za-z0-9]{{49}}", html)[0]  # type: ignore[index]


def create(client: Client) -> Any:
    page = client.get(ROBOTS + "?create").content.decode()
    key = re.search(r'name="creation_key" value="([0-9a-f]{32})"', page)[1]  # type: ignore[index]
    return key, client.post(ROBOTS, {"understand": "on", "creation_key": key})


def test_an_owner_makes_a_robot_and_sees_its_secrets_once(cast: Cast) -> None:
    olga = cast.client("olga")
    key, answer = create(olga)
    html = answer.content.decode()
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
    secret = value_after(html, "gate_cs_")
    again = olga.post(ROBOTS, {"understand": "on", "creation_key": key})
    assert secret not in again.content.decode() and "gate_cs_" not in again.content.decode()
    assert cast.home.robots.filter(creation_key=key).count() == 1


def test_a_member_sees_the_secrets_once_and_the_robot_works(
    cast: Cast, mailbox: Mailbox, token_for: Any
) -> None:
    olga, mia = cast.client("olga"), cast.client("mia")
    here = f"{ROBOTS}{cast.robby.public_id}/"
    assert olga.post(here + "share/", {"member": cast.users["mia"].public_id}).status_code == 302
    [message] = mailbox.read()
    assert message["To"] == "mia@halden.example" and "Olga" in message["Subject"]
    shared = f"/o/halden/shared/{cast.robby.public_id}/"
    assert shared in mailbox.text()
    assert cast.robby_values.client_secret not in mia.get(shared).content.decode()
    answer = mia.post(shared + "reveal/")
    assert cast.robby_values.client_secret in answer.content.decode()
    assert mia.post(shared + "reveal/").status_code == 409
    assert "gate_cs_" + cast.robby_values.client_secret[8:11] in mia.get(shared).content.decode()
    me = Client().get("/api/v1/me", headers=bearer(token_for(cast.robby_values))).json()
    assert me["kind"] == "robot" and me["organization"]["slug"] == "halden" and not me["read_only"]
