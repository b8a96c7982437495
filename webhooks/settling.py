"""Writes what came of a batch of attempts: deliveries, attempts, and how their webhooks do, in few statements."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from django.db import connection
from django.db.models import F
from django.utils import timezone

from accounts import statements
from webhooks import schedule
from webhooks.claiming import Job
from webhooks.models import Delivery, Webhook
from webhooks.outcomes import Outcome
from webhooks.recipients import Recipient
from webhooks.sender import Answer

GONE = 410
# A receiver that says when it wants more is believed for the whole webhook.
BUSY = (429, 503)


@dataclass(slots=True)
class Result:
    """One attempt that ended."""

    job: Job
    answer: Answer
    recipient: Recipient
    ended: datetime
    sent_headers: list[tuple[str, str]]

    @property
    def is_ok(self) -> bool:
        """Whether it is delivered."""
        return self.answer.outcome == Outcome.OK

    @property
    def is_gone(self) -> bool:
        """Whether the receiver wants to hear nothing any more."""
        return self.answer.status == GONE

    @property
    def asked_to_wait(self) -> float | None:
        """Seconds that the receiver asked for, for this delivery."""
        return schedule.retry_after(self.answer.header("retry-after"), self.ended)

    @property
    def all_to_wait(self) -> float | None:
        """Seconds that it asked for because of itself, not of what was sent: for everything that waits for it."""
        return self.asked_to_wait if self.answer.status in BUSY else None


_DELIVERY = "id lease state due_at attempts last_status last_outcome first_attempt_at ended_at".split()
_ATTEMPT = "delivery_id number began_at duration outcome status request_headers answer_headers answer_body note".split()
# By their ids whatever the statistics say: hence the array, and a state that no index knows (claiming.py does likewise).
# One JSON text instead of an array for each column: psycopg writes arrays value by value, in Python.
_SETTLE_POSTGRESQL = """
UPDATE webhooks_delivery d SET lease = NULL, leased_until = NULL, state = x.state, due_at = x.due_at, attempts = x.attempts,
  last_status = x.last_status, last_outcome = x.last_outcome, ended_at = x.ended_at,
  first_attempt_at = COALESCE(d.first_attempt_at, x.first_attempt_at)
FROM json_to_recordset(%s::json) AS x(id bigint, lease text, state text, due_at timestamptz, attempts int, last_status int,
  last_outcome text, first_attempt_at timestamptz, ended_at timestamptz)
WHERE d.id = ANY(%s::bigint[]) AND d.id = x.id AND d.lease = x.lease AND d.state || '' = 'pending'
RETURNING d.id
"""
_SETTLE_SQLITE = """
UPDATE webhooks_delivery SET lease = NULL, leased_until = NULL, state = %s, due_at = %s, attempts = %s, last_status = %s,
  last_outcome = %s, first_attempt_at = COALESCE(first_attempt_at, %s), ended_at = %s
WHERE id = %s AND lease = %s AND state = 'pending'
"""
_KEEP_POSTGRESQL = f"""
INSERT INTO webhooks_attempt ({", ".join(_ATTEMPT)}) SELECT {", ".join(_ATTEMPT)} FROM json_to_recordset(%s::json)
  AS x(delivery_id bigint, number int, began_at timestamptz, duration int, outcome text, status int, request_headers jsonb,
  answer_headers jsonb, answer_body text, note text)
