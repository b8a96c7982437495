"""Who only fails is warned about and paused; who is gone is off; what waits, what is forgotten, what the week was like."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Record
from tests.cast import Cast
from tests.conftest import Mailbox
from tests.webhooks.conftest import happen, listens, of, piled_up, states, time_passes
from tests.webhooks.receivers import Receiver
from webhooks import health, pruning, waiting
from webhooks.models import Attempt, Delivery, Tally, Webhook

Run = Callable[[], None]


def failing(cast: Cast, days: float, **fields: object) -> Webhook:
    webhook = listens(
        cast, "https://erp.example/", failing_since=timezone.now() - timedelta(days=days), **fields
    )
    piled_up(webhook, 1, attempts=3, last_outcome="status", last_status=502)
    return webhook


@pytest.mark.parametrize(
    ("days", "warned", "words"),
    [
        (1.4, 0, ""),
        (1.6, 50, "Nothing gets through"),
        (2.3, 75, "Nothing gets through"),
        (3.1, 100, "One of your webhooks is paused"),
    ],
)
def test_mails_on_the_way_to_the_pause_say_why(
    cast: Cast, mailbox: Mailbox, days: float, warned: int, words: str
) -> None:
    webhook = failing(cast, days)
    health.pause_failing()
    health.pause_failing()
    webhook.refresh_from_db()
    assert webhook.warned == warned and bool(webhook.paused_at) == (warned == 100)
    told = mailbox.read()
    # Olga and Carl; nobody else manages webhooks.
    assert sorted(message["To"] for message in told) == (
        ["carl@halden.example", "olga@halden.example"] if warned else []
    )
    assert not warned or (words in mailbox.latest() and "the status 502" in mailbox.latest())
    assert Record.objects.filter(type="webhook.paused").count() == (warned == 100)


def test_each_step_is_told_once_and_late_ones_are_not_repeated(cast: Cast, mailbox: Mailbox) -> None:
    webhook = failing(cast, 1.6)
    for days in (1.6, 2.3, 3.1, 5):
        Webhook.objects.filter(pk=webhook.pk).update(failing_since=timezone.now() - timedelta(days=days))
        health.pause_failing()
    assert len(mailbox.read()) == 3 * 2
    late = failing(cast, 4)
    health.pause_failing()
    late.refresh_from_db()
    assert late.paused_at and len(mailbox.read()) == 4 * 2


def test_polish_owners_read_polish(cast: Cast, mailbox: Mailbox) -> None:
    cast.users["olga"].language = "pl"
    cast.users["olga"].save()
    failing(cast, 3.1)
    health.pause_failing()
    told = {message["To"]: message for message in mailbox.read()}
    assert "wstrzymany" in str(told["olga@halden.example"]["Subject"])
    assert "paused" in str(told["carl@halden.example"]["Subject"])


def test_off_ones_and_those_that_worked_meanwhile_are_left_alone(cast: Cast, mailbox: Mailbox) -> None:
    off, worked = failing(cast, 4, is_on=False), failing(cast, 4)
    Tally.objects.create(
        webhook=worked,
        hour=(timezone.now() - timedelta(days=1)).replace(minute=0, second=0, microsecond=0),
        delivered=1,
    )
    health.pause_failing()
    for webhook in (off, worked):
        webhook.refresh_from_db()
    assert off.paused_at is worked.paused_at is worked.failing_since is None and mailbox.read() == []


def test_410_switches_off_records_it_and_says_so(
    cast: Cast, receiver: Receiver, run: Run, mailbox: Mailbox
) -> None:
    webhook = listens(cast, receiver.url("/status/410"))
    piled_up(webhook, 30)
    run()
    run()
    webhook.refresh_from_db()
    assert (webhook.is_on, webhook.off_reason, webhook.version) == (False, "gone", 2)
    assert len(receiver.heard) <= 8 and states(webhook) == {
        "failed": len(receiver.heard),
        "pending": 30 - len(receiver.heard),
    }
    assert of(webhook).filter(state="pending", lease=None).count() == 30 - len(receiver.heard)
    assert Record.objects.filter(type="webhook.switched_off", actor_kind="timetable").count() == 1
    assert len(mailbox.read()) == 2 and "410" in mailbox.latest()


def test_410_of_where_it_led_before_switches_nothing_off(cast: Cast) -> None:
    webhook = listens(cast, "https://before.example/")
    Webhook.objects.filter(pk=webhook.pk).update(version=2, target_url="https://now.example/")
    health.switch_off_gone([(webhook.pk, 1)])
    webhook.refresh_from_db()
    assert webhook.is_on
    health.switch_off_gone([(webhook.pk, 2)])
    webhook.refresh_from_db()
    assert not webhook.is_on


def test_a_paused_one_keeps_what_happens_and_sends_it_when_resumed(
    cast: Cast, receiver: Receiver, run: Run
) -> None:
    webhook = listens(cast, receiver.url(), paused_at=timezone.now() - timedelta(days=10))
    happen(cast, 3)
    of(webhook).update(due_at=timezone.now() + timedelta(hours=20), attempts=4)
    run()
    assert receiver.heard == [] and set(of(webhook).values_list("attempts", flat=True)) == {4}
    assert waiting.send_now(webhook) == 3
    Webhook.objects.update(paused_at=None, failing_since=None)
    run()
    assert states(webhook) == {"delivered": 3}


def test_what_waited_too_long_is_not_sent(cast: Cast, receiver: Receiver, run: Run) -> None:
    off, paused = (
        listens(cast, receiver.url(), is_on=False),
        listens(cast, receiver.url(), paused_at=timezone.now()),
    )
    for webhook in (off, paused):
        for days in (2, 4, 31):
            piled_up(webhook, 2, created_at=timezone.now() - timedelta(days=days))
    piled_up(off, 1, created_at=timezone.now() - timedelta(days=9), resent_at=timezone.now())
    assert pruning.expire() == 4 + 2
    assert states(off) == {"failed": 4, "pending": 3} and states(paused) == {"failed": 2, "pending": 4}
    assert set(of(off).filter(state="failed").values_list("last_outcome", flat=True)) == {"expired"}


def test_settled_ones_are_forgotten_after_thirty_days(cast: Cast, receiver: Receiver, run: Run) -> None:
    webhook = listens(cast, receiver.url())
    piled_up(webhook, 12)
    run()
    piled_up(webhook, 1, created_at=timezone.now() - timedelta(days=40))
    old = list(of(webhook).filter(state="delivered").values_list("pk", flat=True)[:7])
    Delivery.objects.filter(pk__in=old).update(ended_at=timezone.now() - timedelta(days=30, minutes=1))
    assert pruning.forget() == 7 and states(webhook) == {"delivered": 5, "pending": 1}
    assert Attempt.objects.count() == 5 and pruning.forget() == 0


def test_the_week_hour_by_hour(cast: Cast, receiver: Receiver, run: Run, queries: Callable[..., int]) -> None:
    webhook = listens(cast, receiver.url("/switch"))
    piled_up(webhook, 9)
    run()
    receiver.status = 500
    piled_up(webhook, 2)
    run()
    health.note_backlogs()
    time_passes(webhook)
    week = health.week(webhook)
    assert len(week) == 168 and [row.hour for row in week] == sorted(row.hour for row in week)
    totals = [sum(getattr(row, name) for row in week) for name in ("delivered", "failed", "waiting")]
    assert totals == [9, 2, 2] and max(row.slowest_ms for row in week) * 11 >= sum(
        row.total_ms for row in week
    )
    assert queries(lambda: health.week(webhook)) == 1 and health.waiting([webhook]) == {webhook.pk: 2}


def test_readyz_says_how_late_deliveries_are(cast: Cast) -> None:
    webhook = listens(cast, "https://erp.example/")
    piled_up(webhook, 1)
    assert Client().get("/readyz").json()["webhooks"] == "ok"
    of(webhook).update(due_at=timezone.now() - timedelta(seconds=300))
    assert "due for 30" in Client().get("/readyz").json()["webhooks"]
    Webhook.objects.update(suspended_until=timezone.now() + timedelta(seconds=60))
    assert Client().get("/readyz").json()["webhooks"] == "ok"
