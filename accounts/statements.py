"""The few statements that every call of a program makes: raw, prepared on PostgreSQL, without a question before them.

Planning a join takes longer than running it; and asking a kept connection whether it still lives would double the
round trips, so the statement itself is the question (docs/speed.md).
"""

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import psycopg
from django.db import InterfaceError, OperationalError, connections
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import DiagnosticField, ExecStatus, TransactionStatus

Answer = TypeVar("Answer")
Row = tuple[Any, ...]


def row(statement: str, values: Sequence[Any]) -> Row | None:
    """The one row that it finds. Raises django.db.Error."""
    found = rows(statement, values)
    return found[0] if found else None


def rows(statement: str, values: Sequence[Any] | Mapping[str, Any]) -> list[Row]:
    """All rows that it finds or returns, as the driver gives them: JSON is text, times on SQLite have no zone.

    Raises django.db.Error.
    """
    return _alive(lambda here: _execute(here, statement, values, fetch=True))


def write(statement: str, values: Sequence[Any] | Mapping[str, Any]) -> None:
    """Run it, atomic by itself where no transaction is open; SQLite's one writer is the caller's to take."""
    _alive(lambda here: _execute(here, statement, values, fetch=False))


def _alive(ask: Callable[[Any], Answer]) -> Answer:
    """The answer, on a new connection if a kept one has died meanwhile and nothing is open on it."""
    # Django's `connection` looks this up again at every dot.
    here: Any = connections["default"]
    kept = here.connection is not None and not here.in_atomic_block
    if kept:
        # Not asked again by Django either, in this request.
        here.health_check_done = True
    try:
        return ask(here)
    except (OperationalError, InterfaceError):
        if not kept:
            raise
        here.close()
        return ask(here)


def _execute(here: Any, statement: str, values: Sequence[Any] | Mapping[str, Any], fetch: bool) -> list[Row]:
    if _may_be_bare(here):
        told = _bare(here, statement, values)
        if told is not None:
            return told
    with _cursor(here) as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if fetch else []


def _cursor(here: Any) -> Any:
    if here.vendor != "postgresql":
        return here.cursor()
    here.ensure_connection()
    bare: Any = _Unplanned(here.connection)
    wrapped = here.make_debug_cursor if here.queries_logged else here.make_cursor
    return wrapped(bare)


class _Unplanned(psycopg.Cursor[Any]):
    """Binds on the server like a plan of ours, but leaves no plan.

    The driver throws its plans away after a rollback, all that the session has (DEALLOCATE ALL), ours included; and
    inside the next transaction nothing could be asked again. Where it has none, it leaves ours alone.
    """

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        """As the driver's, never prepared."""
        return super().execute(query, params, **options | {"prepare": False})


# invalid_sql_statement_name: a pooler gave us another session; feature_not_supported: older than its tables.
PLAN_ENDED = (b"26000", b"0A000")
# What each connection has planned, by statement and the types of its values.
_plans: WeakKeyDictionary[Any, dict[tuple[str, tuple[int, ...]], bytes]] = WeakKeyDictionary()


def _may_be_bare(here: Any) -> bool:
    """PostgreSQL that may plan ahead, nobody counting statements, and no transaction that the driver has yet to begin."""
    if here.vendor != "postgresql" or here.queries_logged or here.execute_wrappers:
        return False
    here.ensure_connection()
    if here.connection.prepare_threshold is None:
        return False
    begun: bool = here.connection.pgconn.transaction_status == TransactionStatus.INTRANS
    return begun or bool(here.autocommit and not here.in_atomic_block)


def _bare(here: Any, statement: str, values: Sequence[Any] | Mapping[str, Any]) -> list[Row] | None:
    """The rows without a cursor, which costs more than the statement.

    None where that failed outside a transaction: a cursor asks again and knows all errors.
    """
    kept = here.connection
    change = Transformer(kept)
    numbered, names = _numbered(statement)
    if isinstance(values, Mapping):
        values = [values[name] for name in names]
    given = change.dump_sequence(values, [PyFormat.AUTO] * len(values))
    plans = _plans.setdefault(kept, {})
    plan = (statement, tuple(change.types or ()))
    name = plans.get(plan)
    if name is None:
        name = b"gatehouse_%d" % next(_names)
        told = kept.pgconn.prepare(name, numbered, plan[1])
        if told.status != ExecStatus.COMMAND_OK:
            _raise_in_transaction(here, told)
            return None
        plans[plan] = name
    told = kept.pgconn.exec_prepared(name, given, change.formats)
    if told.status not in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
        if told.error_field(DiagnosticField.SQLSTATE) in PLAN_ENDED:
            plans.pop(plan)
        _raise_in_transaction(here, told)
        return None
    change.set_pgresult(told)
    return change.load_rows(0, told.ntuples, tuple) if told.ntuples else []


def _raise_in_transaction(here: Any, told: Any) -> None:
    """There nothing can be asked again."""
    if here.in_atomic_block:
        with here.wrap_database_errors:
            raise psycopg.errors.error_from_result(told)


_names = itertools.count()


@cache
def _numbered(statement: str) -> tuple[bytes, tuple[str, ...]]:
    """With $1, $2, … for each %s or each name in %(name)s; and those names in their order."""
    numbers = itertools.count(1)
    names: dict[str, int] = {}

    def number(found: re.Match[str]) -> str:
        name = found[1]
        return f"${names.setdefault(name, len(names) + 1) if name else next(numbers)}"

    return re.sub(r"%(?:\((\w+)\))?s", number, statement).encode(), tuple(names)
