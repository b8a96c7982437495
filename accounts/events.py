"""What can happen (the catalogue), and the one way to change what is recorded: `with action(actor): …` (house.md, idea 4)."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.dispatch import Signal

from accounts.catalogue import EventType
from accounts.models import Organization
from accounts.permissions import Actor
from accounts.record import Note, write

__all__ = ["EventType", "action", "record", "recorded", "writing"]

# Sent inside the action's transaction with `records`: a list of (Record, RecordDetails). A receiver that raises undoes all.
recorded = Signal()

# SQLite has one writer: threads queue here instead of busy-waiting in BEGIN IMMEDIATE (p99 of 200 ms otherwise).
_sqlite_writer = threading.RLock()


@dataclass
class _Running:
    """The outermost action's notes, and who acts at the moment."""

    actor: Actor
    notes: list[Note] = field(default_factory=list)


_running: ContextVar[_Running | None] = ContextVar("running_action", default=None)


@contextmanager
def writing() -> Iterator[None]:
    """A transaction for what is counted, not recorded (token issue, usage, outbox): SQLite's one writer at a time."""
    if connection.vendor != "sqlite":
        with transaction.atomic():
            yield
        return
    with _sqlite_writer, transaction.atomic():
        yield


@contextmanager
def action(actor: Actor) -> Iterator[None]:
    """Change something and record it in one transaction; the outside world waits for the commit.

    The outermost one is durable: RuntimeError inside a foreign transaction. A nested one is a savepoint and may have
    another actor; if it fails, its rows, notes and wakes are undone with it.
    """
    running = _running.get()
    if running is None:
        with writing_durably():
            yield from _outermost(actor)
    else:
        with transaction.atomic():
            yield from _nested(running, actor)


@contextmanager
def writing_durably() -> Iterator[None]:
    """As writing(), but refusing to start inside somebody else's transaction."""
    if connection.vendor != "sqlite":
        with transaction.atomic(durable=True):
            yield
        return
    with _sqlite_writer, transaction.atomic(durable=True):
        yield


def _outermost(actor: Actor) -> Iterator[None]:
    running = _Running(actor)
    token = _running.set(running)
    try:
        yield
        if running.notes and not transaction.get_rollback():
            recorded.send(sender=EventType, records=write(running.notes))
    finally:
        # Before the commit, so that on-commit callbacks may open actions of their own.
        _running.reset(token)


def _nested(running: _Running, actor: Actor) -> Iterator[None]:
    before, kept = running.actor, len(running.notes)
    running.actor = actor
    try:
        yield
    except BaseException:
        del running.notes[kept:]
        raise
    finally:
        running.actor = before


def record(
    event: EventType,
    thing: Any,
    *,
    organization: Organization | None = None,
    names: dict[str, str] | None = None,
    changes: dict[str, Any] | None = None,
    workspace_id: int | None = None,
) -> None:
    """Note that `event` happened to `thing` (a row with a public_id); written as the action's last statements.

    `names` are people and things as they are called now, `changes` {field: [before, after]} or plain facts: both lie in
    the erasable half. Raises RuntimeError outside an action, ValueError for a fact the catalogue does not declare.
    """
    running = _running.get()
    if running is None:
        raise RuntimeError(f"{event.value} recorded outside an action")
    event.check(changes or {})
    home = organization or (thing if isinstance(thing, Organization) else thing.organization)
    running.notes.append(
        Note(
            organization=home,
            event=event,
            actor=running.actor,
            thing_kind=thing._meta.model_name,
            thing_key=str(thing.public_id),
            names={"actor": running.actor.name, "thing": str(thing)} | (names or {}),
            changes=changes or {},
            workspace_id=workspace_id,
        )
    )
