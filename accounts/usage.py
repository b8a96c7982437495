"""When, from where and with which program something was last used: collected in process, written every 20 s.

No request waits for it and none writes a row of its own. A kill loses at most the last 20 s. For any model with
`last_used_at`, `last_used_from` and `last_used_client`.
"""

import logging
import threading
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.util import Finalize
from typing import Any

from django.db import connection
from django.db.models import Model, Q
from django.http import HttpRequest
from django.utils import timezone

from accounts.events import writing

log = logging.getLogger(__name__)
EVERY_SECONDS = 20.0


@dataclass(frozen=True)
class Use:
    """One use."""

    at: datetime
    address: str
    client: str


_lock = threading.Lock()
_uses: dict[tuple[type[Model], int], Use] = {}
_marks: dict[tuple[type[Model], int, str], datetime] = {}
_started = False


def note_use(request: HttpRequest, *things: tuple[type[Model], int], also: str = "") -> None:
    """Remember that these rows (model, primary key) were used just now; no database.

    `also` names a further column of theirs that gets the time.
    """
    use = Use(
        timezone.now(),
        getattr(request, "client_address", "")[:64],
        request.META.get("HTTP_USER_AGENT", "")[:200],
    )
    with _lock:
        for thing in things:
            _uses[thing] = use
            if also:
                # Kept beside the plain one, which the next use overwrites.
                _marks[*thing, also] = use.at
    if not _started:
        _start()


def _start() -> None:
    # On first use in each process: a thread from before a fork would not be there.
    global _started
    with _lock:
        if _started:
            return
        _started = True
    threading.Thread(target=_run, name="usage", daemon=True).start()
    # atexit does not run in the web server's workers; this does.
    Finalize(None, flush_and_close, exitpriority=10)


def _run() -> None:
    pause = threading.Event()
    while True:
        pause.wait(EVERY_SECONDS)
        flush_and_close()


def flush_and_close() -> None:
    """flush() for a thread that owns nothing else: its connection is closed afterwards."""
    try:
        flush()
    except Exception as error:
        log.warning("usage not written, kept for the next time (%s)", error)
    finally:
        connection.close()


def flush() -> int:
    """Write what was collected, newer values only; how many rows. What fails is put back."""
    with _lock:
        uses, marks = dict(_uses), dict(_marks)
        _uses.clear()
        _marks.clear()
    if not uses:
        return 0
    try:
        with writing():
            # One order everywhere, so that two processes never wait for each other.
            for (model, pk), use in sorted(uses.items(), key=lambda item: (item[0][0].__name__, item[0][1])):
                _write(model, pk, use)
            for (model, pk, column), at in sorted(
                marks.items(), key=lambda item: (item[0][0].__name__, item[0][1])
            ):
                model._default_manager.filter(pk=pk).update(**{column: at})
    except Exception:
        with _lock:
            for key, use in uses.items():
                _uses.setdefault(key, use)
            for mark, at in marks.items():
                _marks.setdefault(mark, at)
        raise
    return len(uses)


def _write(model: Any, pk: int, use: Use) -> None:
    older = Q(last_used_at=None) | Q(last_used_at__lt=use.at)
    model.objects.filter(older, pk=pk).update(
        last_used_at=use.at, last_used_from=use.address, last_used_client=use.client
    )
