"""Adds attempts up hour by hour, for the picture of a webhook's health (webhooks/health.py)."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from webhooks.models import Tally
from webhooks.settling import Result

# An upsert of both databases, but for the name of the greater of two.
_ADD = """
INSERT INTO webhooks_tally AS t (webhook_id, hour, delivered, failed, total_ms, slowest_ms, waiting)
VALUES (%s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (webhook_id, hour) DO UPDATE SET delivered = t.delivered + excluded.delivered,
  failed = t.failed + excluded.failed, total_ms = t.total_ms + excluded.total_ms,
  slowest_ms = {greatest}(t.slowest_ms, excluded.slowest_ms), waiting = {greatest}(t.waiting, excluded.waiting)
"""
Key = tuple[int, datetime]


class Tallies:
    """Sums kept in memory and written now and then: a killed engine loses seconds of a statistic, never a delivery."""

    def __init__(self) -> None:
        self._sums: dict[Key, Tally] = {}

    def __bool__(self) -> bool:
        return bool(self._sums)

    def of(self, webhook: int, at: datetime) -> Tally:
        """The sum that an attempt ending at `at` belongs to."""
        hour = at.replace(minute=0, second=0, microsecond=0)
        tally = self._sums.get((webhook, hour))
        if tally is None:
            tally = self._sums[webhook, hour] = Tally(webhook_id=webhook, hour=hour)
        return tally

    def add(self, results: Iterable[Result]) -> None:
        """Count attempts; probes are nobody's traffic."""
        for result in results:
            if result.job.is_probe:
                continue
            tally = self.of(result.job.webhook, result.ended)
            tally.delivered += result.is_ok
            tally.failed += not result.is_ok
            tally.total_ms += result.answer.duration_ms
            tally.slowest_ms = max(tally.slowest_ms, result.answer.duration_ms)

    def write(self) -> None:
        """Add everything to the table, inside a transaction, and begin anew."""
        sums, self._sums = self._sums, {}
        adapt = connection.ops.adapt_datetimefield_value
        statement = _ADD.format(greatest="GREATEST" if connection.vendor == "postgresql" else "MAX")
        columns = ("delivered", "failed", "total_ms", "slowest_ms", "waiting")
        rows = [
            [webhook, adapt(hour), *(getattr(tally, column) for column in columns)]
            for (webhook, hour), tally in sorted(sums.items())
        ]
        if rows:
            with connection.cursor() as cursor:
                cursor.executemany(statement, rows)
