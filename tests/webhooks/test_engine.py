"""The engine end to end: from an action to a receiver, over a real database and real sockets."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from scripts.servers import free_port
from tests.cast import Cast
from tests.webhooks.conftest import (
    happen,
    listens,
    of,
    piled_up,
    running,
    states,
    time_passes,
    wait_until,
)
from tests.webhooks.receivers import Receiver
from webhooks import engine, schedule, tasks
from webhooks.lanes import IN_FLIGHT
from webhooks.models import Attempt, Delivery, Webhook

Run = Callable[[], None]


def test_what_happens_is_heard_once(run: Run, cast: Cast, receiver: Receiver) -> None:
    webhook = listens(cast, receiver.url())
    happen(cast, 20)
    run()
    run()
    assert sorted(receiver.ids()) == sorted(of(webhook).values_list("public_id", flat=True))
    told = set(of(webhook).values_list("state", "attempts", "last_status", "last_outcome", "lease"))
    assert (
        told == {("delivered", 1, 200, "ok", None)} and Attempt.objects.count() == len(receiver.ids()) == 20
    )


def test_it_is_claimed_in_the_order_in_which_it_was_committed(
    run: Run, cast: Cast, receiver: Receiver
) -> None:
    webhook = listens(cast, receiver.url())
    happen(cast, 30)
    seqs = list(of(webhook).values_list("record_seq", flat=True))
    assert seqs == sorted(seqs)
    run()
    heard = {pk: place for place, pk in enumerate(receiver.ids())}
    places = [heard[pk] for pk in of(webhook).values_list("public_id", flat=True)]
    # At most eight are under way at once, so nobody is overtaken by more than that.
    assert all(abs(place - number) < IN_FLIGHT for number, place in enumerate(places))


def test_two_engines_at_once_deliver_everything_exactly_once(
    run: Run, cast: Cast, receiver: Receiver
) -> None:
    several = [listens(cast, receiver.url(f"/ok/{number}")) for number in range(5)]
    for webhook in several:
        piled_up(webhook, 100)
    with running(count=2):
        pass
    run()
    assert len(receiver.ids()) == len(set(receiver.ids())) == 500
    assert Delivery.objects.filter(state="delivered", attempts=1).count() == 500


def test_who_hangs_delays_nobody_and_gets_eight_at_a_time(run: Run, cast: Cast, receiver: Receiver) -> None:
    slow, quick = listens(cast, receiver.url("/hang")), listens(cast, receiver.url("/ok"))
    piled_up(slow, 50)
    piled_up(quick, 200)
    with running():
        # Nobody has let go of the hanging ones yet.
        wait_until(lambda: states(quick) == {"delivered": 200}, "the quick one to have everything")
        assert states(slow) == {"pending": 50} and receiver.most_under_way["/hang"] == IN_FLIGHT
        receiver.release.set()
    assert states(slow) == {"delivered": 50} and len(set(receiver.ids("/hang"))) == 50


def test_twenty_dead_ones_delay_nobody(run: Run, cast: Cast, receiver: Receiver) -> None:
    nobody = free_port()
    dead = [listens(cast, receiver.url(f"/hang/{number}")) for number in range(10)]
    dead += [listens(cast, f"http://127.0.0.1:{nobody}/{number}") for number in range(10)]
    for webhook in dead:
        piled_up(webhook, 50)
    quick = listens(cast, receiver.url("/ok"))
    piled_up(quick, 200)
    with running():
        wait_until(lambda: states(quick) == {"delivered": 200}, "the quick one to have everything")
        # Whoever hangs still does, and nothing of the dead ones is lost.
        assert all(states(webhook) == {"pending": 50} for webhook in dead)
        receiver.release.set()
    assert sum(states(webhook).get("delivered", 0) for webhook in dead[:10]) == 500


def test_a_healthy_one_also_never_gets_more_than_eight_at_once(
    run: Run, cast: Cast, receiver: Receiver
) -> None:
    piled_up(listens(cast, receiver.url("/slow")), 30)
    run()
    assert receiver.most_under_way["/slow"] == IN_FLIGHT and len(receiver.ids()) == 30


def test_a_failed_attempt_is_repeated_byte_for_byte_under_the_same_id(
    run: Run, cast: Cast, receiver: Receiver
) -> None:
    webhook = listens(cast, receiver.url("/switch"))
    receiver.status = 500
    happen(cast)
    before = timezone.now()
    run()
    [waits] = of(webhook)
    assert (waits.state, waits.attempts, waits.last_status, waits.last_outcome) == (
        "pending",
        1,
        500,
        "status",
    )
    assert timedelta(seconds=4) < waits.due_at - before < timedelta(seconds=65)
    receiver.status = 200
    time_passes(webhook)
    run()
    first, second = receiver.heard
    assert first.body == second.body == bytes(of(webhook).get().body)
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == waits.public_id
    assert list(Attempt.objects.order_by("id").values_list("number", "outcome")) == [(1, "status"), (2, "ok")]


def test_ten_attempts_and_no_more(run: Run, cast: Cast, receiver: Receiver) -> None:
    webhook = listens(cast, receiver.url("/status/500"))
    happen(cast)
    for number in range(1, 11):
        assert states(webhook) == {"pending": 1}
        time_passes(webhook)
        run()
        assert len(receiver.heard) == number
    assert states(webhook) == {"failed": 1} and of(webhook).get().ended_at is not None
    time_passes(webhook)
    run()
    assert len(receiver.heard) == 10 and len(set(receiver.ids())) == 1


def test_the_breaker_opens_after_five_failures_and_lets_one_through_later(
    run: Run, cast: Cast, receiver: Receiver
) -> None:
    webhook = listens(cast, receiver.url("/status/503"))
    piled_up(webhook, 100)
    run()
    assert schedule.FAILURES_IN_A_ROW <= len(receiver.heard) <= schedule.FAILURES_IN_A_ROW + IN_FLIGHT
    first = len(receiver.heard)
    webhook.refresh_from_db()
    assert webhook.suspensions == 1 and webhook.suspended_until and webhook.failing_since
    assert of(webhook).filter(attempts=0, lease=None).count() == 100 - first
    run()
    assert len(receiver.heard) == first
    Webhook.objects.update(suspended_until=timezone.now())
    of(webhook).filter(attempts=0).update(due_at=timezone.now() - timedelta(seconds=1))
    run()
    webhook.refresh_from_db()
    assert len(receiver.heard) == first + 1 and webhook.suspensions == 2


def test_who_works_again_is_trusted_again(run: Run, cast: Cast, receiver: Receiver) -> None:
    webhook = listens(cast, receiver.url("/switch"))
    receiver.status = 500
    piled_up(webhook, 60)
    run()
    receiver.status = 200
    time_passes(webhook)
    run()
    webhook.refresh_from_db()
    assert states(webhook) == {"delivered": 60}
    assert (webhook.failing_since, webhook.suspended_until, webhook.suspensions) == (None, None, 0)


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_obeyed(run: Run, cast: Cast, receiver: Receiver, status: int) -> None:
    webhook = listens(cast, receiver.url("/switch"))
    receiver.status, receiver.headers = status, {"Retry-After": "120"}
    piled_up(webhook, 40)
    before = timezone.now()
    run()
    webhook.refresh_from_db()
    assert len(receiver.heard) <= IN_FLIGHT
    assert webhook.suspended_until - before > timedelta(seconds=119)  # type: ignore[operator]
    assert all(row.due_at - before > timedelta(seconds=119) for row in of(webhook).filter(attempts=1))


def test_a_failure_of_its_own_may_ask_to_wait_for_itself_alone(
    run: Run, cast: Cast, receiver: Receiver
) -> None:
    webhook = listens(cast, receiver.url("/switch"))
    receiver.status, receiver.headers = 413, {"Retry-After": "120"}
    piled_up(webhook, 2)
    before = timezone.now()
    run()
    webhook.refresh_from_db()
    assert webhook.suspended_until is None
    assert all(row.due_at - before > timedelta(seconds=119) for row in of(webhook))


def test_a_redirect_is_a_failure(run: Run, cast: Cast, receiver: Receiver) -> None:
    webhook = listens(cast, receiver.url("/redirect"))
    happen(cast)
    run()
    assert (of(webhook).get().state, of(webhook).get().last_status) == ("pending", 301)


def test_off_paused_and_retired_ones_hear_nothing(run: Run, cast: Cast, receiver: Receiver) -> None:
    now = timezone.now()
    for fields in (
        {"is_on": False},
        {"paused_at": now},
        {"retired_at": now},
        {"suspended_until": now + timedelta(1)},
    ):
        webhook = listens(cast, receiver.url())
        piled_up(webhook, 3)
        Webhook.objects.filter(pk=webhook.pk).update(**fields)
    run()
    assert receiver.heard == [] and Delivery.objects.filter(state="pending", attempts=0).count() == 12


def test_a_probe_goes_to_a_paused_one_once_and_says_nothing_about_its_health(
    run: Run, cast: Cast, receiver: Receiver
) -> None:
    webhook = listens(cast, receiver.url("/status/500"), paused_at=timezone.now())
    piled_up(webhook, 3)
    piled_up(webhook, 1, kind="probe")
    run()
    run()
    webhook.refresh_from_db()
    assert len(receiver.heard) == 1 and webhook.failing_since is None
    assert of(webhook).get(kind="probe").state == "failed" and of(webhook).filter(attempts=0).count() == 3


def test_what_changes_meanwhile_counts_for_what_waits(run: Run, cast: Cast, receiver: Receiver) -> None:
    webhook = listens(cast, receiver.url("/status/500"))
    happen(cast)
    run()
    Webhook.objects.update(target_url=receiver.url("/ok"), version=2)
    time_passes(webhook)
    run()
    assert states(webhook) == {"delivered": 1}


def test_seals_that_do_not_open_send_nothing(run: Run, cast: Cast, receiver: Receiver) -> None:
    webhook = listens(cast, receiver.url())
    Webhook.objects.update(sealed_secret="v1:k1:bm8=")
    happen(cast)
    run()
    assert receiver.heard == [] and of(webhook).get().last_outcome == "sealed"


def test_a_lost_message_is_found_by_the_sweep(
    committed: None, cast: Cast, receiver: Receiver, settings: Any
) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    webhook = listens(cast, receiver.url())
    happen(cast, 3)
    assert states(webhook) == {"pending": 3}
    engine_idle, engine.IDLE_SECONDS = engine.IDLE_SECONDS, 0.0
    try:
        tasks.sweep()
    finally:
        engine.IDLE_SECONDS = engine_idle
    assert states(webhook) == {"delivered": 3}


@pytest.mark.scale
@pytest.mark.skipif(connection.vendor != "postgresql", reason="a file has no connection that dies")
def test_connections_that_die_cost_nothing(run: Run, cast: Cast, receiver: Receiver) -> None:
    webhook = listens(cast, receiver.url("/slow"))
    piled_up(webhook, 150)
    with running():
        for heard in (20, 60, 100):
            wait_until(lambda: len(receiver.heard) >= heard, "some to be heard")  # noqa: B023
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
    assert states(webhook) == {"delivered": 150} and len(receiver.ids()) == len(set(receiver.ids())) == 150
