"""What was recorded becomes deliveries, in the same transaction: whatever happens to broker or worker, none is lost."""

import json
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction

from accounts import statements
from accounts.catalogue import AUDIENCE_POWER
from accounts.models import Record, RecordDetails
from accounts.permissions import Actor, Power
from accounts.wake import wake
from accounts.wire import encoded, event_body
from webhooks import makers
from webhooks.models import Delivery, Webhook
from workspaces.models import Workspace

Line = tuple[Record, RecordDetails]
LISTENING = """SELECT id, events, by_machine FROM webhooks_webhook
WHERE organization_id = %s AND is_on AND retired_at IS NULL"""
# An engine that was woken a moment ago is still looking (it stays five seconds): one message in so many seconds.
WAKE_SECONDS = 1.0
_woken_at = -WAKE_SECONDS


def plan(records: Sequence[Line], **kwargs: Any) -> None:
    """Receiver of `recorded`: a delivery for each event and webhook that hears of it; one INSERT for all."""
    types = {row.type for row, _ in records}
    homes = {row.organization_id for row, _ in records}
    # Everybody who records something waits for this: one planned question where nobody listens to it.
    asked = [one for home in homes for one in statements.rows(LISTENING, [home])]
    if types & makers.CHANGING and any(by_machine for _pk, _events, by_machine in asked):
        wake(makers.LOOK)
    found = [pk for pk, events, _ in asked if types.intersection(json.loads(events))]
    if not found:
        return
    listening = list(Webhook.objects.listening().filter(pk__in=found).order_by("pk"))
    hears = _Hearing(listening)
    places = _places(records)
    planned = []
    for row, details in records:
        audience = [webhook for webhook in listening if hears.of(webhook, row)]
        if audience:
            place = places.get(row.workspace_id)
            body = encoded(event_body(row, details.names, details.changes, place))
            planned += [_delivery(webhook, row, place, body) for webhook in audience]
    if planned:
        Delivery.objects.bulk_create(planned)
        transaction.on_commit(wake_engine, robust=True)


def wake_engine() -> None:
    """One message is enough for all that was committed within the same second."""
    global _woken_at
    now = time.monotonic()
    if now - _woken_at >= WAKE_SECONDS:
        _woken_at = now
        wake("webhooks.deliver")


def _delivery(webhook: Webhook, row: Record, place: str | None, body: bytes) -> Delivery:
    return Delivery(
        organization_id=row.organization_id,
        webhook=webhook,
        event_type=row.type,
        record_seq=row.seq,
        workspace=place,
        body=body,
        due_at=row.at,
        created_at=row.at,
    )


def _places(records: Iterable[Line]) -> dict[int | None, str]:
    """Public ids of the workspaces in question, deleted ones too."""
    ids = {row.workspace_id for row, _ in records if row.workspace_id is not None}
    return dict(Workspace.objects.filter(pk__in=ids).values_list("pk", "public_id")) if ids else {}


class _Hearing:
    """Who hears of what: chosen events and workspaces, and for what a machine made, what its maker may read now."""

    def __init__(self, webhooks: Sequence[Webhook]) -> None:
        narrow = [webhook.pk for webhook in webhooks if not webhook.all_workspaces]
        self._chosen: dict[int, set[int]] = defaultdict(set)
        if narrow:
            through = Webhook.workspaces.through.objects.filter(webhook__in=narrow)
            for webhook, workspace in through.values_list("webhook_id", "workspace_id"):
                self._chosen[webhook].add(workspace)
        self._makers = makers.makers(webhooks)
        self._readable: dict[tuple[int, str, str], set[int]] = {}

    def of(self, webhook: Webhook, row: Record) -> bool:
        """Whether this webhook hears of this event."""
        if webhook.organization_id != row.organization_id or row.type not in webhook.events:
            return False
        place = row.workspace_id
        if place is not None and not webhook.all_workspaces and place not in self._chosen[webhook.pk]:
            return False
        if not webhook.by_machine:
            return True
        maker = self._makers.get(makers.key(webhook))
        return maker is not None and self._may_hear(maker, row)

    def _may_hear(self, maker: Actor, row: Record) -> bool:
        if not maker.can(AUDIENCE_POWER[row.audience]):
            return False
        if row.audience != "work" or maker.can(Power.ALL_WORKSPACES):
            return True
        key = (row.organization_id, maker.kind.value, maker.key)
        if key not in self._readable:
            theirs = maker.membership.workspaces.values_list("pk", flat=True) if maker.membership else ()
            self._readable[key] = set(theirs)
        return row.workspace_id in self._readable[key]
