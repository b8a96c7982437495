"""One-time links: made here, found by fingerprint, used by exactly one POST (conditional UPDATE)."""

from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.models import Invitation, Organization, User, normalize_email
from accounts.sealing import fingerprint, is_well_formed, new_secret

PREFIX = "gate_inv_"
LIFE = timedelta(days=7)


def make(purpose: str, organization: Organization | None = None, address: str = "") -> tuple[Invitation, str]:
    """A saved invitation and its link; earlier unused ones for the same purpose, place and address end."""
    address = normalize_email(address)
    live().filter(purpose=purpose, organization=organization, address=address).update(
        revoked_at=timezone.now()
    )
    code = new_secret(PREFIX)
    invitation = Invitation.objects.create(
        fingerprint=fingerprint(code),
        purpose=purpose,
        organization=organization,
        address=address,
        expires_at=timezone.now() + LIFE,
    )
    return invitation, settings.GATEHOUSE_URL + reverse("accounts:open_link", args=[code])


def live() -> "QuerySet[Invitation]":
    """Invitations that can still be used."""
    return Invitation.objects.filter(used_at=None, revoked_at=None, expires_at__gt=timezone.now())


def find(code: str) -> Invitation | None:
    """The live invitation of this code, or None: unknown, used, expired and revoked look alike."""
    if not is_well_formed(code, PREFIX):
        return None
    return live().select_related("organization").filter(fingerprint=fingerprint(code)).first()


def use(invitation: Invitation) -> bool:
    """Use it up; False when another request was first. Call inside the action that does what it is for."""
    return bool(live().filter(pk=invitation.pk).update(used_at=timezone.now()))


def invited_person(invitation: Invitation) -> User | None:
    """Whoever already has the invited address."""
    return User.objects.filter(email=invitation.address).first() if invitation.address else None
