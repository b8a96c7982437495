"""The look in tags: icons, form fields, times in words, initials."""

import datetime
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from django import template
from django.forms import BoundField
from django.template.defaultfilters import capfirst
from django.utils import timezone
from django.utils.dateformat import format as date_words
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import forms_unseen
from accounts.event_words import event_and_code, event_words

register = template.Library()

ICONS = Path(__file__).resolve().parents[2] / "static" / "vendor" / "icons"
MINUTE, HOUR, DAY = 60, 3600, 86400
# How a widget is drawn, by Django's name for it; everything else is one line of text.
KINDS = {
    "checkbox": "check",
    "radioselect": "choices",
    "checkboxselectmultiple": "choices",
    "select": "select",
    "nullbooleanselect": "select",
    "selectmultiple": "select",
    "textarea": "text",
}


@register.simple_tag
@lru_cache(maxsize=256)
def icon(name: str) -> SafeString:
    """Draw a vendored Tabler outline icon as inline SVG; an unknown name raises."""
    if not re.fullmatch(r"[a-z0-9-]+", name):
        raise template.TemplateSyntaxError(f"“{name}” is no icon name.")
    try:
        source = (ICONS / f"{name}.svg").read_text("utf-8")
    except FileNotFoundError:
        raise template.TemplateSyntaxError(f"There is no icon “{name}” in {ICONS.name}.") from None
    inner = source[source.index(">") + 1 : source.rindex("</svg>")]
    paths = "".join(line.strip() for line in inner.splitlines() if 'stroke="none"' not in line)
    # The drawing comes from our own repository and is checked against its manifest.
    return mark_safe(  # noqa: S308
        f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{paths}</svg>'
    )


@register.inclusion_tag("components/field.html")
def field(
    bound: BoundField, label: str = "", hint: str = "", wide: bool = False, example: bool = True
) -> dict[str, Any]:
    """Draw a form field: label, control, hint, error; `example=False` drops a placeholder that says the label again."""
    kind = KINDS.get(bound.widget_type, "text")
    described = [f"{bound.auto_id}_hint"] if bound.help_text or hint else []
    described += [f"{bound.auto_id}_error"] if bound.errors else []
    attrs: dict[str, Any] = {
        "class": {"check": "form-check-input", "select": "form-select"}.get(kind, "form-control")
    }
    if bound.errors:
        attrs |= {"class": attrs["class"] + " is-invalid", "aria-invalid": "true"}
    if not example:
        attrs["placeholder"] = False
    if described:
        attrs["aria-describedby"] = " ".join(described)
    return {
        "field": bound,
        "kind": "hidden" if bound.is_hidden else kind,
        "label": label or bound.label,
        "hint": hint or bound.help_text,
        "wide": wide,
        "control": "" if kind == "choices" else bound.as_widget(attrs=attrs),
        "choices": _choices(bound) if kind == "choices" else [],
        "described": " ".join(described),
    }


def _choices(bound: BoundField) -> list[dict[str, Any]]:
    """The options of radios or ticks; `field.consequences` maps a value to one line below it."""
    consequences: dict[str, Any] = getattr(bound.field, "consequences", {})
    options = []
    for option in bound.subwidgets:
        value = str(option.data["value"])
        label, _line, below = str(option.choice_label).partition("\n")
        attrs = option.data["attrs"]
        options.append(
            {
                "id": option.id_for_label,
                "name": option.data["name"],
                "type": option.data["type"],
                "value": value,
                "label": label,
                "below": consequences.get(value, below),
                "checked": option.data["selected"],
                "disabled": attrs.get("disabled", False),
                "required": attrs.get("required", False),
            }
        )
    return options


register.filter("problems", forms_unseen.problems)
register.filter(event_words)
register.filter(event_and_code)


@register.filter
def anchor(bound: BoundField) -> str:
    """The id of the first control of a field, for a link from the list of errors."""
    if KINDS.get(bound.widget_type) == "choices":
        return f"{bound.auto_id}_0"
    return str(bound.id_for_label or bound.auto_id)


