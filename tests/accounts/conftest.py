"""Helpers for tests of the ground: many at once, what the database holds, one-time links."""

import hashlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection, connections
from django.test import Client

from accounts import triggers
from accounts.models import User
from tests.cast import Cast


@pytest.fixture
def operator(cast: Cast) -> Client:
    """The browser of stan, who operates the instance, with a second factor."""
    User.objects.filter(pk=cast.users["stan"].pk).update(is_staff=True)
    Authenticator.objects.create(user=cast.users["stan"], type="totp", data={"secret": "sealed elsewhere"})
    return cast.client("stan")


def together(*calls: Callable[[], Any]) -> list[Any]:
    """What the calls returned (or raised), each in a thread of its own, all let go at the same moment."""
    start = threading.Barrier(len(calls), timeout=60)

    def run(call: Callable[[], Any]) -> Any:
        try:
            start.wait()
            return call()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def browsers(cast: Cast, name: str, count: int) -> list[Client]:
    """That many windows of one signed-in browser."""
    first = cast.client(name)
    windows = [Client() for _ in range(count)]
    for window in windows:
        window.cookies = first.cookies.copy()  # type: ignore[assignment]
    return windows


def snapshot() -> str:
    """A digest of every row of every table of the default database."""
    found = hashlib.sha256()
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1')
            found.update(repr((table, cursor.fetchall())).encode())
    return found.hexdigest()


@contextmanager
def untriggered() -> Iterator[None]:
    """What somebody who owns the database can do: change the record although its triggers refuse."""
    with connection.cursor() as cursor:
        for table in triggers.TABLES:
            if connection.vendor == "sqlite":
                cursor.execute(f"DROP TRIGGER {table}_no_update")
                cursor.execute(f"DROP TRIGGER {table}_no_delete")
            else:
                cursor.execute(f"DROP TRIGGER {table}_guard ON {table}")
    yield
    triggers.install()
