"""allauth's hooks: sign-up only by invitation, mail through the outbox, one spelling of an address, sealed factors."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.http.request import split_domain_port
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import mail
from accounts.models import User, normalize_email
from accounts.reauthentication import ask, is_fresh
from accounts.sealing import seal, unseal


class AccountAdapter(DefaultAccountAdapter):
    """What we change about allauth; looks are templates, not this."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never here: people come in through a welcome link or an invitation (accounts/views/welcome.py)."""
        return False

    def clean_email(self, email: str) -> str:
        """NFKC and lower case, as stored."""
        return normalize_email(super().clean_email(email))

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Signing in works with any spelling of the address."""
        if "email" in credentials:
            credentials["email"] = normalize_email(credentials["email"])
        return super().authenticate(request, **credentials)

    def is_safe_url(self, url: str | None) -> bool:
        """Where `next` may lead; what can't be read as an address (`http://[`) leads nowhere instead of crashing."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Render now, in the recipient's language if we know them; the body may hold a code, so it is sealed."""
        from django.utils import translation

        person = User.objects.filter(email=normalize_email(email)).first()
        with translation.override(person.language if person else translation.get_language()):
            message = self.render_mail(template_prefix, email, {"request": self.request} | context)
        mail.queue(message, template_prefix)

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address our own middleware worked out."""
        return request.client_address  # type: ignore[attr-defined]

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Ours for allauth's own pages, too. Raises ImmediateHttpResponse instead of letting allauth keep a POST's body,
        and instead of letting somebody without password and factor pass."""
        if is_fresh(self.request):
            return False
        here = self.request.path if self.request.method == "POST" else self.request.get_full_path()
        raise ImmediateHttpResponse(ask(self.request, here))

    def get_reauthentication_methods(self, user: AbstractBaseUser | AnonymousUser) -> list[dict[str, Any]]:
        """Password, authenticator app or recovery code, passkey; a mailed code for who has none of these."""
        words = {
            "mfa_reauthenticate": _("Use your authenticator app or a recovery code"),
            "mfa_reauthenticate:webauthn": _("Use a passkey"),
        }
        methods = [
            method | {"description": words.get(method["id"], method["description"])}
            for method in super().get_reauthentication_methods(user)
        ]
        mailed = {
            "id": "mailed",
            "description": _("Mail me a code"),
            "url": reverse("accounts:mailed_proof"),
        }
        return methods if methods or not user.is_authenticated else [mailed]


# allauth's encrypt() gets no row, so factors are bound to their table and column only.
FACTOR_PLACE = {"table": "mfa_authenticator", "column": "data", "organization": "", "row": ""}


class FactorAdapter(DefaultMFAAdapter):
    """Seeds of authenticator apps and recovery codes lie sealed; a passkey carries our public ids."""

    def encrypt(self, text: str) -> str:
        """Seal a seed."""
        return seal(text, **FACTOR_PLACE)

    def decrypt(self, encrypted_text: str) -> str:
        """Open a seed, to compare a code with it."""
        return unseal(encrypted_text, **FACTOR_PLACE)

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Any) -> str:
        """What a new passkey is called unless its owner says otherwise."""
        return _("Passkey")

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The host that the browser sees; passkeys are bound to it."""
        return {"id": split_domain_port(context.request.get_host())[0], "name": "Gatehouse"}

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        """The public id: a bigint never leaves (accounts/forms_passkeys.py reads it back)."""
        return super().get_public_key_credential_user_entity(user) | {"id": user.public_id.encode()}
