"""Wakes a Celery task by name after the commit. A lost wake is never a lost job: the sweep finds the row."""

import logging
import time

from celery import current_app
from django.db import transaction

log = logging.getLogger(__name__)
_silent_until = 0.0
SILENCE_SECONDS = 5.0


def wake(task: str, *ids: int) -> None:
    """Send `task` with these ids once the running transaction has committed; never raises, never carries a secret."""
    transaction.on_commit(lambda: _send(task, ids), robust=True)


def _send(task: str, ids: tuple[int, ...]) -> None:
    # A broker that is gone costs each request at most half a second, then nothing for five.
    global _silent_until
    if time.monotonic() < _silent_until:
        return
    try:
        current_app.send_task(task, args=ids, retry=False, ignore_result=True)
    except Exception as error:
        _silent_until = time.monotonic() + SILENCE_SECONDS
        log.warning("the broker did not take %s (%s); the sweep will find it", task, type(error).__name__)
