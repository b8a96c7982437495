"""What allauth does is recorded just after it happened, in every organization where the person is active.

Receivers never raise; a kill between the two commits loses that line of the record, which the operators' docs say.
"""

import logging
from typing import Any

from allauth.account import signals
from allauth.mfa import signals as factors
from allauth.mfa.models import Authenticator
from django.contrib.auth import signals as auth
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest

from accounts import sessions
from accounts.events import EventType, action, record
from accounts.models import Membership, User
from accounts.permissions import Actor, ActorKind
from accounts.reauthentication import note_sign_in

log = logging.getLogger(__name__)


def note_everywhere(event: EventType, user: User, request: HttpRequest | None, **facts: str) -> None:
    """Record `event` about `user` once the running transaction has committed."""
    request_id = getattr(request, "request_id", "")
    transaction.on_commit(lambda: _note(event, user, request_id, facts), robust=True)


def _note(event: EventType, user: User, request_id: str, facts: dict[str, str]) -> None:
    actor = Actor(ActorKind.PERSON, user.public_id, str(user), request_id=request_id)
    try:
        with action(actor):
            for membership in Membership.objects.current().filter(user=user).select_related("organization"):
                record(event, user, organization=membership.organization, changes=dict(facts))
    except Exception:
        log.exception("could not record %s", event.value)


@receiver(signals.user_logged_in)
def signed_in(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """A person came in."""
    note_everywhere(EventType.PERSON_SIGNED_IN, user, request)


@receiver([signals.password_changed, signals.password_reset, signals.password_set])
def password_changed(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """A new password, whichever way: every session of this person ends, but the one that says so."""
    sessions.end_others(user, request.session.session_key)
    note_everywhere(EventType.PERSON_PASSWORD_CHANGED, user, request)


@receiver(signals.email_changed)
def address_changed(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """A new primary address."""
    note_everywhere(EventType.PERSON_ADDRESS_CHANGED, user, request)


@receiver(auth.user_logged_in)
def came_in(sender: Any, request: HttpRequest, **kwargs: Any) -> None:
    """Every way in, allauth's or not: the proof of 15 minutes begins, the session knows where it is used."""
    note_sign_in(request)
    sessions.note_sign_in(request)


@receiver([factors.authenticator_added, factors.authenticator_reset])
def factor_added(
    sender: Any, request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any
) -> None:
    """A factor is on: sessions that never showed it end. Recovery codes are no factor of their own."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        sessions.end_others(user, request.session.session_key)
    note_everywhere(EventType.PERSON_FACTOR_ADDED, user, request, kind=str(authenticator.type))


@receiver(factors.authenticator_removed)
def factor_removed(
    sender: Any, request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any
) -> None:
    """A factor is off."""
    note_everywhere(EventType.PERSON_FACTOR_REMOVED, user, request, kind=str(authenticator.type))
