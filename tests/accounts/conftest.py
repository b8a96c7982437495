"""Helpers for tests of the ground: many at once, what the database holds, one-time links."""

import hashlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.apps import apps
from django.db import connections
from django.test import Client

from tests.cast import Cast


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
    for model in sorted(apps.get_models(), key=lambda model: model._meta.label):
        if model._meta.managed and model._meta.app_label != "django_cache":
            for row in model._base_manager.using("default").order_by("pk").values_list():
                found.update(repr((model._meta.label, row)).encode())
    return found.hexdigest()
