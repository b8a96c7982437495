"""What people type on the ground floor's pages."""

import re
import unicodedata
from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import Organization, User, normalize_email

# With or without a scheme; "Import 2.0" and "SAP/S4" are names.
WEB_ADDRESS = re.compile(
    r"(?i)://|\bwww\.|[a-z0-9]\.(?:com|net|org|info|io|biz|ru|cn|xyz|top|pl|de|link|click)\b"
)


def no_controls(value: str) -> None:
    """Raises ValidationError for control characters other than line breaks and tabs, for text direction overrides,
    and for text in which there is nothing to see."""
    for character in value:
        if unicodedata.category(character) in ("Cc", "Cs") and character not in "\r\n\t":
            raise ValidationError(_("Remove the control characters: they can't be shown."))
        if character in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069":
            raise ValidationError(
                _("Remove the invisible direction marks: they make a text read differently.")
            )
    if value.strip() and not any(map(_seen, value)):
        raise ValidationError(_("Write something that can be seen."))


def _seen(character: str) -> bool:
    # Spaces, and marks without a width of their own; two fillers pass for letters and symbols.
    return unicodedata.category(character)[0] not in "CZ" and character not in "\u2800\u3164"


def one_line(value: str) -> None:
    """Raises ValidationError for line breaks, too: for what goes into lists, mails and headers."""
    no_controls(value)
    if any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in value):
        raise ValidationError(_("Write this on one line."))


def no_address(value: str) -> None:
    """Raises ValidationError for web addresses: names go into mails, and a mail of ours must not carry a stranger's link."""
    # A longer one is refused for its length; nothing here reads a megabyte.
    if WEB_ADDRESS.search(value[:200]):
        raise ValidationError(_("Leave web addresses out: names go into mails."))


class NameField(forms.CharField):
    """A name of somebody or something: one line, at most 120 characters, Unicode NFC."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=120, validators=[one_line, no_address], **kwargs)

    def to_python(self, value: Any) -> str:
        """NFC, without outer spaces."""
        return unicodedata.normalize("NFC", super().to_python(value) or "")


class SignInForm(LoginForm):
    """allauth's: with the address in the one spelling that it is stored in."""

    def clean_login(self) -> str:
        """allauth also looks up whether what was typed is verified, so adapter.authenticate() would be too late."""
        return normalize_email(super().clean_login())


class PasswordForm(forms.Form):
    """Name and a new password."""

    name = NameField(label=_("Your name"), widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 10 characters."),
    )

    def address(self) -> str:
        """Whose password it is."""
        return ""

    def clean(self) -> dict[str, Any]:
        """The password is held against the person's own name and address."""
        told = super().clean() or {}
        if password := told.get("password"):
            person = User(email=self.address(), name=told.get("name", ""))
            try:
                validate_password(password, person)
            except ValidationError as error:
                self.add_error("password", error)
        return told


class WelcomeForm(PasswordForm):
    """A new owner's welcome; the address is the invited one."""

    def __init__(self, *args: Any, address: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._address = address

    def address(self) -> str:
        """The invited one."""
        return self._address


class FirstRunForm(PasswordForm):
    """Everything that a new instance needs to know."""

    organization_name = NameField(
        label=_("Organization"), help_text=_("Its name as people say it. You can change it.")
    )
    email = forms.EmailField(
        label=_("E-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    field_order = ["organization_name", "name", "email", "password"]

    def clean_email(self) -> str:
        """As it is stored."""
        return normalize_email(self.cleaned_data["email"])

    def address(self) -> str:
        """As typed, if it was one."""
        return str(self.cleaned_data.get("email", ""))


class OrganizationForm(forms.Form):
    """Settings, General."""

    name = NameField(label=_("Name"))
    # What it was called when the page was opened.
    was = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, organization: Organization) -> None:
        super().__init__(data, initial={"name": organization.name, "was": organization.name})
        self.organization = organization

    def refreshed(self, problem: str) -> "OrganizationForm":
        """What was typed, on top of the present name, with `problem` said above it."""
        self.organization.refresh_from_db()
        form = type(self)(
            dict(self.data.items()) | {"was": self.organization.name}, organization=self.organization
        )
        form.add_error(None, problem)
        return form
