"""What people type about themselves and their organization's security."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.forms import NameField
from accounts.models import Organization, User
from accounts.profile import zones
from accounts.second_factor import FIELDS, Policy
from accounts.shown import ShownForm, stamp


class ProfileForm(forms.Form):
    """My data."""

    name = NameField(
        label=pgettext_lazy("a person", "Name"),
        help_text=_("As others see it: in lists, in mails and in the record."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    language = forms.ChoiceField(
        label=_("Language"),
        choices=settings.LANGUAGES,
        help_text=_("Of these pages and of the mails you get."),
    )
    time_zone = forms.ChoiceField(label=_("Time zone"), help_text=_("All times you see are in it."))

    def __init__(self, user: User, data: Any = None) -> None:
        super().__init__(
            data, initial={"name": user.name, "language": user.language, "time_zone": user.time_zone}
        )
        known = {zone for _region, places in zones() for zone, _place in places}
        own = [] if user.time_zone in known | {"UTC"} else [(user.time_zone, user.time_zone)]
        self.fields["time_zone"].choices = [("UTC", "UTC"), *own, *zones()]  # type: ignore[attr-defined]


class PolicyForm(ShownForm):
    """Who must have a second factor."""

    second_factor = forms.ChoiceField(
        label=_("Who must have a second factor"), choices=Policy.choices, widget=forms.RadioSelect
    )

    def __init__(self, organization: Organization, data: Any = None) -> None:
        now = {"second_factor": organization.second_factor, "shown": stamp(organization, FIELDS)}
        super().__init__(data, initial=now)
        self.fields["second_factor"].consequences = {  # type: ignore[attr-defined]
            Policy.NOBODY: _("A password is enough; whoever wants to may still have one."),
            Policy.MANAGERS: _("Everybody who can change settings, robots or people."),
            Policy.EVERYONE: _("Members, too."),
        }


class CodeForm(forms.Form):
    """A code that was mailed."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false"}),
    )
