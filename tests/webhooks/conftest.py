"""Webhooks of the cast, and receivers to hear them."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.catalogue import EventType
from tests.cast import Cast
from tests.webhooks.forms import BASIC, HIDDEN, add
from tests.webhooks.receivers import Receiver, served
from webhooks import credentials
from webhooks.engine import Engine
from webhooks.models import Delivery, Header, Webhook
from workspaces import actions as workspaces
from workspaces.models import Workspace

EVERYTHING = [kind.value for kind in EventType]
MADE = ["workspace.created"]
# Only says how long a machine under load may take before we call something dead.
PATIENCE = 60.0


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A server that hears what is sent."""
    with served(Receiver()) as made:
        yield made


def listens(cast: Cast, url: str, events: list[str] | None = None, **fields: Any) -> Webhook:
    """A webhook of the home organization, made without the pages; `secret` is what signs, `password` is sealed."""
    fields = {"maker_kind": "person", "maker_name": "Olga", "description": "ERP"} | fields
    secret, password = fields.pop("secret", None) or credentials.new_secret(), fields.pop("password", None)
    heard = MADE if events is None else events
    webhook = Webhook(organization=cast.home, target_url=url, events=heard, **fields)
    webhook.sealed_secret = credentials.seal_secret(webhook, secret)
    if password:
        webhook.sealed_password = credentials.seal_password(webhook, password)
    webhook.save()
    return webhook


def hides(webhook: Webhook, name: str, value: str) -> None:
    """A hidden header."""
    sealed = credentials.seal_header(webhook, name, value)
    Header.objects.create(webhook=webhook, name=name, sealed_value=sealed, is_hidden=True)


def happen(cast: Cast, count: int = 1) -> list[Workspace]:
    """So many workspaces are made: one event each."""
    return [workspaces.create(cast.actor("olga"), f"Site {number}") for number in range(count)]


def piled_up(webhook: Webhook, count: int, **fields: Any) -> None:
    """So many pending deliveries, without the events."""
    told = {"organization_id": webhook.organization_id, "webhook": webhook, "event_type": "task.created"}
    Delivery.objects.bulk_create(Delivery(**told, body=b'{"n": 1}', **fields) for _ in range(count))


def of(webhook: Webhook) -> Any:
    """Its deliveries in the order of their events."""
    return Delivery.objects.filter(webhook=webhook).order_by("id")


def states(webhook: Webhook) -> dict[str, int]:
    """How many of its deliveries are in which state."""
    found: dict[str, int] = {}
    for state in of(webhook).values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found


def time_passes(webhook: Webhook) -> None:
    """Whatever is pending is due, whoever rests has rested, and who held a lease has lost it."""
    now = timezone.now()
    of(webhook).filter(state="pending").update(due_at=now, lease=None, leased_until=None)
    Webhook.objects.filter(pk=webhook.pk).update(suspended_until=None)


def wait_until(is_so: Callable[[], Any], what: str) -> None:
    """Return when it becomes true."""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, f"waited {PATIENCE:g} s for {what}"
        time.sleep(0.01)


@pytest.fixture
def run(committed: None) -> Callable[[], None]:
    """The engine, until nothing is due."""
    return lambda: Engine(idle_seconds=0).run()


@contextmanager
def running(idle_seconds: float = 0, count: int = 1) -> Iterator[list[Engine]]:
    """Engines at work beside the test; each must have come to its end by itself, or is stopped, afterwards."""
    failed: list[BaseException] = []

    def work(engine: Engine) -> None:
        try:
            engine.run()
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    engines = [Engine(idle_seconds) for _ in range(count)]
    threads = [threading.Thread(target=work, args=[engine]) for engine in engines]
    for thread in threads:
        thread.start()
    try:
        yield engines
    finally:
        for engine, thread in zip(engines, threads, strict=True):
            if idle_seconds:
                engine.stop()
            thread.join(PATIENCE)
            assert not thread.is_alive()
    assert not failed, failed


@pytest.fixture
def webhook(cast: Cast) -> Webhook:
    """With a password, a hidden header and a shown one."""
    shown = {"header-1-name": "X-Site", "header-1-value": "harbour"}
    assert add(cast, **BASIC, **HIDDEN, **shown).status_code == 200
    return Webhook.objects.get()


@pytest.fixture
def only_loopback(settings: Any) -> None:
    """As in production, and loopback only because the operator says so."""
    settings.PRODUCTION = True
    settings.GATEHOUSE_WEBHOOK_ALLOW = ("127.0.0.1/32",)
