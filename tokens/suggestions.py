"""Links that fill the create form: `?create&name=…&scopes=…&expires=…&org=…`.

Whoever wrote such a link is a stranger: it fills fields in, the person sees what it suggested and decides. It never
chooses "everything I may do" or "never", and what is not understood is named and ignored.
"""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateformat import format as date_words
from django.utils.translation import gettext as _

from accounts.forms import NameField
from accounts.models import Membership
from accounts.permissions import SCOPE_POWERS, expand_aliases, person_powers
from tokens.policy import DAYS, MOST_DAYS

MOST_SHOWN = 80


@dataclass
class Suggestion:
    """What a link asks for: values for the form, (what, value) it suggests, what was ignored and why."""

    initial: dict[str, Any] = field(default_factory=dict)
    told: list[tuple[str, str]] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)

    def ignore(self, given: str, why: str) -> None:
        """Name what is not followed; it may be anything, so only its beginning."""
        shown = "".join(character if character.isprintable() else "�" for character in given[:MOST_SHOWN])
        shown += "…" if len(given) > MOST_SHOWN else ""
        self.ignored.append(f"{_('“%(name)s”') % {'name': shown}}: {why}")


def read(given: Any, offered: list[Membership]) -> Suggestion | None:
    """What the address's parameters suggest to somebody who can make tokens in `offered`; None when it suggests nothing."""
    found = Suggestion()
    home = _home(found, given.get("org", ""), offered)
    _name(found, given.get("name", ""))
    _scopes(found, given.get("scopes", ""), home)
    _expires(found, given.get("expires", "").strip(), home)
    return found if found.initial or found.ignored else None


def _home(found: Suggestion, slug: str, offered: list[Membership]) -> Membership | None:
    fallback = offered[0] if offered else None
    if not slug:
        return fallback
    chosen = next((row for row in offered if row.organization.slug == slug), None)
    if chosen is None:
        found.ignore(slug, _("not an organization in which you can make tokens"))
        return fallback
    found.initial["org"] = slug
    if len(offered) > 1:
        found.told.append((_("Organization"), chosen.organization.name))
    return chosen


def _name(found: Suggestion, name: str) -> None:
    if not name:
        return
    try:
        cleaned = NameField().clean(name)
    except ValidationError:
        found.ignore(name, _("not a name"))
        return
    found.initial["name"] = cleaned
    found.told.append((_("Name"), cleaned))


def _scopes(found: Suggestion, given: str, home: Membership | None) -> None:
    """Chosen scopes that the person has; all of them together would be "everything" by another name."""
    asked = expand_aliases(re.split(r"[\s,+]+", given[:2000].strip())) if given.strip() else []
    held = person_powers(home) if home else frozenset()
    known = [scope for scope in asked if scope in SCOPE_POWERS]
    for scope in asked:
        if scope not in SCOPE_POWERS and len(found.ignored) < 10:
            found.ignore(scope, _("not a scope"))
    mine = [scope for scope in known if SCOPE_POWERS[scope] & held]
    for scope in known:
        if scope not in mine:
            found.ignore(scope, _("more than you may do"))
    if not mine:
        return
    if set(mine) == {scope for scope in SCOPE_POWERS if SCOPE_POWERS[scope] & held}:
        found.ignore(" ".join(mine), _("everything you may do: only you can choose that"))
        return
    found.initial |= {"may": "chosen", "scopes": mine}
    found.told.append((_("It may do"), " ".join(mine)))


def _expires(found: Suggestion, given: str, home: Membership | None) -> None:
    """A number of days or a date, as far as the organization's policy goes."""
    if not given:
        return
    today = timezone.localdate()
    if re.fullmatch(r"[0-9]{1,5}", given):
        days = int(given)
    elif day := _date(given):
        days = (day - today).days
    else:
        days = -1
    if given.lower() == "never":
        found.ignore(given, _("only you can choose that"))
    elif days < 0 or given == "0":
        found.ignore(given, _("neither days nor a date to come"))
    elif home and days > (home.organization.token_longest_days or MOST_DAYS):
        found.ignore(given, _("longer than %(name)s allows") % {"name": home.organization.name})
    else:
        day = today + timedelta(days=days)
        offered = given in map(str, DAYS)
        found.initial |= {"expires": given} if offered else {"expires": "date", "date": day}
        found.told.append((_("Expires"), date_words(day, _("j M Y"))))


def _date(given: str) -> date | None:
    try:
        return date.fromisoformat(given) if re.fullmatch(r"\d{4}-\d\d-\d\d", given) else None
    except ValueError:
        return None