@register.filter
def when(value: datetime.datetime | datetime.date | None, place: str = "") -> str:
    """A moment in words, with the exact one in title and datetime; `when:"inside"` for the middle of a sentence."""
    if value is None:
        return ""
    if not isinstance(value, datetime.datetime):
        return format_html('<time datetime="{}">{}</time>', value.isoformat(), _day(value))
    if timezone.is_naive(value):
        value = timezone.make_aware(value)
    local = timezone.localtime(value)
    words = _moment(local, timezone.localtime())
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        value.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        f"{date_words(local, 'j E Y, H:i:s')} ({timezone.get_current_timezone_name()})",
        words if place else capfirst(words),
    )


def _moment(local: datetime.datetime, now: datetime.datetime) -> str:
    """“8 minutes ago”, “today, 02:00”, “20 Nov, 17:30”, “12 Mar 2025”."""
    seconds = int((now - local).total_seconds())
    if -MINUTE < seconds < MINUTE:
        return _("just now")
    if abs(seconds) < 3 * HOUR:
        return _distance(seconds)
    clock = date_words(local, "H:i")
    days = (local.date() - now.date()).days
    near = {0: _("today, %(time)s"), -1: _("yesterday, %(time)s"), 1: _("tomorrow, %(time)s")}
    if days in near:
        return near[days] % {"time": clock}
    return f"{_day(local)}, {clock}" if local.year == now.year else _day(local)


def _distance(seconds: int) -> str:
    """Some minutes or hours ago, or from now."""
    minutes, hours = abs(seconds) // MINUTE, abs(seconds) // HOUR
    if seconds > 0 and not hours:
        return ngettext("%(n)d minute ago", "%(n)d minutes ago", minutes) % {"n": minutes}
    if seconds > 0:
        return ngettext("%(n)d hour ago", "%(n)d hours ago", hours) % {"n": hours}
    if not hours:
        return ngettext("in %(n)d minute", "in %(n)d minutes", minutes) % {"n": minutes}
    return ngettext("in %(n)d hour", "in %(n)d hours", hours) % {"n": hours}


def _day(value: datetime.date) -> str:
    """“20 Nov”, with the year when it is another one."""
    return date_words(value, _("j M") if value.year == timezone.localdate().year else _("j M Y"))


@register.filter
def day(value: datetime.datetime | None) -> str:
    """The day alone, for what is far away: “1 Mar 2027”, with the exact moment in title and datetime."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        value.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        f"{date_words(local, 'j E Y, H:i:s')} ({timezone.get_current_timezone_name()})",
        _day(local.date()),
    )


@register.filter
def age(value: datetime.datetime | None) -> str:
    """How long something has existed: “Made today”, “41 days old”, “2 years old”."""
    if value is None:
        return ""
    days = (timezone.localdate() - timezone.localtime(value).date()).days
    if days < 1:
        return _("Made today")
    if days < 365:
        return ngettext("%(n)d day old", "%(n)d days old", days) % {"n": days}
    return ngettext("%(n)d year old", "%(n)d years old", days // 365) % {"n": days // 365}


@register.filter
def initials(name: str) -> str:
    """The first letters of the first and the last word: “Olga Lindqvist” gives OL."""
    words = [word for word in str(name).partition("@")[0].split() if word[:1].isalnum()]
    if not words:
        return "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


@register.filter
def names(people: list[Any]) -> str:
    """Names as one reads them: “Mia, Tomasz and Kwame”."""
    listed = [str(person) for person in people]
    if len(listed) < 2:
        return "".join(listed)
    return _("%(all)s and %(last)s") % {"all": ", ".join(listed[:-1]), "last": listed[-1]}


@register.filter
def who_revealed(shares: list[dict[str, Any]]) -> list[str]:
    """The names of the holders, among these shares, who have seen the secrets."""
    return [share["name"] for share in shares if share["state"] == "revealed"]


@register.filter
def whom(people: list[dict[str, str]]) -> SafeString:
    """People to ask, as mail links in a sentence: “Olga Lindqvist or Carl Brandt”."""
    links = [format_html('<a href="mailto:{}">{}</a>', person["email"], person["name"]) for person in people]
    if len(links) < 2:
        return links[0] if links else SafeString("")
    several = format_html_join(", ", "{}", ((link,) for link in links[:-1]))
    return format_html("{} {} {}", several, _("or"), links[-1])
