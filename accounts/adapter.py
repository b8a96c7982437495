"""allauth's hooks: sign-up only with an invitation, every mail through the outbox, one spelling of an address."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from accounts import mail
from accounts.models import User, normalize_email


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
