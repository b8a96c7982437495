"""Helpers for tests of dialects: a robot of halden that may keep robot accounts and groups and read the record."""

import json
from typing import Any

import pytest
from django.test import Client

from accounts.models import Organization
from robots.models import Robot
from tests.cast import Cast
from tests.conftest import FORM

ALL = "PM.RobotAccount PM.Group PM.Audit"
FURTHER = ["robots:read", "robots:write", "groups:read", "groups:write", "record:read"]
HOST = "/identity_"
API = f"{HOST}/api/RobotAccount"


def ask_token(values: Any, scope: str = ALL, mount: str = HOST, **more: str) -> Any:
    """What a client posts to `…/connect/token`."""
    pair = {"client_id": values.client_id, "client_secret": values.client_secret}
    form = {"grant_type": "client_credentials"} | pair | ({"scope": scope} if scope else {}) | more
    body = "&".join(f"{name}={value.replace(' ', '+')}" for name, value in form.items())
    return Client().post(f"{mount}/connect/token", body, content_type=FORM)


def whole(answer: Any) -> Any:
    """The answer, read to its end where it is written while it is sent."""
    if answer.streaming:
        body = answer.getvalue()
        answer.json = lambda: json.loads(body)
    return answer


class Caller:
    """A program with a token; answers are Django's."""

    def __init__(self, token: str, partition: str) -> None:
        self.token, self.partition = token, partition

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """`body` is sent as JSON, bytes as they are."""
        told = {"Authorization": f"Bearer {self.token}"} | headers
        more = {} if body is None else {"data": body, "content_type": "application/json"}
        return whole(getattr(Client(), method)(path, headers=told, **more))

    def robots(self, query: str = "") -> Any:
        """The list."""
        return self.call("get", f"{API}/{self.partition}{query}").json()

    def make(self, name: str, **more: Any) -> Any:
        """A robot account as it is answered."""
        answer = self.call("post", API, {"partitionGlobalId": self.partition, "name": name} | more)
        assert answer.status_code == 201, answer.content
        return answer.json()


@pytest.fixture
def caller(cast: Cast) -> Caller:
    """Robby, with everything that this dialect asks for."""
    Robot.objects.filter(pk=cast.robby.pk).update(scopes=FURTHER)
    Organization.objects.update(requests_a_minute=10_000, robot_requests_a_minute=10_000)
    return Caller(ask_token(cast.robby_values).json()["access_token"], cast.home.public_id)


def is_validation(answer: Any, field: str) -> str:
    """That system's validation error about one field; what it says."""
    assert answer.status_code == 400, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json; charset=utf-8"
    told = answer.json()
    assert list(told) == ["errors", "type", "title", "status", "traceId"]
    assert told["type"] == "https://tools.ietf.org/html/rfc9110#section-15.5.1" and told["status"] == 400
    assert told["title"] == "One or more validation errors occurred."
    assert list(told["errors"]) == [field], told
    return " ".join(told["errors"][field])


def is_directory(answer: Any, status: int, word: str) -> str:
    """That system's directory error; what it says."""
    assert answer.status_code == status, answer.content
    told = answer.json()
    assert (told["StatusCode"], told["StatusDescription"]) == (status, word)
    assert list(told) == ["StatusCode", "StatusDescription", "Message"] + (
        ["Description"] if status == 404 else []
    )
    return told["Message"]