"""  # noqa: S608
# Of what has its own state meanwhile; a settlement whose answer was lost with the connection comes a second time.
_ONCE = """
WHERE NOT EXISTS (SELECT 1 FROM webhooks_attempt a WHERE a.delivery_id = x.delivery_id AND a.began_at = x.began_at)
"""
_KEEP_SQLITE = f"""
INSERT INTO webhooks_attempt ({", ".join(_ATTEMPT)}) VALUES ({", ".join(["%s"] * len(_ATTEMPT))})
"""  # noqa: S608


def settle(results: list[Result]) -> None:
    """Write all of them; inside a transaction.

    What lost its lease or was cancelled meanwhile keeps its own state; that it was heard is written all the same.
    """
    # Always in this order: two engines that settle never wait for each other in a circle.
    results = sorted(results, key=lambda result: result.job.id)
    deliveries, attempts = list(map(_delivery, results)), list(map(_attempt, results))
    if connection.vendor == "postgresql":
        ids = [row[0] for row in deliveries]
        told = statements.rows(_SETTLE_POSTGRESQL, [_as_json(_DELIVERY, deliveries), ids])
        settled = {row[0] for row in told}
        if kept := [row for row in attempts if row[0] in settled]:
            statements.write(_KEEP_POSTGRESQL, [_as_json(_ATTEMPT, kept)])
        if others := [row for row in attempts if row[0] not in settled]:
            statements.write(_KEEP_POSTGRESQL + _ONCE, [_as_json(_ATTEMPT, others)])
        return
    with connection.cursor() as cursor:
        cursor.executemany(_SETTLE_SQLITE, [(*map(_plain, row[2:]), *row[:2]) for row in deliveries])
        cursor.executemany(_KEEP_SQLITE, [[_plain(value) for value in row] for row in attempts])


def _as_json(names: list[str], rows: list[tuple[Any, ...]]) -> str:
    return orjson.dumps([dict(zip(names, row, strict=True)) for row in rows]).decode()


def _plain(value: Any) -> Any:
    """For SQLite: times and JSON are text."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return json.dumps(value) if isinstance(value, list) else value


def _delivery(result: Result) -> tuple[Any, ...]:
    """Values for _DELIVERY."""
    job, answer = result.job, result.answer
    attempts = job.attempts + 1
    state, due = Delivery.State.DELIVERED.value, result.ended
    if not result.is_ok:
        again = None
        if not job.is_probe and not result.is_gone:
            again = schedule.next_due(attempts, result.ended, result.asked_to_wait)
        state = Delivery.State.PENDING.value if again else Delivery.State.FAILED.value
        due = again or result.ended
    began = datetime.fromtimestamp(answer.began, UTC)
    over = None if state == Delivery.State.PENDING else result.ended
    outcome = answer.outcome.value
    return (job.id, job.lease, state, due, attempts, answer.status, outcome, began, over)


def _attempt(result: Result) -> tuple[Any, ...]:
    """Values for _ATTEMPT, masked."""
    job, answer, mask = result.job, result.answer, result.recipient.mask
    text = answer.body.decode("utf-8", "replace").replace("\0", "\ufffd")
    return (
        job.id,
        job.attempts + 1,
        datetime.fromtimestamp(answer.began, UTC),
        answer.duration_ms,
        answer.outcome.value,
        answer.status,
        result.recipient.shown + [list(pair) for pair in result.sent_headers],
        mask.pairs(answer.headers),
        mask.text(text, answer.is_cut),
        answer.note,
    )


def note_health(results: Sequence[Result]) -> None:
    """`failing_since` of their webhooks: from the first failure after the last success. Probes say nothing about that."""
    first_failure: dict[int, Result | None] = {}
    worked, known = set(), set()
    for result in sorted(results, key=lambda result: result.ended):
        if result.job.is_probe:
            continue
        webhook = result.job.webhook
        if result.job.failing:
            known.add(webhook)
        if result.is_ok:
            first_failure[webhook] = None
            worked.add(webhook)
        elif first_failure.get(webhook) is None:
            first_failure[webhook] = result
    # The rows of those that never failed are not touched.
    if healed := sorted(worked & known):
        Webhook.objects.filter(pk__in=healed).update(
            failing_since=None, warned=0, suspended_until=None, suspensions=0
        )
    for webhook, failure in sorted(first_failure.items()):
        if failure is not None and (webhook in worked or not failure.job.failing):
            Webhook.objects.filter(pk=webhook, failing_since=None).update(failing_since=failure.ended)


def suspend(webhooks: Iterable[tuple[int, float]]) -> None:
    """The breaker's part: nothing more of these for so many seconds."""
    now = timezone.now()
    for webhook, seconds in sorted(webhooks):
        until = now + timedelta(seconds=seconds)
        Webhook.objects.filter(pk=webhook).update(suspended_until=until, suspensions=F("suspensions") + 1)
