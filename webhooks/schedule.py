"""When a delivery is tried again, and how long a receiver that fails is left alone."""

import random
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

# Seconds before the first, second, … attempt: ten over three days.
MINUTE, HOUR = 60, 3600
WAITS = (0, 5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 18 * HOUR)
ATTEMPTS = len(WAITS)
# A receiver may put us off for a day at most.
LONGEST_RETRY_AFTER = 24 * HOUR
# The breaker: so many failures in a row, then nothing for 30 s, a minute, … at most five.
FAILURES_IN_A_ROW = 5
FIRST_REST, LONGEST_REST = 30, 5 * MINUTE


def next_due(attempts: int, now: datetime, retry_after: float | None = None) -> datetime | None:
    """When the next attempt is due after `attempts` failed ones, None after the last.

    Up to a tenth earlier than the table says, so that what failed together does not come back together, but never before
    `retry_after` seconds, which the receiver asked for.
    """
    if attempts >= ATTEMPTS:
        return None
    wait = WAITS[attempts] * random.uniform(0.9, 1.0)  # noqa: S311 (no secret)
    return now + timedelta(seconds=max(wait, retry_after or 0))


def rest(suspensions: int) -> float:
    """Seconds without any attempt, when the breaker opens for the first, second, … time in a row."""
    return min(FIRST_REST * 2.0 ** min(max(suspensions - 1, 0), 10), LONGEST_REST)


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds that a `Retry-After` header asks for (RFC 9110, 10.2.3), at most a day; None for none and for nonsense."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return float(min(int(text[:9]), LONGEST_RETRY_AFTER))
    try:
        at = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    seconds = (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds()
    return min(max(seconds, 0.0), float(LONGEST_RETRY_AFTER))
