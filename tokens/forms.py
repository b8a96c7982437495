"""What people type about their tokens. Revoking and the policy: tokens/forms_policy.py."""

import uuid
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.dateformat import format as date_words
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actions import NotPossible
from accounts.forms import NameField
from accounts.models import Membership, Organization
from accounts.permissions import SCOPE_POWERS, person_powers
from tokens import policy
from tokens.models import PersonalToken
from tokens.words import READ_ONLY, SCOPES, is_read_only

KEEP = "keep"


def _in_days(days: int) -> tuple[str, str]:
    day = date_words(timezone.localdate() + timedelta(days=days), _("j M Y"))
    return str(days), _("In %(n)d days, %(day)s") % {"n": days, "day": day}


class ExpiryForm(forms.Form):
    """A name, and when the token stops."""

    name = NameField(
        label=gettext_lazy("Name"),
        widget=forms.TextInput(
            attrs={
                "placeholder": gettext_lazy("Which program, on which machine"),
                "autocomplete": "off",
                "maxlength": 120,
            }
        ),
        error_messages={"required": gettext_lazy("Say which program it is for.")},
    )
    expires = forms.ChoiceField(label=gettext_lazy("Expires"))
    date = forms.DateField(
        label=gettext_lazy("On which date"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        help_text=gettext_lazy("It works until the end of that day."),
        error_messages={"invalid": gettext_lazy("Write the date as 2027-01-31.")},
    )

    def offer(self, homes: Iterable[Organization], first: list[tuple[str, str]]) -> None:
        """The choices that at least one of these organizations allows."""
        homes = list(homes)
        longest = max((home.token_longest_days or policy.MOST_DAYS for home in homes), default=0)
        choices = [*first, *(_in_days(days) for days in policy.DAYS if days <= longest)]
        choices.append(("date", _("On a date …")))
        if any(home.token_never_allowed for home in homes):
            choices.append(("never", _("Never")))
        self.fields["expires"].choices = choices  # type: ignore[attr-defined]
        today = timezone.localdate()
        last = today + timedelta(days=longest)
        self.fields["date"].widget.attrs |= {"min": today.isoformat(), "max": last.isoformat()}

    def chosen_end(self, home: Organization) -> datetime | None:
        """When it stops, in the organization's policy. Adds an error at the field that is wrong."""
        now, choice = timezone.now(), self.cleaned_data["expires"]
        at: datetime | None = None
        if choice == "date":
            day = self.cleaned_data.get("date")
            if day is None:
                if "date" not in self.errors:
                    self.add_error("date", _("Choose a date, or another way to expire."))
                return None
            try:
                at = timezone.make_aware(datetime.combine(day, time.max.replace(microsecond=0)))
            except OverflowError:
                at = datetime.max.replace(tzinfo=now.tzinfo)
            # The last day that the policy allows ends with the policy's moment.
            latest = policy.latest(home, now)
            if at > latest and day <= timezone.localdate(latest):
                at = latest
        elif choice != "never":
            at = now + timedelta(days=int(choice))
        try:
            policy.check(home, at, now)
        except NotPossible as problem:
            self.add_error("date" if choice == "date" else "expires", str(problem))
        return at


class CreateForm(ExpiryForm):
    """A new token."""

    MAY = [
        ("read", gettext_lazy("Read only")),
        ("everything", gettext_lazy("Everything I may do")),
        ("chosen", gettext_lazy("Only what I choose")),
    ]

    org = forms.ChoiceField(label=gettext_lazy("Organization"))
    may = forms.ChoiceField(label=gettext_lazy("It may do"), choices=MAY, widget=forms.RadioSelect)
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("Scopes"), required=False, widget=forms.CheckboxSelectMultiple
    )
    creation_key = forms.CharField(
        widget=forms.HiddenInput, max_length=64, validators=[RegexValidator(r"\A[0-9a-f]{32}\Z")]
    )
    field_order = ["org", "name", "expires", "date", "may", "scopes", "creation_key"]

    def __init__(self, offered: list[Membership], data: Any = None, initial: Any = None) -> None:
        """`offered`: where this person can make tokens; `initial`: what a link suggests or an ended token had."""
        fresh = {"may": "read", "creation_key": uuid.uuid4().hex}
        super().__init__(data, initial=fresh | (initial or {}))
        self.homes = {row.organization.slug: row for row in offered}
        self.offer((row.organization for row in offered), [])
        self.initial.setdefault("expires", self._usual())
        names = [(slug, row.organization.name) for slug, row in self.homes.items()]
        self.fields["org"].choices = names  # type: ignore[attr-defined]
        if len(names) == 1:
            self.fields["org"].widget = forms.HiddenInput()
            self.initial["org"] = names[0][0]
        held = frozenset().union(*(person_powers(row) for row in offered))
        self.fields["scopes"].choices = [  # type: ignore[attr-defined]
            (scope, SCOPES[scope]) for scope, powers in SCOPE_POWERS.items() if powers & held
        ]
        self.fields["may"].consequences = {  # type: ignore[attr-defined]
            "read": _("Sees what you see; changes nothing. Choose this when in doubt."),
            "everything": _("Also what you may do only later, but never what is closed to programs."),
            "chosen": _("Never more than you may do yourself."),
        }

    def _usual(self) -> str:
        """90 days, or the longest that is offered."""
        choices = [str(value) for value, _label in self.fields["expires"].choices]  # type: ignore[attr-defined]
        return next((value for value in ("90", "30") if value in choices), "date")

    def clean(self) -> dict[str, Any]:
        """The expiry and the scopes belong to the chosen organization."""
        told = super().clean() or {}
        membership = self.homes.get(told.get("org", ""))
        if membership and "expires" in told:
            told["expires_at"] = self.chosen_end(membership.organization)
        if told.get("may") == "chosen" and membership and "scopes" not in self.errors:
            self._check_scopes(membership)
        return told

    def _check_scopes(self, membership: Membership) -> None:
        chosen, held = self.cleaned_data.get("scopes", []), person_powers(membership)
        beyond = [scope for scope in chosen if not SCOPE_POWERS[scope] & held]
        if not chosen:
            self.add_error("scopes", _("Tick at least one, or choose “Read only”."))
        elif beyond:
            names = {"scopes": ", ".join(beyond), "name": membership.organization.name}
            self.add_error("scopes", _("In %(name)s you may not do this yourself: %(scopes)s") % names)

    def wanted_scopes(self) -> list[str] | None:
        """As a token keeps them; None for everything."""
        choice = self.cleaned_data["may"]
        if choice == "everything":
            return None
        return list(READ_ONLY) if choice == "read" else self.cleaned_data["scopes"]


