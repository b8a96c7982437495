"""The verbs of a personal access token's life: create, update, rotate, finish. Revoking: tokens/revoking.py.

Each first locks the acting person's membership and reads it again: whose API access fell a moment ago is refused.
"""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import NotPossible
from accounts.events import EventType, action, record
from accounts.models import Membership
from accounts.permissions import Actor, ActorKind, Power, Refused, person_powers
from accounts.sealing import fingerprint, hint, new_secret
from robots.renewal import OVERLAPS
from tokens import mails, policy
from tokens.models import PersonalToken

__all__ = ["OVERLAPS", "NotPossible", "Stale", "create", "finish", "rotate", "update"]

PREFIX = "gate_pat_"
# Of one person in one organization: nobody looks after more, and the page lists them all.
MOST_LIVING = 100
NO_PREVIOUS = {
    "previous_fingerprint": None,
    "previous_hint": "",
    "previous_dies_at": None,
    "previous_used_at": None,
}


class Stale(NotPossible):
    """The token changed while this page was open."""


def acting(actor: Actor, power: Power) -> Actor:
    """The person behind the page as of now, with their row and their organization's locked. Raises Refused: no machines."""
    if actor.kind != ActorKind.PERSON or actor.membership is None:
        raise Refused(power, actor)
    rows = Membership.objects.select_for_update(no_key=True, of=("self", "organization"))
    me = rows.select_related("user", "organization").get(pk=actor.membership.pk)
    actor = replace(actor, membership=me, organization=me.organization, powers=person_powers(me))
    if not actor.can(power):
        raise Refused(power, actor)
    return actor


def _own(actor: Actor, token_id: str) -> PersonalToken:
    """One's own living token, locked. Raises Http404, NotPossible once it has ended."""
    rows = PersonalToken.objects.select_for_update(no_key=True, of=("self",))
    rows = rows.select_related("organization", "membership__user", "membership__organization")
    token = rows.filter(membership=actor.membership, public_id=token_id).first()
    if token is None:
        raise Http404
    if token.ended_at is not None:
        raise NotPossible(_("“%(name)s” has ended. Nothing was changed.") % {"name": token.name})
    return token


def create(
    actor: Actor,
    name: str,
    scopes: Sequence[str] | None,
    expires_at: datetime | None,
    creation_key: str | None = None,
) -> tuple[PersonalToken, str]:
    """A token of the acting person's own and its value, which nobody sees again.

    The same `creation_key` once more gives the token of the first time and no value (""). Raises Refused without USE_API,
    NotPossible when the policy does not allow that expiry or there are too many.
    """
    value = new_secret(PREFIX)
    with action(actor):
        actor = acting(actor, Power.USE_API)
        mine = PersonalToken.objects.filter(membership=actor.membership)
        if creation_key and (made := mine.filter(creation_key=creation_key).first()):
            return made, ""
        now = timezone.now()
        policy.check(actor.home, expires_at, now)
        if mine.living(now).count() >= MOST_LIVING:
            raise NotPossible(_("You have %d living tokens here. Revoke some first.") % MOST_LIVING)
        made = PersonalToken(
            organization=actor.home,
            membership=actor.membership,
            name=name,
            fingerprint=fingerprint(value),
            hint=hint(value),
            scopes=None if scopes is None else list(scopes),
            expires_at=expires_at,
            creation_key=creation_key,
            noticed_days=policy.nearest_notice(expires_at, now),
        )
        _insert(made)
        told = {"name": name, "scopes": made.scopes, "expires_at": _iso(expires_at)}
        record(EventType.TOKEN_CREATED, made, changes=told)
        mails.post("token_created", made, actor)
    return made, value


def _insert(made: PersonalToken) -> None:
    """Save; a creation key that somebody else has used by now (they are random, so a forged one) becomes a fresh one."""
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        made.creation_key = uuid.uuid4().hex
        made.save(force_insert=True)


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def update(actor: Actor, token_id: str, stamp: str, **wanted: Any) -> PersonalToken:
    """Change `name` and, if given, `expires_at`. `stamp` is the page's.

    Raises Stale when the token is another by now, NotPossible for an expiry the policy does not allow, Http404, Refused.
    """
    with action(actor):
        actor = acting(actor, Power.USE_API)
        token = _own(actor, token_id)
        before = {field: getattr(token, field) for field in wanted}
        changes = {field: [before[field], to] for field, to in wanted.items() if before[field] != to}
        if changes and stamp != token.stamp:
            raise Stale(_("This token was changed in another window. Compare, then press Update again."))
        if "expires_at" in changes:
            now = timezone.now()
            policy.check(actor.home, wanted["expires_at"], now)
            token.noticed_days = policy.nearest_notice(wanted["expires_at"], now)
            changes["expires_at"] = [_iso(at) for at in changes["expires_at"]]
        if changes:
            for field, to in wanted.items():
                setattr(token, field, to)
            token.save(update_fields=[*wanted, "noticed_days"])
            record(EventType.TOKEN_UPDATED, token, changes=changes, names={"person": actor.name})
    return token


def rotate(actor: Actor, token_id: str, overlap: timedelta, shown: str) -> tuple[PersonalToken, str]:
    """A new value; the present one stops now, or `overlap` from now. Everything else about the token stays.

    `shown` is the hint on the page: when another rotation came first, NotPossible is raised and nothing happens. An older
    overlap ends: never more than two values work. Raises Http404, Refused.
    """
    value = new_secret(PREFIX)
    with action(actor):
        actor = acting(actor, Power.USE_API)
        token = _own(actor, token_id)
        if shown != token.hint:
            raise NotPossible(_("This token was rotated a moment ago. Nothing was changed this time."))
        now = timezone.now()
        changed: dict[str, Any] = NO_PREVIOUS | {
            "fingerprint": fingerprint(value),
            "hint": hint(value),
            "rotated_at": now,
            "idle_noticed_at": None,
        }
        if overlap:
            ends = now + overlap
            changed |= {
                "previous_fingerprint": bytes(token.fingerprint),
                "previous_hint": token.hint,
                "previous_dies_at": min(ends, token.expires_at) if token.expires_at else ends,
            }
        for field, to in changed.items():
            setattr(token, field, to)
        token.save(update_fields=[*changed])
        hours = int(overlap.total_seconds() // 3600)
        record(EventType.TOKEN_ROTATED, token, changes={"overlap_hours": hours})
        mails.post("token_rotated", token, actor)
    return token, value


def finish(actor: Actor, token_id: str) -> PersonalToken:
    """End a running overlap now. Raises NotPossible when none is running any more, Http404."""
    with action(actor):
        actor = acting(actor, Power.VIEW_ORGANIZATION)
        token = _own(actor, token_id)
        if token.overlap_until is None:
            raise NotPossible(_("No overlap is running: the old value has ended."))
        for field, to in NO_PREVIOUS.items():
            setattr(token, field, to)
        token.save(update_fields=[*NO_PREVIOUS])
        record(EventType.TOKEN_OVERLAP_ENDED, token)
    return token
