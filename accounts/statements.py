"""The few statements that every call of a program makes: raw, prepared on PostgreSQL, without a question before them.

Planning a join takes longer than running it; and asking a kept connection whether it still lives would double the
round trips, so the statement itself is the question (docs/speed.md).
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import psycopg
from django.db import InterfaceError, OperationalError, connection

Answer = TypeVar("Answer")
Row = tuple[Any, ...]


def row(statement: str, values: Sequence[Any]) -> Row | None:
    """The one row that it finds. Raises django.db.Error."""
    return _alive(lambda: _execute(statement, values, fetch=True))


def write(statement: str, values: Sequence[Any]) -> None:
    """Run it, atomic by itself where no transaction is open; SQLite's one writer is the caller's to take."""
    _alive(lambda: _execute(statement, values, fetch=False))


def _execute(statement: str, values: Sequence[Any], fetch: bool) -> Row | None:
    with _cursor() as cursor:
        cursor.execute(statement, values)
        found: Row | None = cursor.fetchone() if fetch else None
        return found


def _cursor() -> Any:
    if connection.vendor != "postgresql":
        return connection.cursor()
    connection.ensure_connection()
    # Django's own cursors bind in the client and are never prepared; this one is, see DATABASES in config/settings.py.
    bare: Any = psycopg.Cursor(connection.connection)
    wrapped = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    return wrapped(bare)


def _alive(ask: Callable[[], Answer]) -> Answer:
    """The answer, on a new connection if a kept one has died meanwhile and nothing is open on it."""
    kept = connection.connection is not None and not connection.in_atomic_block
    if kept:
        # Not asked again by Django either, in this request.
        connection.health_check_done = True  # type: ignore[attr-defined]
    try:
        return ask()
    except (OperationalError, InterfaceError):
        if not kept:
            raise
        connection.close()
        return ask()
