"""Delivers webhooks as a worker of the product does, and by aiohttp alone: the child of benchmarks/webhooks.py."""

import asyncio
import gc
import threading
import time
from typing import Any

from benchmarks.crew import prepare_django, serve

BODY = (
    b'{"id":"4711","type":"task.updated","timestamp":"2026-11-22T08:00:00.000000Z","data":'
    + b'"x"' * 180
    + b"}"
)
_hooks: dict[str, list[Any]] = {}


def obey(what: str, **order: Any) -> dict[str, Any]:
    """One order."""
    return WHATS[what](**order)


def prepare(port: int, healthy: int, hanging: int, refusing: int, nobody: int) -> dict[str, Any]:
    """Webhooks of the demo organization on the sink; some where nobody listens."""
    from accounts.models import Organization
    from webhooks import credentials
    from webhooks.models import Webhook

    home = Organization.objects.order_by("pk")[0]
    Webhook.objects.update(is_on=False)
    for kind, count, at in (("ok", healthy, port), ("hang", hanging, port), ("refuse", refusing, nobody)):
        _hooks[kind] = []
        for number in range(count):
            url = f"http://127.0.0.1:{at}/{kind}/{number}"
            one = Webhook(organization=home, description=url, target_url=url, events=[], maker_kind="person")
            one.sealed_secret = credentials.seal_secret(one, credentials.new_secret())
            one.save()
            _hooks[kind].append(one)
    return {}


def pile(kind: str, count: int, fresh: bool = True, hooks: int | None = None) -> dict[str, Any]:
    """So many pending deliveries, spread over the first `hooks` webhooks of a kind, or all."""
    from webhooks.models import Attempt, Delivery, Webhook

    if fresh:
        for rows in (Attempt.objects.all(), Delivery.objects.all()):
            rows._raw_delete(rows.db)
        Webhook.objects.update(suspended_until=None, suspensions=0, failing_since=None)
    chosen = _hooks[kind][:hooks]
    for start in range(0, count, 5000):
        Delivery.objects.bulk_create(
            fresh_one(chosen[n % len(chosen)]) for n in range(start, min(start + 5000, count))
        )
    return {
        "ids": list(Delivery.objects.order_by("id").values_list("pk", flat=True)) if count <= 5000 else []
    }


def fresh_one(webhook: Any) -> Any:
    """A pending delivery."""
    from webhooks.models import Delivery

    return Delivery(
        organization_id=webhook.organization_id, webhook=webhook, event_type="task.updated", body=BODY
    )


def left(waits: bool = True) -> dict[str, Any]:
    """How many wait, and how long each attempt took that went well."""
    from webhooks.models import Attempt, Delivery

    told = Attempt.objects.filter(outcome="ok").values_list("duration", flat=True) if waits else []
    return {
        "left": Delivery.objects.filter(state="pending").count(),
        "waits": [milliseconds / 1000 for milliseconds in told],
    }


def deliver(seconds: float | None = None) -> dict[str, Any]:
    """Run the engine until nothing is due, or for so long, as a worker of the product that has settled down does."""
    from config.celery import settle_down
    from webhooks.engine import Engine

    if not gc.get_freeze_count():
        settle_down()
    engine = Engine(idle_seconds=0)
    if seconds:
        threading.Timer(seconds, engine.stop).start()
    began = time.perf_counter()
    engine.run()
    return {"seconds": time.perf_counter() - began}


def alone(count: int, port: int, at_once: int) -> dict[str, Any]:
    """The same requests by aiohttp and uvloop, with nothing round them."""
    import aiohttp
    import uvloop

    waits: list[float] = []

    async def work(door: aiohttp.ClientSession, numbers: Any) -> None:
        for number in numbers:
            before = time.perf_counter()
            async with door.post(f"http://127.0.0.1:{port}/ok/{number % 50}", data=BODY) as answer:
                await answer.read()
            waits.append(time.perf_counter() - before)

    async def run() -> None:
        numbers = iter(range(count))
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as door:
            await asyncio.gather(*(work(door, numbers) for _ in range(at_once)))

    began = time.perf_counter()
    uvloop.run(run())
    return {"seconds": time.perf_counter() - began, "waits": waits}


