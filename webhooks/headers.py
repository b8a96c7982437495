"""Headers of one's own: which names and values may be sent with deliveries (RFC 9110, sections 5.1 and 5.5)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

MOST = 40
LONGEST_NAME = 100
LONGEST_VALUE = 4000
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# Visible ASCII, with spaces between.
_VALUE = re.compile(r"([!-~]([ -~]*[!-~])?)?")
# Of one connection (section 7.6.1), or set by Gatehouse itself.
_OURS = {
    "accept-encoding",
    "connection",
    "cookie",
    "expect",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}
_BEGINNINGS = ("content-", "proxy-", "webhook-")


@dataclass(frozen=True)
class Wanted:
    """A header as somebody wants it; `value` None: the hidden value that is stored is kept."""

    name: str
    value: str | None
    is_hidden: bool = False

    def __repr__(self) -> str:
        return f"Wanted({self.name!r}, {'•••' if self.is_hidden else self.value!r})"


def name_problem(name: str, basic: bool) -> str:
    """What is wrong with a header's name, or nothing; `basic`: user name and password are sent in Authorization."""
    key = name.lower()
    if len(name) > LONGEST_NAME or not _TOKEN.fullmatch(name):
        return _("A header's name has letters, digits and hyphens, at most %d.") % LONGEST_NAME
    for beginning in _BEGINNINGS:
        if key.startswith(beginning):
            told = _("Gatehouse sets headers that begin with “%(name)s” itself. Choose another name.")
            return told % {"name": beginning.capitalize()}
    if key in _OURS:
        return _("Gatehouse sets the header “%(name)s” itself. Choose another name.") % {"name": name}
    if basic and key == "authorization":
        return _("User name and password are sent in this header. Choose one of the two.")
    return ""


def value_problem(value: str) -> str:
    """What is wrong with a header's value, or nothing."""
    if len(value) > LONGEST_VALUE:
        return _("A header's value has at most %d characters.") % LONGEST_VALUE
    if not _VALUE.fullmatch(value):
        return _("A header's value has visible ASCII characters and spaces between them.")
    return ""


def problems(headers: Iterable[Wanted], basic: bool, kept: Iterable[str] = ()) -> dict[int, str]:
    """{place: what is wrong}; `kept` are the names, in lower case, of which a hidden value is stored."""
    found: dict[int, str] = {}
    seen: set[str] = set()
    held = set(kept)
    for place, header in enumerate(headers):
        problem = name_problem(header.name, basic) or value_problem(header.value or "")
        key = header.name.lower()
        if not problem and key in seen:
            problem = _("This header is there twice. Join the two, or remove one.")
        if not problem and header.is_hidden and not header.value and key not in held:
            problem = _("Type the value that is to be hidden.")
        seen.add(key)
        if place >= MOST:
            problem = _("At most %d headers.") % MOST
        if problem:
            found[place] = problem
    return found


def stored(webhook: Any) -> tuple[Wanted, ...]:
    """What a webhook has now."""
    rows = sorted(webhook.headers.all(), key=lambda row: row.position)
    return tuple(Wanted(row.name, None if row.is_hidden else row.value, row.is_hidden) for row in rows)
