"""Forms about requests a minute."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import no_controls
from tokens.allowances import HIGHEST


class AskForm(forms.Form):
    """More requests, and what for."""

    wanted = forms.IntegerField(label=gettext_lazy("Requests a minute"), min_value=1, max_value=HIGHEST)
    reason = forms.CharField(
        label=gettext_lazy("What for"),
        max_length=2000,
        validators=[no_controls],
        help_text=gettext_lazy("What your program does, and why the present limit is too low for it."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, present: int, data: Any = None) -> None:
        super().__init__(data)
        self.present = present

    def clean_wanted(self) -> int:
        """More than there is already."""
        wanted: int = self.cleaned_data["wanted"]
        if wanted <= self.present:
            raise ValidationError(_("You have %d already. Ask for more than that.") % self.present)
        return wanted


class DecideForm(forms.Form):
    """Grant so many, or decline with a reason: which of the two says the button."""

    granted = forms.IntegerField(
        label=gettext_lazy("Requests a minute"), min_value=1, max_value=HIGHEST, required=False
    )
    answer = forms.CharField(
        label=gettext_lazy("Your answer"),
        max_length=2000,
        required=False,
        validators=[no_controls],
        help_text=gettext_lazy("The person reads it in their mail. Needed when you decline."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, ordinary: int, most: int, data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.ordinary, self.most = ordinary, most

    @property
    def declines(self) -> bool:
        """Whether the button said no."""
        return "decline" in self.data

    def clean(self) -> dict[str, Any]:
        """A number for yes, within what may be granted; words for no."""
        told = super().clean() or {}
        if self.declines:
            told["granted"] = None
            if not told.get("answer") and "answer" not in self.errors:
                self.add_error("answer", _("Say why: the person only hears these words."))
        elif "granted" not in self.errors:
            self._check(told.get("granted"))
        return told

    def _check(self, granted: int | None) -> None:
        if granted is None:
            self.add_error("granted", _("Say how many requests a minute you grant."))
        elif granted > self.most:
            said = _("At most %d can be granted here; above it the operator decides.")
            self.add_error("granted", said % self.most)
        elif granted <= self.ordinary:
            said = _("Everybody has %d already. Grant more than that, or decline.")
            self.add_error("granted", said % self.ordinary)
