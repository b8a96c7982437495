"""What waits to be sent: let go at once, put back when it had ended, or cancelled for good."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from webhooks.models import Delivery, Webhook

# Older ones have no news value any more: they fail instead, as "expired".
OLDEST_WHEN_OFF = timedelta(days=3)
OLDEST_WHEN_PAUSED = timedelta(days=30)
# Why one was cancelled: whoever made the webhook by the API may not read the event any more.
UNREADABLE = "unreadable"


def older_than(age: timedelta) -> Q:
    """Deliveries that have waited longer, counted from the last time that a person sent them again."""
    before = timezone.now() - age
    return Q(resent_at__lt=before) | Q(resent_at=None, created_at__lt=before)


def send_now(webhook: Webhook) -> int:
    """Everything of this webhook that waits is due at once, in the order of its events, and the breaker is closed; how much.

    Called inside the action that switches on or resumes; what is too old by then fails.
    """
    Webhook.objects.filter(pk=webhook.pk).update(suspended_until=None, suspensions=0)
    waiting = Delivery.objects.filter(webhook=webhook, state=Delivery.State.PENDING, lease=None)
    now = timezone.now()
    waiting.filter(older_than(OLDEST_WHEN_PAUSED if webhook.paused_at else OLDEST_WHEN_OFF)).update(
        state=Delivery.State.FAILED, last_outcome="expired", ended_at=now
    )
    return waiting.filter(due_at__gt=now).update(due_at=now) + waiting.filter(due_at__lt=now).count()


def put_back(rows: QuerySet[Delivery], now: datetime) -> int:
    """Send these as if they were new, under the same webhook-id and with the same body; how many. Inside an action."""
    return rows.update(
        state=Delivery.State.PENDING,
        due_at=now,
        lease=None,
        leased_until=None,
        attempts=0,
        resend_count=F("resend_count") + 1,
        resent_at=now,
        ended_at=None,
    )


def cancel(rows: QuerySet[Delivery], why: str = "") -> int:
    """What of these waits is never sent; how many. `why`: a word for `last_outcome`. Inside an action, the webhook locked."""
    told: dict[str, Any] = {"state": Delivery.State.CANCELLED, "lease": None, "leased_until": None}
    if why:
        told["last_outcome"] = why
    return rows.filter(state=Delivery.State.PENDING).update(**told, ended_at=timezone.now())
