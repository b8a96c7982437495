"""What is typed when somebody else's tokens end, and in the API policy."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.forms import WEB_ADDRESS, one_line
from accounts.models import Organization
from accounts.shown import ShownForm, stamp
from tokens import policy
from tokens.models import PersonalToken


def no_link(value: str) -> None:
    """Raises ValidationError for web addresses: the reason goes into a mail of ours."""
    if WEB_ADDRESS.search(value[:500]):
        raise ValidationError(_("Leave web addresses out: the reason goes into a mail."))


class ReasonForm(forms.Form):
    """Why somebody's token ends; they read it."""

    why = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        validators=[one_line, no_link],
        widget=forms.TextInput(attrs={"autocomplete": "off", "maxlength": 500}),
        error_messages={"required": gettext_lazy("Say why: the person reads it in a mail.")},
    )

    def __init__(self, person: str, data: Any = None) -> None:
        super().__init__(data)
        said = gettext_lazy("%(name)s reads it in a mail, with your name, and so does who reads the record.")
        self.fields["why"].help_text = said % {"name": person}


class UnusedForm(ReasonForm):
    """Which of the unused ones, and why."""

    tokens = forms.MultipleChoiceField(
        label=gettext_lazy("Tokens"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("Tick the tokens that shall end."),
            "invalid_choice": gettext_lazy(
                "Meanwhile one of them was used or ended: look at the list again."
            ),
        },
    )
    field_order = ["tokens", "why"]

    def __init__(self, person: str, unused: list[PersonalToken], data: Any = None) -> None:
        super().__init__(person, data)
        ids = [(token.public_id, token.name) for token in unused]
        self.fields["tokens"].choices = ids  # type: ignore[attr-defined]
        self.fields["tokens"].initial = [token.public_id for token in unused]


class ApiPolicyForm(ShownForm):
    """Settings, API policy."""

    token_longest_days = forms.IntegerField(
        label=gettext_lazy("Longest life"),
        required=False,
        min_value=1,
        max_value=policy.MOST_DAYS,
        help_text=gettext_lazy("Days. Leave empty to let people choose any date."),
    )
    token_never_allowed = forms.BooleanField(
        label=gettext_lazy("Tokens may never expire"),
        required=False,
        help_text=gettext_lazy("People can choose “Never”. A forgotten token then works for years."),
    )
    token_idle_days = forms.IntegerField(
        label=gettext_lazy("Unused tokens end after"),
        required=False,
        min_value=14,
        max_value=policy.MOST_DAYS,
        help_text=gettext_lazy(
            "Days without a use. Their people get a mail a week before. Leave empty to keep unused tokens."
        ),
    )
    requests_a_minute = forms.IntegerField(
        label=gettext_lazy("Requests a minute"),
        min_value=1,
        help_text=gettext_lazy("For each person, over all their tokens."),
    )
    sure = forms.BooleanField(label=gettext_lazy("Yes, these tokens end earlier"), required=False)

    def __init__(self, home: Organization, data: Any = None) -> None:
        now = {field: getattr(home, field) for field in policy.FIELDS}
        super().__init__(data, initial=now | {"shown": stamp(home, policy.FIELDS)})
        self.home = home
        self.shortened: list[PersonalToken] = []
        self.count, self.new_end = 0, timezone.now()
        most = self.fields["requests_a_minute"]
        most.widget.attrs["max"] = home.requests_ceiling

    def clean_requests_a_minute(self) -> int:
        """At most what the operator allows."""
        wanted: int = self.cleaned_data["requests_a_minute"]
        if wanted > self.home.requests_ceiling:
            raise ValidationError(
                _("The operator allows at most %d requests a minute.") % self.home.requests_ceiling
            )
        return wanted

    def clean(self) -> dict[str, Any]:
        """Before tokens end earlier the page names them and asks."""
        told = super().clean() or {}
        if self.errors:
            return told
        longest, never = told["token_longest_days"], told["token_never_allowed"]
        rows = policy.too_long(self.home, longest, never, timezone.now())
        self.count, self.new_end = rows.count(), policy.shortened_end(longest, timezone.now())
        if self.count and not told["sure"]:
            self.shortened = list(rows.select_related("membership__user").order_by("expires_at", "pk")[:50])
            said = ngettext(
                "%d token would end earlier. Look at it, tick the box, then press Update again.",
                "%d tokens would end earlier. Look at them, tick the box, then press Update again.",
                self.count,
            )
            self.add_error("sure", said % self.count)
        return told

    def wanted(self) -> dict[str, Any]:
        """The organization's fields."""
        return {key: value for key, value in self.cleaned_data.items() if key != "sure"}
