"""Mails about Connect: at each step one to whoever asked and one to every operator, each in their own language.

What the organization typed is not in them: a mail of ours carries no stranger's words (accounts/forms.py, no_address).
"""

from django.conf import settings
from django.urls import reverse

from accounts import mail
from accounts.models import ConnectRequest, Membership, User
from accounts.permissions import Power, person_powers


def tell(found: ConnectRequest, kind: str, by_name: str) -> None:
    """Queue them; call inside an action."""
    home = found.organization
    told = {
        "step": str(kind),
        "by_name": by_name,
        "question": found.question,
        "setup": found.setup,
        "setup_by": found.setup_by,
        "reason": found.reason,
    }
    page = settings.GATEHOUSE_URL + reverse("accounts:connect", args=[home.slug])
    mail.post("connect", _asker(found), told | {"url": page, "url_words": page}, home)
    desk = settings.GATEHOUSE_URL + reverse(
        "accounts:operator_connect", args=[home.public_id, found.public_id]
    )
    for operator in User.objects.filter(is_staff=True, is_active=True).order_by("pk"):
        mail.post("connect_operator", operator, told | {"url": desk, "url_words": desk}, home)


def _asker(found: ConnectRequest) -> User:
    """Whoever asked, while they may; the owner once they may not any more."""
    rows = Membership.objects.current().select_related("user", "organization")
    asker = rows.filter(organization=found.organization, user=found.asked_by).first()
    if asker is not None and Power.MANAGE_CONNECT in person_powers(asker):
        return asker.user
    return found.organization.owner
