"""What the record's page shows: days with their lines in words, the filter's choices, how "Verify" stands."""

from datetime import date, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as date_words
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import record_reading as reading
from accounts.facts import fact_rows
from accounts.permissions import Actor
from accounts.record_forms import SEARCHED_DAYS, Chosen, RecordForm
from accounts.sentences import GROUPS, actor_words, marked_up, types_in

FILTERS = ("q", "who", "about", "type", "since", "until")

# What verify() says about the first broken line, for a reader.
BROKEN = {
    "missing": gettext_lazy("This line is missing: somebody removed it past Gatehouse."),
    "changed": gettext_lazy("This line was changed or put there past Gatehouse."),
    "details changed": gettext_lazy("The details of this line were changed past Gatehouse."),
    "the end is missing": gettext_lazy("From this line on, lines are missing at the end."),
    "the key is missing": gettext_lazy("The key that would prove it does not open: compare GATEHOUSE_KEYS."),
}


def record_page(actor: Actor, form: RecordForm, asked: dict[str, str]) -> dict[str, Any]:
    """Everything for templates/accounts/record.html; three queries."""
    home = actor.home
    valid = form.is_valid()
    chosen = form.chosen() if valid else Chosen()
    where = reading.state(home.pk, chosen)
    page = (
        reading.page(home.pk, chosen, where, _seq(asked, "before"), _seq(asked, "after"))
        if valid
        else reading.Page()
    )
    # What the filter asks for is offered, too, under the name that the lines give it.
    shown = [(row.thing_kind, row.thing_key, (row.names or {}).get("thing", "")) for row in page.rows]
    names = [*reading.named(home.pk), *(row for row in shown if asked.get("about") == f"{row[0]}:{row[1]}")]
    kept = {name: value for name in FILTERS if (value := asked.get(name, ""))}
    here = reverse("accounts:record", args=[home.slug])
    return {
        "form": form,
        "kept": kept,
        "days": _days(page.rows, here),
        "choices": _choices(names, kept),
        "groups": _groups(kept.get("type", "")),
        "older_url": _link(here, kept, before=page.older),
        "newer_url": _link(here, kept, after=page.newer),
        "newest_url": _link(here, kept, first="") if page.newer else "",
        "stopped_at": page.stopped_at,
        "reach": reading.REACH,
        "searched_since": chosen.searched_since,
        "searched_days": SEARCHED_DAYS,
        "head": where.head,
        "lines": where.seq,
    } | checked(where.check)


def _seq(asked: dict[str, str], name: str) -> int:
    """A line's number in the address; nonsense is nothing."""
    told = asked.get(name, "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 19 else 0


def _link(here: str, kept: dict[str, str], **more: Any) -> str:
    if None in more.values():
        return ""
    return f"{here}?{urlencode(kept | {name: value for name, value in more.items() if value})}".removesuffix(
        "?"
    )


def checked(check: dict[str, Any] | None) -> dict[str, Any]:
    """How the last "Verify" stands."""
    running = check is not None and check["ended_at"] is None
    share = 0
    if check is not None:
        share = min(100, 100 * check["checked"] // check["total"]) if check["total"] else 100
    words = str(BROKEN.get(check["reason"], "")) if check is not None else ""
    return {"check": check, "running": running, "percent": share, "broken_words": words}


def _days(rows: list[Any], here: str) -> list[dict[str, Any]]:
    """Lines under the reader's days."""
    told = []
    for day, lines in groupby(rows, lambda row: timezone.localtime(row.at).date()):
        told.append({"label": _day(day), "lines": [_line(row, here) for row in lines]})
    return told


def _day(day: date) -> str:
    """“Today, 22 November”, “20 November”, with the year when it is another one."""
    today = timezone.localdate()
    words = date_words(day, "j E" if day.year == today.year else "j E Y")
    if day == today:
        return _("Today, %(day)s") % {"day": words}
    if day == today - timedelta(days=1):
        return _("Yesterday, %(day)s") % {"day": words}
    return words


def _line(row: Any, here: str) -> dict[str, Any]:
    erased = row.names is None
    thing_url = _link(here, {}, about=f"{row.thing_kind}:{row.thing_key}") if row.thing_key else ""
    return {
        "seq": row.seq,
        "at": row.at,
        "what": marked_up(row.type, row.names, row.changes, thing_url),
        "who": actor_words(row.actor_kind, None if erased else row.names.get("actor", "")),
        "who_url": _link(here, {}, who=f"{row.actor_kind}:{row.actor_key}"),
        "who_kind": row.actor_kind,
        "address": row.address or "",
        "type": row.type,
        "request_id": row.request_id,
        "erased": erased,
        "facts": [] if erased else fact_rows(row.type, row.changes, row.names),
    }


def _choices(names: list[tuple[str, str, str]], kept: dict[str, str]) -> dict[str, list[dict[str, Any]]]:
    """Who can be chosen, by kind; what is chosen is always among them, also when it is not in the record."""
    told: dict[str, dict[str, str]] = {"person": {}, "token": {}, "others": {}, "robot": {}}
    for kind, key, name in names:
        value = f"{kind}:{key}"
        about = value == kept.get("about")
        group = "robot" if about else kind if kind in told else "others"
        told[group].setdefault(value, actor_words(kind, name or None))
    if thing := kept.get("about"):
        told["robot"].setdefault(thing, thing.partition(":")[2])
    if who := kept.get("who"):
        kind, _colon, key = who.partition(":")
        told[kind if kind in told else "others"].setdefault(who, key or actor_words(kind, ""))
    return {
        group: [
            {
                "value": value,
                "label": label,
                "who": value == kept.get("who"),
                "about": value == kept.get("about"),
            }
            for value, label in sorted(found.items(), key=lambda item: item[1].casefold())
        ]
        for group, found in told.items()
    }


def _groups(chosen: str) -> list[dict[str, Any]]:
    """The kinds of events, by group; a group without any is left out."""
    told = [
        {"value": name, "label": label, "types": types_in(name), "chosen": name == chosen}
        for name, (label, _prefixes) in GROUPS.items()
    ]
    for group in told:
        group["types"] = [{"value": kind, "chosen": kind == chosen} for kind in group["types"]]
    return [group for group in told if group["types"]]
