"""What people are told about their tokens by mail; never the value, no hint either."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts import mail
from accounts.models import Membership
from accounts.permissions import Actor
from tokens.models import PersonalToken


def _told(membership: Membership, **more: Any) -> dict[str, Any]:
    url = settings.GATEHOUSE_URL + reverse("tokens:list")
    return {"url": url, "url_words": url, "home_name": membership.organization.name} | more


def _send(kind: str, membership: Membership, told: dict[str, Any]) -> None:
    """Times in it are the recipient's."""
    with timezone.override(membership.user.time_zone):
        mail.post(kind, membership.user, told, membership.organization)


def post(kind: str, token: PersonalToken, actor: Actor | None = None, **more: Any) -> None:
    """One token, one mail to its person; with `actor`, from which address it was done."""
    membership = token.membership
    address = actor.address if actor else ""
    told = _told(membership, token_name=token.name, address=address, expires_at=token.expires_at, **more)
    _send(kind, membership, told)


def revoked(membership: Membership, tokens: Sequence[PersonalToken], actor: Actor, why: str) -> None:
    """Who ended which of your tokens, and why."""
    names = [token.name for token in tokens]
    told = _told(membership, names=names, n=len(names), by_name=actor.name, why=why)
    _send("token_revoked", membership, told)


def shortened(membership: Membership, tokens: Sequence[PersonalToken], ends: datetime, actor: Actor) -> None:
    """A policy ends these earlier."""
    names = [token.name for token in tokens]
    told = _told(membership, names=names, n=len(names), by_name=actor.name, expires_at=ends)
    _send("token_shortened", membership, told)
