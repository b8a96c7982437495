"""Which deliveries go out next: claimed in a batch with a lease, a few of each webhook, whatever the table's size.

Webhooks with something pending are found by jumping along the partial index from one to the next, and each gives only its
oldest few: neither a million settled rows nor a dead receiver's backlog costs a claim anything.
"""

import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts import statements
from webhooks.models import Delivery

# Longer than the longest attempt, than what waits in front of it, and than a database that restarts.
LEASE = timedelta(seconds=90)
# Of a webhook about which the engine knows nothing yet; of one that the breaker had closed.
FIRST_WINDOW, CAREFUL_WINDOW = 8, 1

_OPEN = """h.retired_at IS NULL AND h.is_on AND h.paused_at IS NULL
  AND (h.suspended_until IS NULL OR h.suspended_until <= %(now)s)"""
_FREE = """d.state = 'pending' AND d.due_at <= %(now)s AND (d.leased_until IS NULL OR d.leased_until <= %(now)s)"""
_DUE = f"d.webhook_id = h.id AND {_FREE}"
# What a person tries out on a paused or suspended webhook goes out all the same; it has an index of its own.
_PROBES = f"""
SELECT d.id FROM webhooks_delivery d JOIN webhooks_webhook h ON h.id = d.webhook_id
WHERE d.kind = 'probe' AND {_FREE} AND h.retired_at IS NULL AND h.is_on ORDER BY d.due_at, d.id LIMIT 20"""  # noqa: S608
_WAITING = """
WITH RECURSIVE waiting(id) AS (
  SELECT (SELECT d.webhook_id FROM webhooks_delivery d WHERE d.state = 'pending' ORDER BY d.webhook_id LIMIT 1)
  UNION ALL
  SELECT (SELECT d.webhook_id FROM webhooks_delivery d
          WHERE d.state = 'pending' AND d.webhook_id > w.id ORDER BY d.webhook_id LIMIT 1)
  FROM waiting w WHERE w.id IS NOT NULL
)"""
_RETURNED = "id, webhook_id, public_id, body, attempts, kind"
_CLAIM_PROBES = f"""
UPDATE webhooks_delivery SET lease = %(lease)s, leased_until = %(until)s WHERE id IN ({{probes}})
RETURNING {_RETURNED}, 0, 0, TRUE
"""  # noqa: S608

# FOR UPDATE SKIP LOCKED: two engines never wait for each other, and never claim the same row.
_PICK_POSTGRESQL = f"""{_WAITING},
room(id, free) AS (SELECT * FROM unnest(%(ids)s::bigint[], %(rooms)s::int[]))
SELECT due.id, due.webhook_id, due.public_id, due.body, due.attempts, due.kind, h.version, h.suspensions,
  h.failing_since IS NOT NULL
FROM waiting JOIN webhooks_webhook h ON h.id = waiting.id
LEFT JOIN room ON room.id = h.id
CROSS JOIN LATERAL (
  SELECT {_RETURNED}, due_at FROM webhooks_delivery d WHERE {_DUE}
  ORDER BY d.webhook_id, d.due_at, d.id
  LIMIT COALESCE(room.free, CASE WHEN h.suspensions > 0 THEN {CAREFUL_WINDOW} ELSE {FIRST_WINDOW} END)
  FOR NO KEY UPDATE SKIP LOCKED
) due
WHERE {_OPEN}
ORDER BY due.due_at, due.id LIMIT %(limit)s
"""  # noqa: S608
# Apart from the question: in one statement PostgreSQL, with the statistics of a table that was empty, walks through all of it.
_LEASE_POSTGRESQL = """
UPDATE webhooks_delivery SET lease = %(lease)s, leased_until = %(until)s WHERE id = ANY(%(picked)s::bigint[])
"""
_OPEN_SQLITE = f"""{_WAITING}
SELECT h.id, h.version, h.suspensions, h.failing_since IS NOT NULL FROM waiting JOIN webhooks_webhook h ON h.id = waiting.id
WHERE {_OPEN} AND EXISTS (SELECT 1 FROM webhooks_delivery d WHERE {_DUE})
"""  # noqa: S608
_PICK_SQLITE = f"""
SELECT d.id, d.due_at FROM webhooks_delivery d JOIN webhooks_webhook h ON h.id = %(webhook)s WHERE {_DUE}
ORDER BY d.due_at, d.id LIMIT %(free)s
"""  # noqa: S608
# The first of each webhook, not EXISTS: PostgreSQL would make that a join with everything pending.
_IS_ANY = f"""{_WAITING}
SELECT 1 WHERE EXISTS ({_PROBES}) UNION ALL
SELECT 1 FROM waiting JOIN webhooks_webhook h ON h.id = waiting.id
WHERE {_OPEN} AND (SELECT d.id FROM webhooks_delivery d WHERE {_DUE} ORDER BY d.webhook_id, d.due_at, d.id LIMIT 1) IS NOT NULL
LIMIT 1
"""  # noqa: S608
_WITHDRAWN = """
SELECT d.id FROM webhooks_delivery d JOIN webhooks_webhook h ON h.id = d.webhook_id
WHERE d.id IN ({ids}) AND (
  d.state <> 'pending' OR h.retired_at IS NOT NULL OR NOT h.is_on OR (h.paused_at IS NOT NULL AND d.kind <> 'probe'))
"""
_OLDEST = f"""{_WAITING}
SELECT MIN((SELECT MIN(d.due_at) FROM webhooks_delivery d WHERE {_DUE}))
FROM waiting JOIN webhooks_webhook h ON h.id = waiting.id WHERE {_OPEN}
"""  # noqa: S608


