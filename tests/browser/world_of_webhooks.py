"""Webhooks in every state that a page knows: one that delivers, one failing, one paused, one off, one with all that is long."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from accounts.catalogue import EventType
from tests.browser.world_of_people import UNBROKEN
from webhooks import actions, samples
from webhooks.headers import Wanted
from webhooks.models import Attempt, Delivery, Tally, Webhook
from workspaces.models import Workspace

if TYPE_CHECKING:
    from tests.browser.world import World

TASKS = ["task.created", "task.updated", "task.moved", "task.completed", "task.deleted"]


def _given(name: str, url: str, **more: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "events": TASKS,
        "workspaces": None,
        "username": "",
        "password": None,
        "headers": (),
    }
    return plain | {"description": name, "target_url": url} | more


def _webhook(world: "World", key: str, name: str, url: str, **more: Any) -> Webhook:
    made = actions.create(world.actor("olga"), _given(name, url, **more)).webhook
    world.links[f"hook_{key}"] = made.public_id
    return made


def listen(world: "World") -> None:
    """After work and tokens are there."""
    erp = _webhook(
        world,
        "erp",
        "Tasks to the ERP",
        "https://erp.halden.example/hooks/gate",
        username="gatehouse",
        password="pass-phrase",
        headers=[Wanted("X-Site", "harbour"), Wanted("X-Erp-Key", "hidden value", True)],
    )
    _week(erp, 0.004, 60)
    _deliveries(world, erp, "erp", failing=False)
    photos = _webhook(world, "photos", "Photos to archive", "https://photos.archive.example/in")
    photos.workspaces.set(Workspace.objects.filter(organization=world.cast.home)[:2])
    _week(photos, 0.3, 25)
    since = timezone.now() - timedelta(hours=16)
    Webhook.objects.filter(pk=photos.pk).update(all_workspaces=False, failing_since=since)
    _deliveries(world, photos, "photos", failing=True)
    few = ["task.created", "photo.attached"]
    paused = _webhook(world, "paused", "Site chat", "https://chat.halden.example/hooks", events=few)
    at = timezone.now()
    Webhook.objects.filter(pk=paused.pk).update(
        failing_since=at - timedelta(days=4), paused_at=at, warned=100
    )
    _deliveries(world, paused, "paused", failing=True)
    off = _webhook(
        world, "off", "Staging", "https://staging.example/", events=[kind.value for kind in EventType]
    )
    Webhook.objects.filter(pk=off.pk).update(is_on=False, off_reason="gone")
    long = (UNBROKEN * 3)[:120]
    many = [Wanted(f"X-{'Unbroken' * 9}-{n}", "unbroken" * 20, n % 2 == 0) for n in range(4)]
    _webhook(world, "long", long, f"https://{'a' * 60}.example:8443/{'unbroken' * 30}", headers=many)
    _webhook(world, "spare", "To be deleted", "https://spare.example/")


def _week(webhook: Webhook, bad: float, most: int) -> None:
    """Its last seven days, by the hour."""
    now = timezone.now().replace(minute=0, second=0, microsecond=0)
    rows = []
    for ago in range(7 * 24):
        hour = now - timedelta(hours=ago)
        busy = most if 6 < hour.hour < 18 else most // 6
        sent = busy - (ago * 7) % (busy // 2 + 1)
        failed = sent if bad > 0.1 and ago < 16 else int(sent * bad * (ago % 3))
        good, each = sent - failed, 120 + (ago * 13) % 90
        waiting = max(0, (16 - ago) * 9) if bad > 0.1 else ago % 3
        told = {"delivered": good, "failed": failed, "total_ms": sent * each, "slowest_ms": each * 4}
        rows.append(Tally(webhook=webhook, hour=hour, waiting=waiting, **told))
    Tally.objects.bulk_create(rows)


def _deliveries(world: "World", webhook: Webhook, key: str, failing: bool) -> None:
    """Some of each state; ids of a few go into the world's links."""
    now = timezone.now()
    for number in range(30):
        at = now - timedelta(minutes=11 * (30 - number))
        kind = TASKS[number % len(TASKS)]
        state = "pending" if failing and number > 20 else "failed" if number % 9 == 4 else "delivered"
        made = _delivery(webhook, kind, at, state, is_resent=number == 3)
        _attempts(made, at)
        if kind in ("task.created", "task.moved"):
            world.links[f"{key}_{state}"] = made.public_id


def _delivery(webhook: Webhook, kind: str, at: datetime, state: str, is_resent: bool) -> Delivery:
    outcome = {"pending": ("refused", None), "failed": ("status", 503), "delivered": ("ok", 200)}[state]
    ended = None if state == "pending" else at + timedelta(seconds=6)
    return Delivery.objects.create(
        organization_id=webhook.organization_id,
        webhook=webhook,
        event_type=kind,
        record_seq=17,
        body=samples.body(kind, at),
        state=state,
        due_at=timezone.now() + timedelta(minutes=25),
        attempts={"pending": 3, "failed": 10, "delivered": 2}[state],
        last_outcome=outcome[0],
        last_status=outcome[1],
        created_at=at,
        first_attempt_at=at,
        ended_at=ended,
        resend_count=int(is_resent),
        resent_at=at if is_resent else None,
    )


def _attempts(delivery: Delivery, at: datetime) -> None:
    sent = [
        ["Authorization", "Basic •••"],
        ["Content-Type", "application/json"],
        ["User-Agent", "Gatehouse/0.1"],
        ["X-Erp-Key", "•••"],
        ["webhook-id", delivery.public_id],
        ["webhook-timestamp", "1795452258"],
        ["webhook-signature", "v1,K5oZw0dE1xkQz7cYhZk9sMd4b7tQ1nVx8LrJc4wY7dE="],
    ]
    bad: dict[str, Any] = {
        "outcome": "status",
        "status": 503,
        "duration": 212,
        "answer_headers": [["Retry-After", "5"]],
    }
    good = {"outcome": "ok", "status": 200, "duration": 171, "answer_body": '{"stored": true}'}
    refused = {"outcome": "refused", "status": None, "duration": 3}
    last = {"pending": refused, "failed": bad, "delivered": good}[delivery.state]
    for number, told in enumerate((bad, last), 1):
        began = at + timedelta(seconds=5 * number)
        headers = sent if told["status"] else []
        Attempt.objects.create(
            delivery=delivery, number=number, began_at=began, request_headers=headers, **told
        )
