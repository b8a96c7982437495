"""Looks for values that must be nowhere: every table, the broker, the logs, the mails, every page but one."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import connections
from django.test import Client


def spellings(value: str) -> set[bytes]:
    """How a value may look when something stores it: as it is, without our prefix, base64, quoted, reversed nibbles."""
    body = value.rpartition("_")[2] if value.startswith("gate_") else value
    plain = {value, body, quote(value, safe="")}
    encoded = {base64.b64encode(value.encode()).decode().rstrip("="), value.encode().hex()}
    return {spelling.encode() for spelling in plain | encoded}


def tables() -> Iterator[tuple[str, bytes]]:
    """(alias.table, everything in it as bytes), over every database."""
    for alias in settings.DATABASES:
        connection = connections[alias]
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                cursor.execute(f'SELECT * FROM "{table}"')
                for row in cursor.fetchall():
                    yield f"{alias}.{table}", b"\0".join(as_bytes(cell) for cell in row)


def as_bytes(cell: Any) -> bytes:
    """A column's value as it would be read in a dump."""
    return bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode()


def files() -> Iterator[tuple[str, bytes]]:
    """Every file below GATEHOUSE_VAR: broker messages, mail, databases with their logs."""
    for path in Path(settings.GATEHOUSE_VAR).rglob("*"):
        if path.is_file() and path.name not in ("keys", "secret_key"):
            yield f"file {path.name}", path.read_bytes()


def redis_keys() -> Iterator[tuple[str, bytes]]:
    """Everything in Redis: cache and broker."""
    if not settings.REDIS_URL:
        return
    import redis

    store = redis.Redis.from_url(settings.REDIS_URL)
    for key in store.scan_iter():
        kind = store.type(key)
        value = store.lrange(key, 0, -1) if kind == b"list" else store.get(key) if kind == b"string" else b""
        yield f"redis {key!r}", repr(value).encode()
    store.close()


def found(values: list[str], *more: tuple[str, str]) -> list[str]:
    """Where any of `values` is readable; `more` are (name, text) to look at, too."""
    places = [*tables(), *files(), *redis_keys(), *((name, text.encode()) for name, text in more)]
    needles = {spelling for value in values for spelling in spellings(value)}
    return sorted({name for name, text in places for needle in needles if needle in text})


class Visitor:
    """A client that keeps every answer; `reveals` marks the one that may hold secrets."""

    def __init__(self, client: Client) -> None:
        self.client, self.kept = client, []  # type: tuple[Client, list[tuple[str, str]]]

    def ask(self, method: str, path: str, data: Any = None, reveals: bool = False, **more: Any) -> Any:
        """Ask and keep."""
        answer = getattr(self.client, method)(path, data, **more)
        told = answer.content.decode("utf-8", "replace") if not answer.streaming else ""
        headers = repr(dict(answer.headers)) + repr(answer.cookies)
        self.kept.append((f"{method} {path}", headers + ("" if reveals else told)))
        return answer
