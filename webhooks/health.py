"""How webhooks do: who only fails is warned about and paused in the end, who is gone is switched off; a week in numbers."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F
from django.utils import timezone

from accounts.events import EventType, action, record, writing
from accounts.permissions import TIMETABLE
from webhooks import mails
from webhooks.models import Delivery, Tally, Webhook
from webhooks.tallying import Tallies

# Nothing but failures for so long, and it is paused; mails go out at these parts of the way (in per cent).
PAUSE_AFTER = timedelta(days=3)
WARNINGS = (50, 75, 100)
WEEK, HOUR = timedelta(days=7), timedelta(hours=1)


def switch_off_gone(answered: Iterable[tuple[int, int]]) -> None:
    """A receiver answered 410: it wants to hear nothing any more. (webhook, version) as it was sent.

    Nothing where the webhook was changed meanwhile: the answer came from where it led before.
    """
    for pk, version in sorted(set(answered)):
        with action(TIMETABLE):
            webhook = locked(pk)
            if webhook is not None and webhook.is_on and webhook.version == version:
                _switch_off(webhook, Webhook.Off.GONE)
                mails.gone(webhook)


def switch_off(pk: int, why: str) -> None:
    """Unless it is off already."""
    with action(TIMETABLE):
        webhook = locked(pk)
        if webhook is not None and webhook.is_on:
            _switch_off(webhook, why)


def pause_failing() -> None:
    """Warn about those that only fail, and pause them after three days. What they hear from then on waits."""
    now = timezone.now()
    first = now - PAUSE_AFTER * WARNINGS[0] / 100
    failing = Webhook.objects.listening().filter(paused_at=None, failing_since__lte=first)
    for pk in failing.values_list("pk", flat=True):
        with action(TIMETABLE):
            webhook = locked(pk)
            if webhook is not None:
                _warn(webhook, now)


def _warn(webhook: Webhook, now: datetime) -> None:
    since = webhook.failing_since
    if since is None or webhook.paused_at is not None or not webhook.is_on:
        return
    if _has_worked_since(webhook, since):
        Webhook.objects.filter(pk=webhook.pk).update(failing_since=None, warned=0)
        return
    gone = (now - since) / PAUSE_AFTER * 100
    level = max((part for part in WARNINGS if gone >= part), default=0)
    if level <= webhook.warned:
        return
    told: dict[str, Any] = {"warned": level}
    if level == WARNINGS[-1]:
        told |= {"paused_at": now, "version": F("version") + 1}
        record(EventType.WEBHOOK_PAUSED, webhook, changes={"failing_since": since.isoformat()})
    Webhook.objects.filter(pk=webhook.pk).update(**told)
    mails.failing(webhook, level, since + PAUSE_AFTER)


def _has_worked_since(webhook: Webhook, since: datetime) -> bool:
    """Two engines may have settled a success and a failure in the wrong order: the sums know."""
    later = since.replace(minute=0, second=0, microsecond=0) + HOUR
    return Tally.objects.filter(webhook=webhook, hour__gte=later, delivered__gt=0).exists()


def locked(pk: int) -> Webhook | None:
    """The webhook with its row locked, unless it was deleted; inside an action."""
    rows = Webhook.objects.select_for_update(no_key=True, of=("self",)).select_related("organization")
    return rows.filter(pk=pk, retired_at=None).first()


def _switch_off(webhook: Webhook, why: str) -> None:
    Webhook.objects.filter(pk=webhook.pk).update(
        is_on=False, off_reason=why, version=F("version") + 1, updated_at=timezone.now()
    )
    record(EventType.WEBHOOK_SWITCHED_OFF, webhook, changes={"cause": why})


def note_backlogs() -> None:
    """Write down how much waits for each webhook at the moment."""
    waiting = Delivery.objects.filter(state=Delivery.State.PENDING, due_at__isnull=False)
    counted = waiting.values("webhook").annotate(count=Count("id")).order_by("webhook")
    tallies, now = Tallies(), timezone.now()
    for row in counted:
        tallies.of(row["webhook"], now).waiting = row["count"]
    if tallies:
        with writing():
            tallies.write()


def tallied(webhook: Webhook, first: datetime) -> list[Tally]:
    """The hours of a webhook that end after `first` and have anything in them, oldest first. One query."""
    return list(Tally.objects.filter(webhook=webhook, hour__gt=first - HOUR).order_by("hour"))


def week(webhook: Webhook, now: datetime | None = None) -> list[Tally]:
    """The last 168 hours of a webhook (the present one last), hours without anything as zeros. One query."""
    last = (now or timezone.now()).replace(minute=0, second=0, microsecond=0)
    first = last - WEEK + HOUR
    rows = {row.hour: row for row in tallied(webhook, first)}
    hours = [first + HOUR * number for number in range(WEEK // HOUR)]
    return [rows.get(hour) or Tally(webhook=webhook, hour=hour) for hour in hours]


def waiting(webhooks: Iterable[Webhook]) -> dict[int, int]:
    """How many deliveries wait for each of these at the moment; one query."""
    ids = [webhook.pk for webhook in webhooks]
    rows = Delivery.objects.filter(webhook__in=ids, state=Delivery.State.PENDING).values("webhook")
    return dict(rows.annotate(count=Count("id")).values_list("webhook", "count"))