def pace(seconds: float, rate: int, dead: dict[str, int]) -> dict[str, Any]:
    """`rate` events a second for one healthy webhook each, beside so many dead webhooks of a kind with a hundred waiting.

    The waits are from the commit of a delivery to the end of its first attempt.
    """
    from django.db import connection

    from accounts.events import writing
    from webhooks.engine import Engine
    from webhooks.models import Attempt, Delivery

    for kind, count in dead.items():
        pile(kind, count * 100, fresh=False, hooks=count)
    engine, hooks = Engine(idle_seconds=60), _hooks["ok"]

    def run() -> None:
        engine.run()
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    began = time.perf_counter()
    made: dict[str, float] = {}
    for number in range(int(seconds * rate)):
        time.sleep(max(began + number / rate - time.perf_counter(), 0))
        one = fresh_one(hooks[number % len(hooks)])
        with writing():
            one.save()
        made[one.public_id] = time.time()
    healthy = Delivery.objects.filter(public_id__in=made, state="delivered")
    while healthy.count() < len(made):
        time.sleep(0.05)
    engine.stop()
    thread.join()
    told = Attempt.objects.filter(delivery__in=healthy).values_list(
        "delivery__public_id", "began_at", "duration"
    )
    waits = [at.timestamp() + ms / 1000 - made[pk] for pk, at, ms in told]
    return {"seconds": seconds, "waits": [max(wait, 0.0) for wait in waits]}


def fill(count: int) -> dict[str, Any]:
    """A backlog: so many pending deliveries, shared among the healthy webhooks."""
    hooks = _hooks["ok"]
    return _rows([(one, "pending", count // len(hooks)) for one in hooks], BODY)


def settle(count: int, dead: int) -> dict[str, Any]:
    """A table as after a long time: so many settled deliveries, and a dead webhook that owns the oldest pending ones."""
    return _rows([(_hooks["ok"][0], "delivered", count), (_hooks["hang"][0], "pending", dead)], b"{}")


def _rows(told: list[tuple[Any, str, int]], body: bytes) -> dict[str, Any]:
    from django.db import connection

    with connection.cursor() as cursor:
        for webhook, state, rows in told:
            cursor.execute(
                "INSERT INTO webhooks_delivery (organization_id, webhook_id, public_id, kind, event_type, body, state, due_at,"
                " attempts, resend_count, last_outcome, created_at, ended_at)"
                " SELECT %s, %s, gen_random_uuid()::text, 'event', 'task.updated', %s, %s, now() - interval '1 day', 1, 0,"
                " '', now() - interval '1 day', CASE WHEN %s = 'pending' THEN NULL ELSE now() END FROM generate_series(1, %s)",
                [webhook.organization_id, webhook.pk, body, state, state, rows],
            )
        # What earlier turns left behind is no part of the question.
        cursor.execute("VACUUM ANALYZE webhooks_delivery")
    return {}


def claim(times: int) -> dict[str, Any]:
    """Claim a batch so often, undoing it each time."""
    from django.db import transaction

    from webhooks import claiming

    waits = []
    for _ in range(times):
        with transaction.atomic():
            before = time.perf_counter()
            jobs = claiming.claim(200, {})
            waits.append(time.perf_counter() - before)
            transaction.set_rollback(True)
        assert len(jobs) >= 200, len(jobs)
    return {"seconds": sum(waits), "waits": waits}


WHATS: dict[str, Any] = {
    one.__name__: one for one in (prepare, pile, left, deliver, alone, pace, fill, settle, claim)
}

if __name__ == "__main__":
    prepare_django()
    serve(obey)
