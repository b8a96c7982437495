"""Helpers for tests of the machine door: a personal token of somebody's, a call, a problem document."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.cast import Cast
from tests.conftest import bearer
from tokens import actions
from tokens.models import PersonalToken

ME, WORKSPACES = "/api/v1/me", "/api/v1/workspaces"
JSON = "application/json"


def in_a_month() -> datetime:
    """An expiry that every policy here allows."""
    return timezone.now() + timedelta(days=30)


def personal(cast: Cast, name: str, scopes: Sequence[str] | None = None) -> str:
    """The value of a new personal access token of that person's."""
    return actions.create(cast.actor(name), f"{name}'s", scopes, in_a_month())[1]


def call(path: str = ME, token: str = "", method: str = "get", body: Any = None, **more: Any) -> Any:
    """What a program sends with a bearer."""
    given: dict[str, Any] = {"headers": bearer(token) if token else {}} | more
    if body is not None:
        given |= {"data": body, "content_type": more.get("content_type", JSON)}
    return getattr(Client(), method)(path, **given)


def is_problem(answer: Any, status: int, name: str = "") -> dict[str, Any]:
    """RFC 9457, kept by no cache; gives the document."""
    assert answer.status_code == status, (answer.status_code, answer.content)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    told: dict[str, Any] = answer.json()
    assert told["status"] == status and told["title"]
    assert told["type"] == (f"urn:gatehouse:problem:{name}" if name else "about:blank")
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)
    return told


@pytest.fixture
def token(cast: Cast) -> PersonalToken:
    """ada's, for a month."""
    return actions.create(cast.actor("ada"), "Grafana", ["work:read"], in_a_month())[0]
