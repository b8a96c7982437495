"""`/api/v1/webhooks/{id}/deliveries`: what was sent, what came back, and sending it once more."""

from datetime import datetime
from typing import Annotated, Any, Literal

import orjson
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import ConfigDict, Field, StringConstraints

from accounts.answers import Id, Limit, answer, one, page, position
from accounts.api import CLASHES, ERRORS, Moment
from accounts.refusals import NotValid
from accounts.replaying import answered, once, replays
from webhooks import hearing, resending
from webhooks.api import READ, WRITE
from webhooks.models import Attempt, Delivery, Webhook

router = Router(tags=["Webhooks"])
State = Literal["pending", "delivered", "failed", "cancelled"]
EventName = Annotated[str, StringConstraints(strict=True, max_length=64)]
SAME = ("kind", "state", "attempts", "resend_count", "last_status", "last_outcome", "record_seq", "workspace")
TIMES = ("created_at", "due_at", "first_attempt_at", "resent_at", "ended_at")


class DeliveryOut(Schema):
    """One event for one webhook."""

    id: str = Field(description="the `webhook-id` on the wire, at every attempt and resend")
    event: str
    kind: Literal["event", "probe"] = Field(description="a probe is a test event")
    state: State
    attempts: int = Field(description="since it was resent last")
    resend_count: int
    last_status: int | None
    last_outcome: str
    record_seq: int | None = Field(description="the event's `id` in `/api/v1/events`")
    workspace: str | None
    created_at: datetime
    due_at: datetime = Field(description="when the next attempt is due, while it is pending")
    first_attempt_at: datetime | None
    resent_at: datetime | None
    ended_at: datetime | None


class AttemptOut(Schema):
    """One request and its answer; what is secret in them is masked."""

    number: int
    began_at: datetime
    milliseconds: int
    outcome: str
    status: int | None
    request_headers: list[list[str]]
    answer_headers: list[list[str]]
    answer_body: str = Field(description="at most 64 KiB of it")
    note: str


class DeliveryDetails(DeliveryOut):
    """With what was sent and what came back."""

    body: str
    tries: list[AttemptOut] = Field(description="the latest first, at most 100")


class DeliveryList(Schema):
    """A page of deliveries, the latest first."""

    items: list[DeliveryOut]
    next: str | None = Field(None, description="the next page's `after`; null on the last page")


class TestIn(Schema):
    """Of which type an example is to be sent."""

    model_config = ConfigDict(extra="forbid")
    event: EventName


class ResendIn(Schema):
    """From when on."""

    model_config = ConfigDict(extra="forbid")
    since: Moment = Field(description="events of this moment and later")


class FailedOut(Schema):
    """What a resend would send."""

    total: int


class ResendOut(Schema):
    """How far a resend is. A delivery that was resent once more later counts there."""

    id: str
    total: int
    waiting: int
    delivered: int
    failed: int = Field(description="given up once more, or cancelled")
    started_at: datetime


def _deliveries(request: HttpRequest, public_id: str) -> QuerySet[Delivery]:
    """Of that webhook; events that the caller may not read any more are not there."""
    actor = request.auth  # type: ignore[attr-defined]
    found: Webhook = one(Webhook.objects.visible_to(actor), public_id=public_id)
    return hearing.readable(actor, found.deliveries.all())


def _told(row: Delivery) -> dict[str, Any]:
    return {"id": row.public_id, "event": row.event_type} | {
        name: getattr(row, name) for name in (*SAME, *TIMES)
    }


def _attempt(row: Attempt) -> dict[str, Any]:
    same = (
        "number",
        "began_at",
        "outcome",
        "status",
        "request_headers",
        "answer_headers",
        "answer_body",
        "note",
    )
    return {"milliseconds": row.duration} | {name: getattr(row, name) for name in same}


