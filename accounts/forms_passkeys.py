"""Passkeys as a browser sends them: whatever is not one, or not one we can use later, is an error of the form."""

import struct
from typing import Any

from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from allauth.mfa.webauthn.internal import auth
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import RegistrationResponse

from accounts.forms import one_line
from accounts.models import User

UNUSABLE = _("That is no passkey that Gatehouse can use. Nothing has changed; try again, or use another one.")
# What reading a stranger's JSON, base64, CBOR and keys raises when they are not what they say they are.
BROKEN = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError, struct.error)
# A real one takes two kilobytes, with a certificate chain ten.
LONGEST = 60_000
NAME = {"max_length": 60, "validators": [one_line]}


class CredentialField(forms.JSONField):
    """What the browser's script puts into the hidden field."""

    def __init__(self) -> None:
        super().__init__(label=_("Passkey"), widget=forms.HiddenInput)

    def to_python(self, value: Any) -> Any:
        """An object; too long, too deep or with an endless number, it is none."""
        try:
            told = super().to_python(value) if len(value or "") <= LONGEST else None
        except (RecursionError, ValueError) as error:
            raise ValidationError(UNUSABLE) from error
        if not told or not isinstance(told, dict):
            raise ValidationError(UNUSABLE)
        return told


class AddPasskeyForm(AddWebAuthnForm):
    """A new one: kept is only what signing in needs, so nothing in it can stop a page later."""

    name = forms.CharField(label=_("Name"), required=False, **NAME)  # type: ignore[arg-type]
    credential = CredentialField()

    def clean_credential(self) -> dict[str, Any]:
        """The known parts of it, written anew."""
        try:
            return _kept(self.cleaned_data["credential"])
        except BROKEN as error:
            raise ValidationError(UNUSABLE) from error

    def clean(self) -> dict[str, Any]:
        """As allauth: the challenge, the address and the person's presence."""
        try:
            told: dict[str, Any] = super().clean()
        except BROKEN as error:
            raise ValidationError(UNUSABLE) from error
        return told


def _kept(given: dict[str, Any]) -> dict[str, Any]:
    """Raises one of BROKEN."""
    parsed = RegistrationResponse.from_dict(given)
    key = parsed.response.attestation_object.auth_data.credential_data
    usable = {one.alg for one in auth.get_server().allowed_algorithms}
    if key is None or key.credential_id != parsed.raw_id or key.public_key.get(3) not in usable:
        raise ValueError("no key, not the one it says, or of a kind that nobody can check")
    told = given.get("clientExtensionResults", {}).get("credProps", {})
    # Whether it signs in alone: browsers that don't know leave it out.
    properties = {"rk": told["rk"]} if isinstance(told.get("rk"), bool) else {}
    answer = {
        "clientDataJSON": websafe_encode(parsed.response.client_data),
        "attestationObject": websafe_encode(parsed.response.attestation_object),
    }
    return {
        "id": parsed.id,
        "rawId": parsed.id,
        "type": "public-key",
        "response": answer,
        "clientExtensionResults": {"credProps": properties},
    }


class RenamePasskeyForm(EditWebAuthnForm):
    """What it is called in the list."""

    name = forms.CharField(label=_("Name"), **NAME)  # type: ignore[arg-type]


class _Proof(AuthenticateWebAuthnForm):
    credential = CredentialField()

    def clean_credential(self) -> Any:
        """As allauth; whatever is not even a credential is an incorrect one."""
        try:
            return super().clean_credential()
        except BROKEN as error:
            raise ValidationError(UNUSABLE) from error


class PasskeyForm(_Proof):
    """The second step after a password."""


class PasskeyProofForm(_Proof, ReauthenticateWebAuthnForm):
    """Is it still you?"""


class PasskeyLoginForm(_Proof, LoginWebAuthnForm):
    """Signing in with nothing else: its user handle is our public id, allauth looks for its own spelling of the key."""

    def clean_credential(self) -> Any:
        """As allauth, after translating the handle."""
        try:
            told = self.cleaned_data["credential"]["response"]
            handle = websafe_decode(told["userHandle"]).decode().replace("\0", "")
            user = User.objects.get(public_id=handle, is_active=True)
            told["userHandle"] = websafe_encode(user_pk_to_url_str(user).encode())
        except (*BROKEN, User.DoesNotExist) as error:
            raise ValidationError(UNUSABLE) from error
        return super().clean_credential()
