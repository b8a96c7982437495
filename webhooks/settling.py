"""Writes what came of a batch of attempts: deliveries, attempts, and how their webhooks do, in few statements."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

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
        """Seconds that the receiver asked for."""
        if self.answer.status not in BUSY:
            return None
        return schedule.retry_after(self.answer.header("retry-after"), self.ended)


_ATTEMPT = "delivery_id number began_at duration outcome status request_headers answer_headers answer_body note".split()
_SETTLE_POSTGRESQL = """
UPDATE webhooks_delivery d SET lease = NULL, leased_until = NULL, state = x.state, due_at = x.due_at, attempts = x.attempts,
  last_status = x.last_status, last_outcome = x.last_outcome, ended_at = x.ended_at,
  first_attempt_at = COALESCE(d.first_attempt_at, x.first_attempt_at)
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::timestamptz[], %s::int[], %s::int[], %s::text[], %s::timestamptz[],
  %s::timestamptz[]) AS x(id, lease, state, due_at, attempts, last_status, last_outcome, first_attempt_at, ended_at)
WHERE d.id = x.id AND d.lease = x.lease AND d.state = 'pending'
RETURNING d.id
"""
_SETTLE_SQLITE = """
UPDATE webhooks_delivery SET lease = NULL, leased_until = NULL, state = %s, due_at = %s, attempts = %s, last_status = %s,
  last_outcome = %s, first_attempt_at = COALESCE(first_attempt_at, %s), ended_at = %s
WHERE id = %s AND lease = %s AND state = 'pending'
"""
_KEEP_POSTGRESQL = f"""
INSERT INTO webhooks_attempt ({", ".join(_ATTEMPT)})
SELECT a, b, c, d, e, f, g::jsonb, h::jsonb, i, j FROM unnest(%s::bigint[], %s::int[], %s::timestamptz[], %s::int[],
  %s::text[], %s::int[], %s::text[], %s::text[], %s::text[], %s::text[]) AS x(a, b, c, d, e, f, g, h, i, j)
"""  # noqa: S608
_KEEP_SQLITE = f"""
INSERT INTO webhooks_attempt ({", ".join(_ATTEMPT)}) VALUES ({", ".join(["%s"] * len(_ATTEMPT))})
"""  # noqa: S608


def settle(results: list[Result]) -> None:
    """Write all of them; inside a transaction. What lost its lease or was cancelled meanwhile keeps its own state."""
    # Always in this order: two engines that settle never wait for each other in a circle.
    results = sorted(results, key=lambda result: result.job.id)
    time = connection.ops.adapt_datetimefield_value
    deliveries = [(result.job.id, result.job.lease, *_delivery(result, time)) for result in results]
    attempts = [_attempt(result, time) for result in results]
    if connection.vendor == "postgresql":
        told = statements.rows(_SETTLE_POSTGRESQL, _columns(deliveries))
        settled = {row[0] for row in told}
        # A settlement whose answer was lost with the connection is repeated: its attempts are there already.
        if kept := [row for row in attempts if row[0] in settled]:
            statements.write(_KEEP_POSTGRESQL, _columns(kept))
        return
    with connection.cursor() as cursor:
        cursor.executemany(_SETTLE_SQLITE, [(*row[2:], *row[:2]) for row in deliveries])
        cursor.executemany(_KEEP_SQLITE, attempts)


def _columns(rows: list[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _delivery(result: Result, time: Callable[[datetime | None], Any]) -> tuple[Any, ...]:
    """state, due_at, attempts, last_status, last_outcome, first_attempt_at, ended_at."""
    job, answer = result.job, result.answer
    attempts = job.attempts + 1
    state, ended, due = Delivery.State.DELIVERED, result.ended, result.ended
    if not result.is_ok:
        again = None
        if not job.is_probe and not result.is_gone:
            again = schedule.next_due(attempts, result.ended, result.asked_to_wait)
        state = Delivery.State.PENDING if again else Delivery.State.FAILED
        due = again or result.ended
    began = datetime.fromtimestamp(answer.began, UTC)
    over = None if state == Delivery.State.PENDING else time(ended)
    return (
        state.value,
        time(due),
        attempts,
        answer.status,
        answer.outcome.value,
        time(began),
        over,
    )


def _attempt(result: Result, time: Callable[[datetime | None], Any]) -> tuple[Any, ...]:
    """Values for the columns of an attempt, masked."""
    job, answer, mask = result.job, result.answer, result.recipient.mask
    text = answer.body.decode("utf-8", "replace").replace("\0", "\ufffd")
    return (
        job.id,
        job.attempts + 1,
        time(datetime.fromtimestamp(answer.began, UTC)),
        answer.duration_ms,
        answer.outcome.value,
        answer.status,
        json.dumps(result.recipient.shown + [list(pair) for pair in result.sent_headers]),
        json.dumps(mask.pairs(answer.headers)),
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