@router.get(
    "/{id}/deliveries", auth=READ, response={200: DeliveryList} | ERRORS, operation_id="list_deliveries"
)
def list_deliveries(
    request: HttpRequest,
    id: Id,
    state: State | None = None,
    event: EventName = "",
    since: Moment | None = None,
    after: Id = "",
    limit: Limit = 50,
) -> HttpResponse:
    """The deliveries of a webhook, the latest first; settled ones are kept for 30 days. `since`: events from then on."""
    everything = _deliveries(request, id)
    rows = everything.defer("body").order_by("-pk")
    if state is not None:
        rows = rows.filter(state=state)
    if event:
        rows = rows.filter(event_type=_known(event))
    if since is not None:
        rows = rows.filter(created_at__gte=since)
    if after:
        rows = rows.filter(pk__lt=position(everything, public_id=after))
    return page(request, [_told(row) for row in rows[: limit + 1]], limit, "id")


def _known(event: str) -> str:
    if event not in hearing.KNOWN:
        raise NotValid("event", "There is no such event type.")
    return event


@router.get(
    "/{id}/deliveries/{delivery_id}",
    auth=READ,
    response={200: DeliveryDetails} | ERRORS,
    operation_id="read_delivery",
)
def read_delivery(request: HttpRequest, id: Id, delivery_id: Id) -> HttpResponse:
    """One delivery with its body and every attempt."""
    row = one(_deliveries(request, id), public_id=delivery_id)
    tries = [_attempt(attempt) for attempt in row.tries.order_by("-pk")[:100]]
    return answer(_told(row) | {"body": bytes(row.body).decode("utf-8", "replace"), "tries": tries})


@router.post(
    "/{id}/deliveries/{delivery_id}/resend",
    auth=WRITE,
    response={200: DeliveryOut} | ERRORS | CLASHES,
    operation_id="resend_delivery",
)
@once
def resend_delivery(request: HttpRequest, id: Id, delivery_id: Id) -> HttpResponse:
    """Send it once more, under the same `webhook-id`."""
    row = resending.resend(request.auth, id, delivery_id)  # type: ignore[attr-defined]
    row.refresh_from_db()
    return answer(_told(row))


@router.get(
    "/{id}/resend", auth=READ, response={200: FailedOut} | ERRORS | CLASHES, operation_id="count_failed"
)
def count_failed(request: HttpRequest, id: Id, since: Moment) -> HttpResponse:
    """How many failed since then: what a POST to the same address sends once more."""
    actor = request.auth  # type: ignore[attr-defined]
    found: Webhook = one(Webhook.objects.visible_to(actor), public_id=id)
    return answer({"total": resending.failed_since(actor, found, since).count()})


@router.post(
    "/{id}/resend", auth=WRITE, response={202: ResendOut} | ERRORS | CLASHES, operation_id="resend_failed"
)
@replays
def resend_failed(request: HttpRequest, id: Id, body: ResendIn) -> HttpResponse:
    """Send all that failed since then once more. `Location` tells how far it is."""

    def resent() -> HttpResponse:
        return answer(_far(resending.resend_failed(request.auth, id, body.since)), 202)  # type: ignore[attr-defined]

    response = answered(request, resent, lambda: request.body)
    if response.status_code == 202:
        # Not kept with an answer that is replayed, but its id is.
        response.headers["Location"] = f"{request.path}s/{orjson.loads(response.content)['id']}"
    return response


@router.get(
    "/{id}/resends/{resend_id}", auth=READ, response={200: ResendOut} | ERRORS, operation_id="read_resend"
)
def read_resend(request: HttpRequest, id: Id, resend_id: Id) -> HttpResponse:
    """How far a resend is; there for as long as its deliveries are kept."""
    found = resending.progress(_deliveries(request, id), resend_id)
    if found is None:
        raise Http404
    return answer(_far(found))


def _far(resend: resending.Progress) -> dict[str, Any]:
    same = ("total", "waiting", "delivered", "failed")
    told = {"id": resend.public_id, "started_at": resend.started}
    return told | {name: getattr(resend, name) for name in same}


@router.post(
    "/{id}/test", auth=WRITE, response={201: DeliveryOut} | ERRORS | CLASHES, operation_id="test_webhook"
)
@once
def test_webhook(request: HttpRequest, id: Id, body: TestIn) -> HttpResponse:
    """Send an example of an event, with invented names and `"test": true`; once, without further attempts."""
    made = resending.send_test(request.auth, id, _known(body.event))  # type: ignore[attr-defined]
    return answer(_told(made), 201)
