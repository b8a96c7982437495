"""Helpers for tests of robots: what a program sends to /oauth2/, what a person does on the robot pages."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts.events import action
from robots.actions import new_robot
from robots.models import Robot
from tests.cast import Cast
from tests.conftest import FORM, basic

TOKEN, REVOKE, INTROSPECT = "/oauth2/token", "/oauth2/revoke", "/oauth2/introspect"
ROBOTS = "/o/halden/settings/robots/"
GRANT = "grant_type=client_credentials"
# What an error_description may hold (RFC 6749 section 5.2).
PLAIN = {*map(chr, range(0x20, 0x7F))} - {'"', "\\"}


def send(path: str, body: Any = GRANT, headers: Any = None, content_type: str = FORM, **extra: Any) -> Any:
    """What a program posts to an OAuth2 endpoint."""
    return Client().post(path, body, content_type=content_type, headers=headers or {}, **extra)


def ask(values: Any, body: str = GRANT) -> Any:
    """A token request with Basic."""
    return send(TOKEN, body, basic(values.client_id, values.client_secret))


def in_body(values: Any, body: str = GRANT) -> str:
    """The same with the credentials in the form."""
    return f"{body}&client_id={values.client_id}&client_secret={values.client_secret}"


def is_refused(answer: Any, status: int, error: str) -> None:
    """An RFC 6749 error: JSON, kept by no cache, its description in the characters that the RFC allows."""
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/json"), (
        answer.content
    )
    assert answer.headers["Cache-Control"] == "no-store"
    told = answer.json()
    assert told["error"] == error and told["error_description"]
    assert set(told["error_description"]) <= PLAIN
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)


def page_of(robot: Robot) -> str:
    """Its settings page."""
    return f"{ROBOTS}{robot.public_id}/"


def shared_page(robot: Robot) -> str:
    """Its page under "Shared with you"."""
    return f"/o/halden/shared/{robot.public_id}/"


def creation_key(client: Client) -> str:
    """The nonce of a freshly opened create form."""
    page = client.get(ROBOTS + "?create").content.decode()
    return re.search(r'name="creation_key" value="([0-9a-f]{32})"', page)[1]  # type: ignore[index]


@pytest.fixture
def bare(cast: Cast) -> Robot:
    """A robot without any generation, as the API makes them."""
    owner = cast.actor("olga")
    with action(owner):
        return new_robot(owner, cast.home, name="Bare")


@pytest.fixture
def olga(cast: Cast) -> Any:
    """Olga's browser."""
    return cast.client("olga")


@pytest.fixture
def here(cast: Cast) -> str:
    """Robby's settings page."""
    return f"{ROBOTS}{cast.robby.public_id}/"


def renew(olga: Any, here: str, overlap: str = "0") -> tuple[str, str]:
    """The new client secret and OAuth1 token secret, as shown."""
    page = olga.get(here + "renew/").content.decode()
    number = re.search(r'name="number" value="(\d+)"', page)[1]  # type: ignore[index]
    shown = olga.post(here + "renew/", {"overlap": overlap, "number": number}).content.decode()
    return re.search(r"gate_cs_[A-Za-z0-9]{49}", shown)[0], shown  # type: ignore[index]


def works(client: Any, cast: Cast, secret: str) -> bool:
    """Whether robby gets a token with it."""
    headers = basic(cast.robby_values.client_id, secret)
    answer = client.post("/oauth2/token", "grant_type=client_credentials", content_type=FORM, headers=headers)
    assert answer.status_code in (200, 401)
    return bool(answer.status_code == 200)
