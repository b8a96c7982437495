"""Ending tokens: one's own, somebody else's with a reason and a mail, all that nobody used. Whose: accounts/ranks.py.

A revoked token's row stays, with who did it and why.
"""

from collections.abc import Iterable

from django.http import Http404
from django.utils import timezone

from accounts.events import EventType, action, record
from accounts.models import Membership
from accounts.permissions import Actor, Power, Refused
from accounts.ranks import is_self, may_revoke_token_of
from tokens import mails
from tokens.actions import NO_PREVIOUS, acting
from tokens.models import PersonalToken


def end(actor: Actor, token: PersonalToken, why: str) -> None:
    """Note the end of a locked token; inside an action."""
    token.revoked_at = timezone.now()
    token.revoked_by_kind, token.revoked_by_name = actor.kind.value, actor.name[:120]
    token.revoked_why = why
    for field, to in NO_PREVIOUS.items():
        setattr(token, field, to)
    told = ["revoked_at", "revoked_by_kind", "revoked_by_name", "revoked_why"]
    token.save(update_fields=[*told, *NO_PREVIOUS])
    names = {"person": str(token.membership.user)}
    record(EventType.TOKEN_REVOKED, token, names=names, changes={"why": why} if why else {})


def _locked(actor: Actor, target: Membership, ids: Iterable[str]) -> list[PersonalToken]:
    """That person's tokens with these ids, locked in one order."""
    rows = PersonalToken.objects.visible_to(actor).select_for_update(no_key=True, of=("self",))
    rows = rows.select_related("organization", "membership__user", "membership__organization")
    return list(rows.filter(membership=target, public_id__in=list(ids)).order_by("pk"))


def _allowed(actor: Actor, target: Membership) -> Actor:
    """The actor as of now. Raises Refused."""
    own = is_self(actor, target)
    actor = acting(actor, Power.VIEW_ORGANIZATION if own else Power.MANAGE_PEOPLE)
    if not may_revoke_token_of(actor, target):
        raise Refused(Power.MANAGE_PEOPLE, actor)
    return actor


def revoke(actor: Actor, target: Membership, token_id: str, why: str = "") -> tuple[PersonalToken, bool]:
    """End a token of `target`'s; False when it had ended before. Whoever else does it, its person is told by mail.

    Raises Refused, Http404.
    """
    with action(actor):
        actor = _allowed(actor, target)
        found = _locked(actor, target, [token_id])
        if not found:
            raise Http404
        [token] = found
        if token.ended_at is not None:
            return token, False
        end(actor, token, why)
        if not is_self(actor, target):
            mails.revoked(target, [token], actor, why)
    return token, True


def revoke_unused(actor: Actor, target: Membership, ids: Iterable[str], why: str) -> list[PersonalToken]:
    """End those of these tokens that still live and that still nobody has used for 90 days. One mail. Raises Refused."""
    with action(actor):
        actor = _allowed(actor, target)
        idle = target.tokens.living().unused().filter(public_id__in=list(ids))
        found = _locked(actor, target, idle.values_list("public_id", flat=True))
        for token in found:
            end(actor, token, why)
        if found and not is_self(actor, target):
            mails.revoked(target, found, actor, why)
    return found
