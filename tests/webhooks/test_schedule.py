"""Ten attempts over three days; what `Retry-After` may say; how long the breaker stays open."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webhooks import schedule

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def test_ten_attempts_come_within_three_days() -> None:
    at, attempts = NOW, 1
    while (due := schedule.next_due(attempts, at)) is not None:
        nominal = timedelta(seconds=schedule.WAITS[attempts])
        assert nominal * 0.9 <= due - at <= nominal
        at, attempts = due, attempts + 1
    assert attempts == 10 and timedelta(days=2.5) < at - NOW < timedelta(days=3)


def test_what_failed_together_does_not_come_back_together() -> None:
    assert len({schedule.next_due(4, NOW) for _ in range(50)}) > 40


@given(st.integers(1, 9), st.floats(0, 86400))
def test_a_receiver_is_never_asked_earlier_than_it_said(attempts: int, seconds: float) -> None:
    due = schedule.next_due(attempts, NOW, seconds)
    assert due is not None and due - NOW >= timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("120", 120),
        (" 7 ", 7),
        ("999999999999999999999", 86400),
        ("Sun, 22 Nov 2026 08:02:00 GMT", 120),
        ("Sun, 22 Nov 2026 07:00:00 GMT", 0),
        ("Sun, 22 Nov 9026 07:00:00 GMT", 86400),
        (None, None),
        ("", None),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("٣", None),
        ("Sun, 99 Nov 2026 07:00:00 GMT", None),
    ],
)
def test_retry_after_in_both_forms_and_nonsense(value: str | None, seconds: float | None) -> None:
    assert schedule.retry_after(value, NOW) == seconds


@given(st.text(max_size=60))
def test_no_retry_after_is_an_accident(value: str) -> None:
    told = schedule.retry_after(value, NOW)
    assert told is None or 0 <= told <= 86400


def test_the_breaker_rests_longer_each_time_and_at_most_five_minutes() -> None:
    assert [schedule.rest(number) for number in (1, 2, 3, 4, 5, 1000)] == [30, 60, 120, 240, 300, 300]
