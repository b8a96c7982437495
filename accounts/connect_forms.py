"""What is typed about Connect: the organization's wish, the operators' answers."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import NameField, no_controls, one_line
from accounts.models import ConnectRequest
from accounts.models.connect import LONGEST_TEXT
from accounts.permissions import Actor

WISH = ("platforms", "purpose", "contact_name", "contact_email", "contact_phone")


class TextField(forms.CharField):
    """Several lines; with one kind of line break, so that sending a form unchanged changes nothing."""

    def __init__(self, rows: int, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": rows})
        super().__init__(max_length=LONGEST_TEXT, validators=[no_controls], widget=widget, **kwargs)

    def to_python(self, value: Any) -> str:
        """Line feeds only."""
        return (super().to_python(value) or "").replace("\r\n", "\n").replace("\r", "\n")


class WishForm(forms.Form):
    """A new request: which platforms, what for, whom to get in touch with."""

    platforms = TextField(
        3,
        label=_("Platforms and apps"),
        error_messages={"required": _("Name at least one platform or app.")},
        help_text=_("A line each, such as “Power BI” or “SAP S/4HANA”."),
    )
    purpose = TextField(
        5,
        label=_("What for"),
        error_messages={"required": _("Say what you want to connect it for.")},
        help_text=_("Which data goes where, how often, and who needs it. No passwords and no keys."),
    )
    contact_name = NameField(
        label=_("Contact"), error_messages={"required": _("Say whom to get in touch with.")}
    )
    contact_email = forms.EmailField(label=_("E-mail address"), max_length=254)
    contact_phone = forms.CharField(
        label=_("Telephone"),
        max_length=40,
        required=False,
        validators=[one_line],
        help_text=_("May stay empty."),
        widget=forms.TextInput(attrs={"type": "tel"}),
    )

    def wish(self) -> dict[str, str]:
        """The request's fields, for the verbs in accounts/connect.py."""
        return {field: self.cleaned_data[field] for field in WISH}


def new_wish(actor: Actor, before: ConnectRequest | None, data: Any = None, problem: str = "") -> WishForm:
    """Filled with what was asked last time, else with who asks; or with what was typed and `problem` above it."""
    assert actor.user is not None
    who = {"contact_name": actor.user.name, "contact_email": actor.user.email}
    now = {field: getattr(before, field) for field in WISH} if before else who
    form = WishForm(data, initial=now)
    if problem:
        form.add_error(None, problem)
    return form


class ChangeForm(WishForm):
    """An open request: the wish as it is now, and a note, which answers the operator's question if there is one."""

    note = TextField(
        3,
        label=_("A note to the operator"),
        required=False,
        help_text=_("May stay empty. It is added to the history below."),
    )
    # Which request and which version of it the page showed.
    request = forms.CharField(widget=forms.HiddenInput, max_length=64)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, found: ConnectRequest, data: Any = None, problem: str = "") -> None:
        now = {field: getattr(found, field) for field in WISH}
        seen = {"request": found.public_id, "version": found.version}
        if problem:
            # What was typed, on top of the present version.
            data = {key: data.get(key, "") for key in (*WISH, "note")} | seen
        super().__init__(data, initial=now | seen)
        if found.state == ConnectRequest.State.WANTED:
            answer = self.fields["note"]
            answer.label, answer.required = _("Your answer"), not problem
            answer.help_text = ""
            answer.error_messages["required"] = _("Answer the operator’s question.")
        if problem:
            self.full_clean()
            self.add_error(None, problem)

    def seen(self) -> int:
        """The version that the page was made from; 0 when it does not say."""
        return int(self.cleaned_data.get("version") or 0)


class TextForm(forms.Form):
    """What an operator writes, under the version of the request that they read."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def refreshed(self, version: int, problem: str) -> "TextForm":
        """What was typed, on top of the present version, with `problem` said above it."""
        form = type(self)(dict(self.data.items()) | {"version": version}, auto_id=self.auto_id)
        form.add_error(None, problem)
        return form

    def typed(self) -> list[tuple[str, str]]:
        """(label, text) of what was typed, for a page that has no place for it any more."""
        return [(str(field.label), str(field.value() or "")) for field in self.visible_fields()]


class QuestionForm(TextForm):
    """Ask for more information."""

    text = TextField(
        3,
        label=_("Your question"),
        error_messages={"required": _("Write the question.")},
        help_text=_("Goes to whoever asked, by mail and on their page."),
    )


class GrantForm(TextForm):
    """Grant."""

    setup = TextField(
        4,
        label=_("What will be set up"),
        error_messages={"required": _("Say what will be set up.")},
        help_text=_("In words that the organization understands."),
    )
    setup_by = NameField(
        label=_("By whom"),
        error_messages={"required": _("Say who sets it up.")},
        help_text=_("A person, a team or a company, and until when if you know."),
    )


class DeclineForm(TextForm):
    """Decline."""

    reason = TextField(
        3,
        label=_("Reason"),
        error_messages={"required": _("Write the reason: they read it.")},
        help_text=_("And what would have to be different: they may ask again."),
    )
