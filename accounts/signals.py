"""What allauth does is recorded just after it happened, in every organization where the person is active.

Receivers never raise; a kill between the two commits loses that line of the record, which the operators' docs say.
"""

import logging
from typing import Any

from allauth.account import signals
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.events import EventType, action, record
from accounts.models import Membership, User
from accounts.permissions import Actor, ActorKind

log = logging.getLogger(__name__)


def note_everywhere(event: EventType, user: User, request: HttpRequest | None) -> None:
    """Record `event` about `user` once the running transaction has committed."""
    request_id = getattr(request, "request_id", "")
    transaction.on_commit(lambda: _note(event, user, request_id), robust=True)


def _note(event: EventType, user: User, request_id: str) -> None:
    actor = Actor(ActorKind.PERSON, user.public_id, str(user), request_id=request_id)
    try:
        with action(actor):
            for membership in Membership.objects.current().filter(user=user).select_related("organization"):
                record(event, user, organization=membership.organization)
    except Exception:
        log.exception("could not record %s", event.value)


@receiver(signals.user_logged_in)
def signed_in(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """A person came in."""
    note_everywhere(EventType.PERSON_SIGNED_IN, user, request)


@receiver([signals.password_changed, signals.password_reset, signals.password_set])
def password_changed(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """A new password, whichever way."""
    note_everywhere(EventType.PERSON_PASSWORD_CHANGED, user, request)


@receiver(signals.email_changed)
def address_changed(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """A new primary address."""
    note_everywhere(EventType.PERSON_ADDRESS_CHANGED, user, request)
