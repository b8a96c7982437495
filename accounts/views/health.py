"""`/healthz`: the process is up (no I/O). `/readyz`: what it needs is there."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from celery import current_app
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import connection
from django.db.models import Min
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import OutgoingMail

log = logging.getLogger(__name__)
Told = TypeVar("Told")
TIMETABLE_KEY = "timetable-at"
LATE_SECONDS = 120


def note_timetable() -> None:
    """Called by the timetable's most frequent task."""
    cache.set(TIMETABLE_KEY, time.time(), 3600)


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def _cache() -> str:
    cache.set("readyz", "1", 10)
    return "ok" if cache.get("readyz") == "1" else "does not keep what it is given"


def _broker() -> str:
    with current_app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, timeout=1)
    return "ok"


@dataclass(frozen=True)
class Overdue:
    """A check of something that must not wait for long. /metrics asks once, and tells the seconds, too."""

    what: str
    metric: str
    text: str
    seconds: Callable[[], int]

    def __call__(self) -> str:
        return self.said(self.seconds())

    def said(self, age: int) -> str:
        """ "ok", or what has waited for these seconds."""
        return "ok" if age < LATE_SECONDS else f"the oldest {self.what} has been due for {age} s"


def mail_overdue_seconds() -> int:
    """How long the mail that waits longest has been due, 0 for none."""
    waiting = OutgoingMail.objects.filter(state="waiting", due_at__lte=timezone.now())
    oldest = waiting.aggregate(oldest=Min("due_at"))["oldest"]
    return int((timezone.now() - oldest).total_seconds()) if oldest else 0


def _timetable() -> str:
    at = cache.get(TIMETABLE_KEY)
    late = int(time.time() - at) if at else None
    return (
        "ok"
        if late is not None and late < LATE_SECONDS
        else f"last seen {late} s ago"
        if late
        else "never seen"
    )


CHECKS: dict[str, Callable[[], str]] = {
    "database": _database,
    "cache": _cache,
    "broker": _broker,
    "outbox": Overdue(
        "mail",
        "mail_overdue_seconds",
        "How long the mail that waits longest has been due.",
        mail_overdue_seconds,
    ),
    "timetable": _timetable,
}


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Up."""
    return HttpResponse("ok", content_type="text/plain")


def asked(name: str, check: Callable[[], Told]) -> Told | str:
    """What the check says, or in words that it does not answer."""
    try:
        return check()
    except Exception as error:
        log.warning("readyz: %s: %s", name, error)
        return f"does not answer ({type(error).__name__})"


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 while requests can be served (some parts may be degraded, the body says which), 503 without a database."""
    told = {name: asked(name, check) for name, check in CHECKS.items()}
    status = "ok" if set(told.values()) == {"ok"} else "degraded" if told["database"] == "ok" else "down"
    return JsonResponse({"status": status} | told, status=503 if status == "down" else 200)
