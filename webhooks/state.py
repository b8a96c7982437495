"""How a webhook and a delivery stand, in words and the look's tones, for every page that says so."""

from datetime import timedelta
from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.templatetags.look import when
from webhooks.models import Delivery, Webhook
from webhooks.outcomes import Outcome
from webhooks.waiting import UNREADABLE

# So long a webhook may only fail before it is paused.
PATIENCE = timedelta(days=3)


def of_webhook(webhook: Webhook) -> dict[str, Any]:
    """`tone` ("" is as it should be), `text`, `more`."""
    if not webhook.is_on:
        return {"tone": "off", "text": pgettext("webhook", "Off"), "more": _why_off(webhook)}
    if webhook.paused_at:
        more = format_html(_("Nothing got through since {time}"), time=when(webhook.failing_since, "inside"))
        return {"tone": "bad", "text": _("Paused"), "more": more if webhook.failing_since else ""}
    if webhook.failing_since:
        text = format_html(_("Failing since {time}"), time=when(webhook.failing_since, "inside"))
        pauses = when(webhook.failing_since + PATIENCE, "inside")
        return {"tone": "bad", "text": text, "more": format_html(_("Pauses {time}"), time=pauses)}
    return {"tone": "", "text": pgettext("webhook", "On"), "more": ""}


def _why_off(webhook: Webhook) -> str:
    if webhook.off_reason == Webhook.Off.GONE:
        return _("The target answered 410 Gone")
    if webhook.off_reason == Webhook.Off.MAKER:
        return _("Who made it by the API has no access any more")
    return ""


def of_delivery(row: Delivery, webhook: Webhook) -> dict[str, Any]:
    """The same for a delivery."""
    if row.state == Delivery.State.DELIVERED:
        return {"tone": "", "text": _("Delivered")}
    if row.state == Delivery.State.CANCELLED:
        unreadable = row.last_outcome == UNREADABLE
        text = _("Cancelled: its maker may not read it any more") if unreadable else _("Cancelled")
        return {"tone": "off", "text": text}
    if row.state == Delivery.State.FAILED:
        return {"tone": "bad", "text": _("Given up")}
    if not webhook.is_on:
        return {"tone": "off", "text": _("Waits until the webhook is on")}
    if webhook.paused_at and row.kind == Delivery.Kind.EVENT:
        return {"tone": "off", "text": _("Waits until the webhook is resumed")}
    if row.attempts:
        return {"tone": "warn", "text": format_html(_("Next try {time}"), time=when(row.due_at, "inside"))}
    return {"tone": "run", "text": _("Waiting")}


def answer_words(outcome: str, status: int | None, milliseconds: int | None = None) -> str:
    """What the receiver said: “200 in 171 ms”, “503 after 212 ms”, or why there was no answer."""
    if status is None:
        return str(Outcome(outcome).label) if outcome in Outcome.values else ""
    if milliseconds is None:
        return str(status)
    told = _("%(status)s in %(time)s") if outcome == Outcome.OK else _("%(status)s after %(time)s")
    return told % {"status": status, "time": span(milliseconds)}


def span(milliseconds: float) -> str:
    """A time as one reads it: “171 ms”, “2.4 s”."""
    if milliseconds < 1000:
        return _("%(n)d ms") % {"n": round(milliseconds)}
    return _("%(n)s s") % {"n": f"{milliseconds / 1000:.1f}"}
