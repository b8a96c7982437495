"""Webhooks of the cast, and receivers to hear them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from accounts.catalogue import EventType
from tests.cast import Cast
from tests.webhooks.receivers import Receiver, served
from webhooks import credentials
from webhooks.engine import Engine
from webhooks.models import Webhook
from workspaces import actions as workspaces
from workspaces.models import Workspace

EVERYTHING = [kind.value for kind in EventType]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A server that hears what is sent."""
    with served(Receiver()) as made:
        yield made


def listens(cast: Cast, url: str, events: list[str] | None = None, **fields: Any) -> Webhook:
    """A webhook of the home organization, made without the pages; `secret` is what signs."""
    fields = {"maker_kind": "person", "maker_name": "Olga"} | fields
    secret = fields.pop("secret", None) or credentials.new_secret()
    webhook = Webhook(
        organization=cast.home,
        description=fields.pop("description", "ERP"),
        target_url=url,
        events=EVERYTHING if events is None else events,
        **fields,
    )
    webhook.sealed_secret = credentials.seal_secret(webhook, secret)
    webhook.save()
    return webhook


def happen(cast: Cast, count: int = 1) -> list[Workspace]:
    """So many workspaces are made: one event each."""
    return [workspaces.create(cast.actor("olga"), f"Site {number}") for number in range(count)]


@pytest.fixture
def run() -> Callable[[], None]:
    """The engine, until nothing is due."""
    return lambda: Engine(idle_seconds=0).run()
