"""Deliveries that came to an end and are to be sent once more, and those that never will be."""

from django.db.models import F, QuerySet
from django.utils import timezone

from webhooks.models import Delivery, Webhook


def put_back(rows: QuerySet[Delivery]) -> int:
    """Send these as if they were new, under the same webhook-id and with the same body; how many. Inside an action."""
    now = timezone.now()
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


def cancel(webhook: Webhook) -> int:
    """What waits for this webhook is never sent; how many. Inside the action that retires it."""
    waiting = Delivery.objects.filter(webhook=webhook, state=Delivery.State.PENDING)
    return waiting.update(
        state=Delivery.State.CANCELLED, lease=None, leased_until=None, ended_at=timezone.now()
    )
