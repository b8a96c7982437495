"""Lets deliveries go: those that waited too long fail, settled ones are forgotten after 30 days. In small batches."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from accounts.events import writing
from webhooks.models import Attempt, Delivery, Tally, Webhook
from webhooks.outcomes import Outcome
from webhooks.waiting import OLDEST_WHEN_OFF, OLDEST_WHEN_PAUSED, older_than

KEPT = timedelta(days=30)
TALLIES_KEPT = timedelta(days=9)
BATCH = 500
# An hour later the rest.
BATCHES = 2000


def expire() -> int:
    """Fail what waited too long while its webhook was off or paused; how many."""
    off = Q(webhook__is_on=False) & older_than(OLDEST_WHEN_OFF)
    paused = Q(webhook__paused_at__isnull=False) & older_than(OLDEST_WHEN_PAUSED)
    held_up = Webhook.objects.filter(Q(is_on=False) | Q(paused_at__isnull=False), retired_at=None)
    count = 0
    for webhook in held_up.values_list("pk", flat=True):
        count += _expire(Q(webhook=webhook) & (off | paused))
    return count


def _expire(which: Q) -> int:
    rows = Delivery.objects.filter(which, state=Delivery.State.PENDING, lease=None)
    count = 0
    while ids := list(rows.values_list("pk", flat=True)[:BATCH]):
        with writing():
            count += Delivery.objects.filter(pk__in=ids, state=Delivery.State.PENDING, lease=None).update(
                state=Delivery.State.FAILED, last_outcome=Outcome.EXPIRED, ended_at=timezone.now()
            )
    return count


def forget() -> int:
    """Delete deliveries that ended 30 days ago, with their attempts; how many."""
    old = Delivery.objects.exclude(state=Delivery.State.PENDING).filter(ended_at__lt=timezone.now() - KEPT)
    count = 0
    for _batch in range(BATCHES):
        ids = list(old.order_by("ended_at").values_list("pk", flat=True)[:BATCH])
        if not ids:
            break
        with writing():
            tries = Attempt.objects.filter(delivery__in=ids)
            tries._raw_delete(tries.db)
            rows = Delivery.objects.filter(pk__in=ids)
            count += rows._raw_delete(rows.db)
    with writing():
        Tally.objects.filter(hour__lt=timezone.now() - TALLIES_KEPT).delete()
    return count
