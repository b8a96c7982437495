"""Sending by hand: a test event, one delivery once more, all that failed since a moment once more."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import NotPossible
from accounts.events import EventType, action, record
from accounts.permissions import Actor
from accounts.wake import wake
from webhooks import makers, samples
from webhooks.actions import DELIVER, locked
from webhooks.hearing import readable
from webhooks.models import Delivery, Webhook
from webhooks.waiting import put_back

State = Delivery.State
# Deliveries are kept that long, so what failed before is not there any more.
KEPT = timedelta(days=30)
# Test events that wait: more of them say nothing new.
MOST_PROBES = 10
# The id of a resend is the moment that its deliveries have in common.
ID, WRITTEN = re.compile(r"[0-9]{8}T[0-9]{12}Z"), "%Y%m%dT%H%M%S%fZ"


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
    """Send this one once more, under the same webhook-id. Raises Http404, and NotPossible when that can't be."""
    with action(actor):
        webhook = locked(actor, public_id)
        found = delivery_of(actor, webhook, delivery_id)
        if found.state == State.PENDING:
            raise NotPossible(_("It waits already and goes out by itself."))
        _can_send(webhook)
        if not put_back(webhook.deliveries.filter(makers.tellable(webhook), pk=found.pk), timezone.now()):
            raise NotPossible(_("Who made this webhook by the API may not read this event any more."))
        record(EventType.WEBHOOK_RESENT, webhook, changes={"deliveries": 1})
        wake(DELIVER)
    return found


def _can_send(webhook: Webhook) -> None:
    if not webhook.is_on:
        raise NotPossible(_("It is off. Switch it on first, then resend."))


def failed_since(actor: Actor, webhook: Webhook, since: datetime) -> QuerySet[Delivery]:
    """What "Resend failed since …" sends: events (no tests) of that moment and later that were given up.

    Raises NotPossible when the machine that made the webhook has ended.
    """
    failed = webhook.deliveries.filter(state=State.FAILED, kind=Delivery.Kind.EVENT, created_at__gte=since)
    return readable(actor, failed.filter(makers.tellable(webhook)))


def resend_failed(actor: Actor, public_id: str, since: datetime) -> "Progress":
    """Send all of them once more. Raises Http404, NotPossible when there are none or it is off."""
    with action(actor):
        webhook = locked(actor, public_id)
        _can_send(webhook)
        # After the lock: no two resends of a webhook have the same moment.
        started = timezone.now()
        count = put_back(failed_since(actor, webhook, since), started)
        if not count:
            raise NotPossible(_("Nothing failed since then. Nothing was sent."))
        told = {"deliveries": count, "since": since.isoformat()}
        record(EventType.WEBHOOK_RESENT, webhook, changes=told)
        wake(DELIVER)
    return Progress(started, waiting=count)


@dataclass(frozen=True)
class Progress:
    """How far a resend is; one that was sent again since counts there."""

    started: datetime
    delivered: int = 0
    waiting: int = 0
    failed: int = 0

    @property
    def public_id(self) -> str:
        """What its address calls it: its moment."""
        return self.started.astimezone(UTC).strftime(WRITTEN)

    @property
    def total(self) -> int:
        """How many were put back."""
        return self.delivered + self.waiting + self.failed

    @property
    def percent(self) -> int:
        """How many of a hundred have come to an end."""
        return 100 * (self.delivered + self.failed) // self.total if self.total else 100


def progress(rows: QuerySet[Delivery], public_id: str) -> Progress | None:
    """What became of those of `rows` that this resend put back; None when there is no such resend. One query."""
    started = _moment(public_id)
    if started is None:
        return None
    counted: dict[str, Any] = rows.filter(resent_at=started).aggregate(
        delivered=Count("pk", filter=Q(state=State.DELIVERED)),
        waiting=Count("pk", filter=Q(state=State.PENDING)),
        failed=Count("pk", filter=Q(state__in=[State.FAILED, State.CANCELLED])),
    )
    return Progress(started, **counted) if any(counted.values()) else None


def _moment(public_id: str) -> datetime | None:
    """None for what is no id of a resend, also for what lies outside the calendar."""
    try:
        return datetime.strptime(public_id, WRITTEN).replace(tzinfo=UTC) if ID.fullmatch(public_id) else None
    except ValueError:
        return None
