"""What one may ask of the record: who, what it is about, which kind of event, when, and a text."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.catalogue import EventType
from accounts.forms import one_line
from accounts.sentences import GROUPS, types_in

# A text is looked for in so many days, unless dates are chosen.
SEARCHED_DAYS = 31
KEY = re.compile(r"\A([a-z_]{1,32}):([A-Za-z0-9._-]{0,64})\Z")


@dataclass(frozen=True)
class Chosen:
    """A filter, ready to be looked up; `since` is inclusive, `until` exclusive."""

    who: tuple[str, str] | None = None
    about: tuple[str, str] | None = None
    types: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""
    # The days of a search that nobody chose.
    searched_since: date | None = None

    @property
    def is_narrow(self) -> bool:
        """Whether lines must be looked through one by one, because no index answers."""
        return bool(self.text) or sum(map(bool, (self.who, self.about, self.types))) > 1


class Reference(forms.CharField):
    """`kind:key`, as the choices and links of the page have it."""

    def clean(self, value: Any) -> Any:
        """(kind, key), or None."""
        told = super().clean(value)
        found = KEY.match(told)
        if told and not found:
            raise ValidationError(_("Choose somebody or something from the list."))
        return (found[1], found[2]) if found else None


class RecordForm(forms.Form):
    """The filter above the record, and the hidden part of an export."""

    q = forms.CharField(label=_("Search the record"), required=False, max_length=100, validators=[one_line])
    who = Reference(label=_("Who"), required=False)
    about = Reference(label=_("About"), required=False)
    type = forms.CharField(label=_("What"), required=False, max_length=64)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def clean_q(self) -> str:
        """Compared in Unicode NFC, as names are stored."""
        return unicodedata.normalize("NFC", self.cleaned_data["q"])

    def clean_type(self) -> tuple[str, ...]:
        """The types of a group, or one type."""
        name = self.cleaned_data["type"]
        if name in GROUPS:
            return tuple(types_in(name)) or ("none",)
        if name and name not in set(EventType):
            raise ValidationError(_("Choose a kind of event from the list."))
        return (name,) if name else ()

    def clean(self) -> dict[str, Any]:
        """From comes before To."""
        told = super().clean() or {}
        since, until = told.get("since"), told.get("until")
        if since and until and since > until:
            self.add_error("until", _("Choose a day that is not before “From”."))
        return told

    def chosen(self) -> Chosen:
        """The filter, with the reader's days as moments. Call when valid."""
        told = self.cleaned_data
        since, until, searched = told["since"], told["until"], None
        if told["q"] and not since:
            since = searched = (until or timezone.localdate()) - timedelta(days=SEARCHED_DAYS - 1)
        return Chosen(
            who=told["who"],
            about=told["about"],
            types=told["type"],
            since=_midnight(since) if since else None,
            until=_midnight(until, 1) if until else None,
            text=told["q"],
            searched_since=searched,
        )


def _midnight(day: date, later: int = 0) -> datetime:
    try:
        return timezone.make_aware(datetime.combine(day + timedelta(days=later), time.min))
    except OverflowError:
        return timezone.make_aware(datetime.combine(day, time.max))
