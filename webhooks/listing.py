"""Deliveries as pages show them: a filtered page of a webhook's, newest first, and one with all its attempts."""

import json
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from webhooks import hearing, state
from webhooks.models import Attempt, Delivery, Webhook

PER_PAGE = 25
REASONS = {status.value: status.phrase for status in HTTPStatus}
STATES = {
    "waiting": (_("Waiting"), [Delivery.State.PENDING]),
    "delivered": (_("Delivered"), [Delivery.State.DELIVERED]),
    "failed": (_("Given up"), [Delivery.State.FAILED]),
    "cancelled": (_("Cancelled"), [Delivery.State.CANCELLED]),
}
TIMES = {
    "hour": (_("Last hour"), timedelta(hours=1)),
    "day": (_("Last 24 hours"), timedelta(days=1)),
    "week": (_("Last 7 days"), timedelta(days=7)),
}
FILTERS = ("state", "type", "time")
# What is shown of an attempt's answer on a page; the API has all that is kept.
SHOWN = 64 * 1024


def filtered(webhook: Webhook, asked: Any) -> tuple[QuerySet[Delivery], dict[str, str]]:
    """Its deliveries narrowed by state, event type and time; unknown words of a filter are left out."""
    rows, kept = webhook.deliveries.all(), {}
    if asked.get("state") in STATES:
        kept["state"] = asked["state"]
        rows = rows.filter(state__in=STATES[asked["state"]][1])
    if asked.get("type") in hearing.KNOWN:
        kept["type"] = asked["type"]
        rows = rows.filter(event_type=asked["type"])
    if asked.get("time") in TIMES:
        kept["time"] = asked["time"]
        rows = rows.filter(created_at__gte=timezone.now() - TIMES[asked["time"]][1])
    return rows, kept


def page(webhook: Webhook, asked: Any) -> dict[str, Any]:
    """The context of templates/webhooks/deliveries.html: keyset paged, newest first."""
    rows, kept = filtered(webhook, asked)
    before, after = (_position(webhook, asked.get(name, "")) for name in ("before", "after"))
    if after:
        found = list(_light(rows.filter(pk__gt=after).order_by("pk"))[: PER_PAGE + 1])
        has_newer, found = len(found) > PER_PAGE, found[:PER_PAGE][::-1]
        has_older = bool(found)
    else:
        older = rows.filter(pk__lt=before) if before else rows
        found = list(_light(older.order_by("-pk"))[: PER_PAGE + 1])
        has_older, has_newer = len(found) > PER_PAGE, bool(before)
        found = found[:PER_PAGE]
    here = reverse("webhooks:webhook", args=[webhook.organization.slug, webhook.public_id])
    ends = (found[0].public_id, found[-1].public_id) if found else ("", "")
    return {
        "deliveries": [row_of(row, webhook) for row in found],
        "kept": kept,
        "states": [(key, label) for key, (label, _states) in STATES.items()],
        "times": [(key, label) for key, (label, _span) in TIMES.items()],
        "types": webhook.events,
        "newer_url": _link(here, kept, after=ends[0]) if has_newer and found else "",
        "older_url": _link(here, kept, before=ends[1]) if has_older and found else "",
        "list_url": here,
    }


def _light(rows: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """Without bodies: a list shows none."""
    return rows.defer("body")


def _position(webhook: Webhook, public_id: str) -> int:
    """The place of a delivery in the list; nonsense is no place."""
    if not public_id or "\0" in public_id:
        return 0
    return webhook.deliveries.filter(public_id=public_id[:64]).values_list("pk", flat=True).first() or 0


def _link(here: str, kept: dict[str, str], **more: str) -> str:
    return f"{here}?{urlencode(kept | more)}#deliveries"


def row_of(row: Delivery, webhook: Webhook) -> dict[str, Any]:
    """A delivery as a line."""
    args = [webhook.organization.slug, webhook.public_id, row.public_id]
    return {
        "delivery": row,
        "url": reverse("webhooks:delivery", args=args),
        "state": state.of_delivery(row, webhook),
        "answer": state.answer_words(row.last_outcome, row.last_status),
        "is_probe": row.kind == Delivery.Kind.PROBE,
    }


def delivery_page(webhook: Webhook, row: Delivery) -> dict[str, Any]:
    """The context of templates/webhooks/delivery.html: two queries beside the delivery's own."""
    tries = list(row.tries.order_by("-pk")[:100])
    args = [webhook.organization.slug, webhook.public_id, row.public_id]
    return row_of(row, webhook) | {
        "webhook": webhook,
        "attempts": [_attempt(one, place == 0) for place, one in enumerate(tries)],
        "is_running": row.state == Delivery.State.PENDING,
        "body": pretty(bytes(row.body)),
        "resend_url": reverse("webhooks:resend", args=args),
        "state_url": reverse("webhooks:delivery_state", args=args),
    }


def _attempt(one: Attempt, is_open: bool) -> dict[str, Any]:
    """An attempt in words, with request and answer as they went over the wire, masked."""
    status = f"HTTP/1.1 {one.status} {REASONS.get(one.status, '')}".strip() if one.status else ""
    return {
        "row": one,
        "is_open": is_open,
        "good": one.outcome == "ok",
        "words": state.answer_words(one.outcome, one.status, one.duration),
        "time": state.span(one.duration),
        "request": "\n".join(f"{name}: {value}" for name, value in one.request_headers),
        "answer": "\n".join([status, *(f"{name}: {value}" for name, value in one.answer_headers)]).strip(),
        "answer_body": one.answer_body[:SHOWN],
        "cut": one.note == "cut",
    }


def pretty(body: bytes) -> str:
    """JSON with line breaks for a reader; what is none as it is."""
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body.decode("utf-8", "replace")