def same_settings(token: PersonalToken) -> dict[str, Any]:
    """What fills the create form like this token: its name, what it may do, as long a life."""
    told: dict[str, Any] = {"name": token.name, "org": token.organization.slug}
    if token.scopes is None:
        told["may"] = "everything"
    elif is_read_only(token.scopes):
        told["may"] = "read"
    else:
        told |= {"may": "chosen", "scopes": token.scopes}
    home = token.organization
    if token.expires_at is None:
        return told | ({"expires": "never"} if home.token_never_allowed else {})
    days = round((token.expires_at - token.created_at) / timedelta(days=1))
    longest = home.token_longest_days or policy.MOST_DAYS
    fitting = [choice for choice in policy.DAYS if choice <= min(max(days, policy.DAYS[0]), longest)]
    return told | ({"expires": str(fitting[-1])} if fitting else {})


class EditForm(ExpiryForm):
    """Name and expiry of a token that lives."""

    stamp = forms.CharField(widget=forms.HiddenInput, max_length=200, strip=False)

    def __init__(self, token: PersonalToken, data: Any = None) -> None:
        super().__init__(data, initial={"name": token.name, "expires": KEEP, "stamp": token.stamp})
        self.token = token
        now = date_words(timezone.localtime(token.expires_at), _("j M Y")) if token.expires_at else _("Never")
        self.offer([token.organization], [(KEEP, _("As now: %(when)s") % {"when": now})])

    def clean(self) -> dict[str, Any]:
        """The expiry only when another one is wanted."""
        told = super().clean() or {}
        if told.get("expires") not in (None, KEEP):
            told["expires_at"] = self.chosen_end(self.token.organization)
        return told

    def wanted(self) -> dict[str, Any]:
        """The fields for actions.update()."""
        return {key: self.cleaned_data[key] for key in ("name", "expires_at") if key in self.cleaned_data}

    def refreshed(self, token: PersonalToken, problem: str) -> "EditForm":
        """What was typed, on top of the token as it is now, with `problem` said above it."""
        form = type(self)(token, dict(self.data.items()) | {"stamp": token.stamp})
        form.full_clean()
        form.add_error(None, problem)
        return form


class RotateForm(forms.Form):
    """When the present value stops, and which one the page showed."""

    overlap = forms.ChoiceField(
        label=gettext_lazy("The present value stops"),
        widget=forms.RadioSelect,
        choices=[
            ("0", gettext_lazy("Now")),
            ("1", gettext_lazy("In 1 hour")),
            ("24", gettext_lazy("In 24 hours")),
            ("168", gettext_lazy("In 7 days")),
        ],
    )
    shown = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, token: PersonalToken, data: Any = None) -> None:
        super().__init__(data, initial={"overlap": "0", "shown": token.hint})
        self.fields["overlap"].consequences = {  # type: ignore[attr-defined]
            "0": _("Choose this when it may have leaked."),
            "24": _("Both values work, so that you can change the programs one by one."),
        }
