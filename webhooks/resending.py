"""Sending by hand: a test event, one delivery once more, all that failed since a moment once more."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import NotPossible
from accounts.events import EventType, action, record
from accounts.permissions import Actor
from accounts.wake import wake
from webhooks import samples
from webhooks.actions import DELIVER, locked
from webhooks.hearing import readable
from webhooks.models import Delivery, Webhook
from webhooks.waiting import put_back

State = Delivery.State
# Deliveries are kept that long, so what failed before is not there any more.
KEPT = timedelta(days=30)
# Test events that wait: more of them say nothing new.
MOST_PROBES = 10


def send_test(actor: Actor, public_id: str, event_type: str) -> Delivery:
    """A realistic example of that type goes out once. Raises Http404, NotPossible when it is off or many wait."""
    with action(actor):
        webhook = locked(actor, public_id)
        if not webhook.is_on:
            raise NotPossible(_("It is off. Switch it on, then send the test event."))
        probes = webhook.deliveries.filter(kind=Delivery.Kind.PROBE, state=State.PENDING)
        if probes.count() >= MOST_PROBES:
            raise NotPossible(_("%d test events wait already. Look at those first.") % MOST_PROBES)
        made = Delivery.objects.create(
            organization_id=webhook.organization_id,
            webhook=webhook,
            kind=Delivery.Kind.PROBE,
            event_type=event_type,
            body=samples.body(event_type, timezone.now()),
        )
        record(EventType.WEBHOOK_TESTED, webhook, changes={"event": event_type})
        wake(DELIVER)
    return made


def delivery_of(actor: Actor, webhook: Webhook, public_id: str) -> Delivery:
    """A delivery of this webhook that the actor may read. Raises Http404."""
    found: Delivery | None = readable(actor, webhook.deliveries.all()).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def resend(actor: Actor, public_id: str, delivery_id: str) -> Delivery:
    """Send this one once more, under the same webhook-id. Raises Http404, NotPossible when it waits or the webhook is off."""
    with action(actor):
        webhook = locked(actor, public_id)
        found = delivery_of(actor, webhook, delivery_id)
        if found.state == State.PENDING:
            raise NotPossible(_("It waits already and goes out by itself."))
        _can_send(webhook)
        put_back(webhook.deliveries.filter(pk=found.pk))
        record(EventType.WEBHOOK_RESENT, webhook, changes={"deliveries": 1})
        wake(DELIVER)
    return found


def _can_send(webhook: Webhook) -> None:
    if not webhook.is_on:
        raise NotPossible(_("It is off. Switch it on first, then resend."))


def failed_since(webhook: Webhook, since: datetime) -> QuerySet[Delivery]:
    """What "Resend failed since …" sends: events (no tests) of that moment and later that were given up."""
    return webhook.deliveries.filter(state=State.FAILED, kind=Delivery.Kind.EVENT, created_at__gte=since)


def resend_failed(actor: Actor, public_id: str, since: datetime) -> int:
    """Send all of them once more; how many. Raises Http404, NotPossible when there are none or it is off."""
    with action(actor):
        webhook = locked(actor, public_id)
        _can_send(webhook)
        count = put_back(readable(actor, failed_since(webhook, since)))
        if not count:
            raise NotPossible(_("Nothing failed since then. Nothing was sent."))
        told = {"deliveries": count, "since": since.isoformat()}
        record(EventType.WEBHOOK_RESENT, webhook, changes=told)
        wake(DELIVER)
    return count


@dataclass(frozen=True)
class Progress:
    """How far a resend is."""

    delivered: int
    waiting: int
    failed: int

    @property
    def total(self) -> int:
        """How many were put back."""
        return self.delivered + self.waiting + self.failed

    @property
    def percent(self) -> int:
        """How many of a hundred have come to an end."""
        return 100 * (self.delivered + self.failed) // self.total if self.total else 100


def progress(webhook: Webhook, started: datetime) -> Progress:
    """What became of all that was put back at that moment or later. One query."""
    rows = webhook.deliveries.filter(resent_at__gte=started)
    told: dict[str, Any] = rows.aggregate(
        delivered=Count("pk", filter=Q(state=State.DELIVERED)),
        waiting=Count("pk", filter=Q(state=State.PENDING)),
        failed=Count("pk", filter=Q(state__in=[State.FAILED, State.CANCELLED])),
    )
    return Progress(**told)
