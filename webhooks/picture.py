"""A week of a webhook in numbers, bars and a table: what got through, how fast it was answered, how many waited."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Sum
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.dateformat import format as date_words
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from webhooks.health import tallied
from webhooks.models import Tally, Webhook
from webhooks.state import span

DAYS, HOURS_EACH = 7, 6
WIDTH, HEIGHT, GAP = 1000.0, 100.0, 8.0


@dataclass
class Slot:
    """Some hours of it."""

    begins: datetime
    delivered: int = 0
    failed: int = 0
    total_ms: int = 0
    slowest_ms: int = 0
    waiting: int = 0

    @property
    def attempts(self) -> int:
        """How many ended."""
        return self.delivered + self.failed

    @property
    def average_ms(self) -> float:
        """Over all attempts."""
        return self.total_ms / self.attempts if self.attempts else 0.0

    def add(self, row: Any) -> None:
        """One more hour, or slot."""
        self.delivered += row.delivered
        self.failed += row.failed
        self.total_ms += row.total_ms
        self.slowest_ms = max(self.slowest_ms, row.slowest_ms)
        self.waiting = max(self.waiting, row.waiting)


def _first_day(now: datetime) -> datetime:
    """Midnight of the first of the days, where the reader is."""
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=DAYS - 1)


def slots(webhook: Webhook, now: datetime) -> list[Slot]:
    """The week in slots of some hours, oldest first. One query."""
    first = _first_day(now)
    each = timedelta(hours=HOURS_EACH)
    found = [Slot(first + each * place) for place in range(DAYS * 24 // HOURS_EACH)]
    for row in tallied(webhook, first):
        place = int((row.hour - first) / each)
        if 0 <= place < len(found):
            found[place].add(row)
    return found


def rate_words(delivered: int, failed: int) -> str:
    """“98.2 %”; a dash where nothing was sent. Only all is 100 %."""
    if not delivered + failed:
        return "–"
    share = 100 * delivered / (delivered + failed)
    shown = min(share, 99.9) if failed else share
    return number_format(shown, 1 if shown % 1 else 0) + " %"


def health(webhook: Webhook, waiting_now: int, now: datetime | None = None) -> dict[str, Any]:
    """The context of templates/webhooks/health.html."""
    week = slots(webhook, now or timezone.now())
    whole = Slot(week[0].begins)
    for slot in week:
        whole.add(slot)
    days = [_day(week[at : at + 24 // HOURS_EACH]) for at in range(0, len(week), 24 // HOURS_EACH)]
    return {
        "any": bool(whole.attempts or whole.waiting),
        "rate": rate_words(whole.delivered, whole.failed),
        "average": span(whole.average_ms) if whole.attempts else "–",
        "slowest": span(whole.slowest_ms) if whole.attempts else "–",
        "waiting": waiting_now,
        "said": _said(whole, days),
        "days": days,
        "charts": [_attempts(week), _latency(week), _backlog(week)],
    }


def _day(some: list[Slot]) -> dict[str, Any]:
    day = Slot(some[0].begins)
    for slot in some:
        day.add(slot)
    return {
        "label": date_words(timezone.localtime(day.begins), "D j"),
        "delivered": day.delivered,
        "failed": day.failed,
        "rate": rate_words(day.delivered, day.failed),
        "average": span(day.average_ms) if day.attempts else "–",
        "slowest": span(day.slowest_ms) if day.attempts else "–",
        "waiting": day.waiting,
    }


def _said(whole: Slot, days: list[dict[str, Any]]) -> str:
    """The result in one sentence, for whoever does not see the picture."""
    told = {"from": days[0]["label"], "to": days[-1]["label"], "n": whole.attempts}
    if not whole.attempts:
        return _("No attempts from %(from)s to %(to)s.") % told
    told["rate"] = rate_words(whole.delivered, whole.failed)
    sentence = ngettext(
        "%(n)d attempt from %(from)s to %(to)s, %(rate)s delivered.",
        "%(n)d attempts from %(from)s to %(to)s, %(rate)s delivered.",
        whole.attempts,
    )
    return sentence % told


def _attempts(week: list[Slot]) -> dict[str, Any]:
    most = max((slot.attempts for slot in week), default=0)
    bars = []
    for slot, at in zip(week, _places(len(week)), strict=True):
        good, bad = (_tall(part, most) for part in (slot.delivered, slot.failed))
        bars += _bar("bar", at, good, 0.0) + _bar("bar-bad", at, bad, good)
    title = _("Attempts: delivered and failed")
    return {"key": "attempts", "title": title, "bars": bars, "peak": str(most) if most else ""}


def _latency(week: list[Slot]) -> dict[str, Any]:
    most = max((slot.average_ms for slot in week), default=0)
    values = [slot.average_ms for slot in week]
    peak = span(most) if most else ""
    return {"key": "latency", "title": _("Average answer"), "bars": _plain(values, most, "bar"), "peak": peak}


def _backlog(week: list[Slot]) -> dict[str, Any]:
    most = max((slot.waiting for slot in week), default=0)
    values = [float(slot.waiting) for slot in week]
    bars = _plain(values, most, "bar-wait")
    return {"key": "backlog", "title": _("Waiting at most"), "bars": bars, "peak": str(most) if most else ""}


def _plain(values: Iterable[float], most: float, look: str) -> list[dict[str, str]]:
    listed = list(values)
    found = []
    for value, at in zip(listed, _places(len(listed)), strict=True):
        found += _bar(look, at, _tall(value, most), 0.0)
    return found


def _places(count: int) -> list[float]:
    return [WIDTH / count * place for place in range(count)]


def _tall(value: float, most: float) -> float:
    # What is there is seen, however little it is beside the most.
    return max(1.5, HEIGHT * value / most) if value else 0.0


def _bar(look: str, at: float, tall: float, above: float) -> list[dict[str, str]]:
    """Numbers as SVG reads them, whatever the reader's language writes."""
    if not tall:
        return []
    wide = WIDTH / (DAYS * 24 // HOURS_EACH) - GAP
    top = max(0.0, HEIGHT - above - tall)
    return [{"look": look, "x": f"{at:.1f}", "y": f"{top:.1f}", "w": f"{wide:.1f}", "h": f"{tall:.1f}"}]


def sparks(webhooks: Iterable[Webhook], now: datetime | None = None) -> dict[int, dict[str, Any]]:
    """{key: seven bars and the rate} of each webhook. One query, a row for each day and webhook."""
    listed = list(webhooks)
    first = _first_day(now or timezone.now())
    here = timezone.get_current_timezone()
    rows = Tally.objects.filter(webhook__in=listed, hour__gte=first)
    per_day = rows.annotate(day=TruncDate("hour", tzinfo=here)).values("webhook_id", "day")
    found: dict[int, list[list[int]]] = {row.pk: [[0, 0] for _ in range(DAYS)] for row in listed}
    for row in per_day.annotate(good=Sum("delivered"), bad=Sum("failed")):
        place = (row["day"] - first.date()).days
        if 0 <= place < DAYS:
            found[row["webhook_id"]][place] = [row["good"], row["bad"]]
    return {key: _spark(days) for key, days in found.items()}


def _spark(days: list[list[int]]) -> dict[str, Any]:
    most = max(good + bad for good, bad in days)
    bars = []
    for place, (good, bad) in enumerate(days):
        tall, red = (max(1.0, 22 * part / most) if part else 0.0 for part in (good, bad))
        for look, high, above in (("bar", tall, 0.0), ("bar-bad", red, tall)):
            if high:
                bars.append(_spark_bar(look, place, high, above))
        if not good + bad:
            bars.append(_spark_bar("bar-none", place, 2.0, 0.0))
    delivered, failed = (sum(part) for part in zip(*days, strict=True))
    rate = rate_words(delivered, failed)
    said = _("Delivered in the last 7 days: %(rate)s") % {"rate": rate}
    return {"bars": bars, "rate": rate, "said": said, "any": bool(delivered + failed)}


def _spark_bar(look: str, place: int, high: float, above: float) -> dict[str, str]:
    top = max(0.0, 22 - above - high)
    return {"look": look, "x": str(place * 12), "y": f"{top:.1f}", "h": f"{high:.1f}"}