@dataclass(slots=True)
class Job:
    """A claimed delivery."""

    id: int
    webhook: int
    public_id: str
    body: bytes
    attempts: int
    kind: str
    # Of its webhook, as the claim found it; version 0: unknown.
    version: int
    suspensions: int
    failing: bool
    lease: str
    leased_until: datetime

    @property
    def is_probe(self) -> bool:
        """Somebody's "Send test event"."""
        return self.kind == "probe"


def _time(at: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(at)


def is_any() -> bool:
    """Whether an engine would find something to send at this moment."""
    return bool(statements.rows(_IS_ANY, {"now": _time(timezone.now())}))


def oldest_due() -> datetime | None:
    """Since when the delivery that waits longest could have been sent; None when none waits."""
    with connection.cursor() as cursor:
        cursor.execute(_OLDEST, {"now": _time(timezone.now())})
        found = cursor.fetchone()[0]
    if isinstance(found, str):
        parsed = parse_datetime(found)
        return parsed.replace(tzinfo=UTC) if parsed else None
    at: datetime | None = found
    return at


def claim(limit: int, rooms: Mapping[int, int]) -> list[Job]:
    """At most `limit` due deliveries (and a few probes), oldest first, now leased to the caller; inside a transaction.

    `rooms` says for webhooks that the engine knows how many more of theirs it takes.
    """
    now = timezone.now()
    lease, until = uuid.uuid4().hex, now + LEASE
    told = {"now": _time(now), "limit": limit, "lease": lease, "until": _time(until)}
    claim_some = _claim_postgresql if connection.vendor == "postgresql" else _claim_sqlite
    return [
        Job(
            pk,
            webhook,
            public_id,
            bytes(body),
            attempts,
            kind,
            version,
            suspensions,
            bool(failing),
            lease,
            until,
        )
        for pk, webhook, public_id, body, attempts, kind, version, suspensions, failing in claim_some(
            told, limit, rooms
        )
    ]


def _claim_postgresql(told: dict[str, Any], limit: int, rooms: Mapping[int, int]) -> list[Any]:
    free = {"ids": list(rooms), "rooms": [max(room, 0) for room in rooms.values()]}
    locked = _PROBES + " FOR NO KEY UPDATE OF d SKIP LOCKED"
    probes = statements.rows(_CLAIM_PROBES.format(probes=locked), told)
    picked = statements.rows(_PICK_POSTGRESQL, told | free)
    if picked:
        statements.write(_LEASE_POSTGRESQL, told | {"picked": [row[0] for row in picked]})
    return probes + picked


def _claim_sqlite(told: dict[str, Any], limit: int, rooms: Mapping[int, int]) -> list[Any]:
    """The same in small steps: SQLite has no LATERAL, and one writer, so nobody comes between them."""
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM_PROBES.format(probes=_PROBES), told)
        probes = cursor.fetchall()
        cursor.execute(_OPEN_SQLITE, told)
        webhooks = {row[0]: row[1:] for row in cursor.fetchall()}
        due: list[tuple[str, int]] = []
        for webhook, (_version, suspensions, _failing) in webhooks.items():
            free = rooms.get(webhook, CAREFUL_WINDOW if suspensions else FIRST_WINDOW)
            if free > 0:
                cursor.execute(_PICK_SQLITE, told | {"webhook": webhook, "free": free})
                due += [(at, pk) for pk, at in cursor.fetchall()]
        picked = [pk for _at, pk in sorted(due)[:limit]]
        if not picked:
            return probes
        places = ", ".join(["%s"] * len(picked))
        cursor.execute(
            f"UPDATE webhooks_delivery SET lease = %s, leased_until = %s WHERE id IN ({places})"  # noqa: S608
            f" AND state = 'pending' RETURNING {_RETURNED}",
            [told["lease"], told["until"], *picked],
        )
        found = {row[0]: row for row in cursor.fetchall()}
    return probes + [(*found[pk], *webhooks[found[pk][1]]) for pk in picked if pk in found]


def withdrawn(ids: list[int]) -> set[int]:
    """Which of these, claimed a moment ago, are not to go out any more: cancelled, or their webhook off, paused or gone."""
    if connection.vendor == "postgresql":
        found = statements.rows(_WITHDRAWN.format(ids="SELECT unnest(%s::bigint[])"), [ids])
    else:
        found = statements.rows(_WITHDRAWN.format(ids="SELECT value FROM json_each(%s)"), [json.dumps(ids)])
    return {row[0] for row in found}


def release(jobs: Iterable[Job]) -> None:
    """Give back what was claimed and not sent; whoever claims next takes it."""
    by_lease: dict[str, list[int]] = {}
    for job in jobs:
        by_lease.setdefault(job.lease, []).append(job.id)
    for lease, ids in by_lease.items():
        Delivery.objects.filter(pk__in=ids, lease=lease).update(lease=None, leased_until=None)
