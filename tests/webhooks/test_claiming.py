"""What a claim, a settlement and the question whether anything is due read: only what they take, however much there is."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.events import writing
from tests.cast import Cast
from tests.webhooks.conftest import listens, piled_up
from webhooks import claiming, recipients, settling
from webhooks.claiming import FIRST_WINDOW, Job
from webhooks.models import Delivery, Webhook
from webhooks.outcomes import Outcome
from webhooks.sender import Answer
from webhooks.settling import Result

HOOKS = 10
TAKEN = HOOKS * FIRST_WINDOW


@contextmanager
def counting() -> Iterator[list[int]]:
    """How much was read inside: rows of deliveries on PostgreSQL, hundreds of steps on SQLite; in a transaction."""
    told = [0]
    if connection.vendor == "sqlite":

        def step() -> int:
            told[0] += 1
            return 0

        connection.connection.set_progress_handler(step, 100)
        yield told
        connection.connection.set_progress_handler(None, 0)
        return
    before = rows_read()
    yield told
    told[0] = rows_read() - before


def rows_read() -> int:
    """By this transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'webhooks_delivery'"
        )
        return int(cursor.fetchone()[0])


def as_if_new() -> None:
    """The planner believes that the table is empty, as after a quiet night; the next burst must not suffer for it."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE webhooks_delivery")


def grow(webhooks: list[Webhook], dead: Webhook, each: int) -> None:
    """More of everything: what waits, what a receiver that is dead owns, what is settled."""
    for webhook in webhooks:
        piled_up(webhook, each)
    old = timezone.now() - timedelta(hours=1)
    piled_up(dead, each * HOOKS, due_at=old)
    piled_up(webhooks[0], each * HOOKS, state=Delivery.State.DELIVERED, ended_at=old)


def jobs_and_cost() -> tuple[list[Job], int]:
    """A claim."""
    with counting() as told:
        jobs = claiming.claim(TAKEN, {})
    return jobs, told[0]


def settled_cost(jobs: list[Job]) -> int:
    """All of them delivered."""
    opened = recipients.load({job.webhook for job in jobs})
    now = datetime.now(UTC)
    results = [
        Result(job, Answer(Outcome.OK, now.timestamp(), 1, 200), opened[job.webhook], now, []) for job in jobs
    ]
    with counting() as told:
        settling.settle(results)
    return told[0]


def asked_cost() -> int:
    """The question whether anything is due."""
    with counting() as told:
        assert claiming.is_any()
    return told[0]


@pytest.mark.scale
def test_it_reads_what_it_takes_however_much_there_is(committed: None, cast: Cast) -> None:
    as_if_new()
    webhooks = [listens(cast, f"https://{number}.example.com/") for number in range(HOOKS)]
    resting = timezone.now() + timedelta(hours=1)
    dead = listens(cast, "https://dead.example.com/", suspended_until=resting, suspensions=3)
    costs: list[list[int]] = []
    for each in (FIRST_WINDOW * 4, 1000):
        grow(webhooks, dead, each)
        with writing():
            asked = asked_cost()
            jobs, claimed = jobs_and_cost()
            assert len(jobs) == TAKEN and {job.webhook for job in jobs} == {one.pk for one in webhooks}
            costs.append([asked, claimed, settled_cost(jobs)])
    few, many = costs
    for before, after in zip(few, many, strict=True):
        assert after <= before * 1.5 + 20, costs


def test_what_is_claimed_is_locked_and_nothing_else(committed: None, cast: Cast) -> None:
    """An engine asks for as many of each webhook as it has room for, and no more than it takes."""
    webhooks = [listens(cast, f"https://{number}.example.com/") for number in range(HOOKS)]
    for webhook in webhooks:
        piled_up(webhook, 20)
    with writing():
        rooms = {webhook.pk: 2 for webhook in webhooks[:5]}
        jobs = claiming.claim(TAKEN, rooms)
    counts = {webhook.pk: sum(job.webhook == webhook.pk for job in jobs) for webhook in webhooks}
    assert list(counts.values()) == [2] * 5 + [FIRST_WINDOW] * 5
    assert Delivery.objects.exclude(lease=None).count() == len(jobs)
