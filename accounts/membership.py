"""Changing people: role and permissions, deactivate, reactivate, remove, leave. Always downwards (accounts/ranks.py).

The actor is read again under lock: a change by someone whose own role fell a moment ago is refused.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.http import Http404
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import hooks, mail
from accounts.actions import NotPossible
from accounts.events import EventType, action, record
from accounts.models import Group, Membership, Session
from accounts.permissions import Actor, Power, Refused, person_powers
from accounts.ranks import (
    is_self,
    may_change_role,
    may_manage,
    may_tick_api_access,
    may_tick_manage_people,
)


def visible(actor: Actor, person_id: str) -> Membership:
    """The membership of that person here, removed ones excluded. Raises Http404."""
    rows = Membership.objects.filter(
        organization=actor.organization, retired_at=None, user__public_id=person_id
    )
    found = rows.select_related("user", "organization").first()
    if found is None:
        raise Http404
    return found


def _locked(actor: Actor, person_id: str) -> tuple[Actor, Membership]:
    """The actor as of now and the target, both rows locked in one order. Raises Http404, Refused."""
    wanted = visible(actor, person_id)
    own = actor.membership.pk if actor.membership else None
    rows = Membership.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "user", "organization"
    )
    fresh = {
        row.pk: row
        for row in rows.filter(pk__in=[pk for pk in (wanted.pk, own) if pk is not None]).order_by("pk")
    }
    target = fresh.get(wanted.pk)
    if target is None or target.retired_at:
        raise Http404
    if own is not None:
        me = fresh[own]
        actor = replace(actor, membership=me, powers=actor.powers & person_powers(me))
    return actor, target


def _must_manage(actor: Actor, target: Membership) -> None:
    if not may_manage(actor, target):
        raise Refused(Power.MANAGE_PEOPLE, actor)


def update(actor: Actor, person_id: str, **wanted: Any) -> Membership:
    """Role, api_access, manage_people, groups (public ids): each only as far as the actor may. Raises Refused, Http404."""
    with action(actor):
        actor, target = _locked(actor, person_id)
        groups = wanted.pop("groups", None)
        changes = {
            name: [getattr(target, name), to] for name, to in wanted.items() if getattr(target, name) != to
        }
        _check(actor, target, changes)
        if changes:
            now = {name: to for name, (_was, to) in changes.items()}
            # Who was given API access may ask anew should it be taken away.
            asked = {"api_access_asked_at": None} if "api_access" in changes else {}
            Membership.objects.filter(pk=target.pk).update(**now, **asked)
        if groups is not None:
            changes |= _regroup(actor, target, groups)
        if changes:
            record(
                EventType.MEMBERSHIP_UPDATED, target.user, organization=target.organization, changes=changes
            )
            if set(changes) - {"groups"}:
                tell(target, actor, gettext_lazy("Your role or permissions were changed."))
    target.refresh_from_db()
    return target


def _check(actor: Actor, target: Membership, changes: dict[str, list[Any]]) -> None:
    allowed = {
        "role": lambda: may_change_role(actor, target, changes["role"][1]),
        "api_access": lambda: may_tick_api_access(actor, target),
        "manage_people": lambda: may_tick_manage_people(actor, target),
    }
    for name in changes:
        if not allowed[name]():
            raise Refused(Power.MANAGE_PEOPLE, actor)


def _regroup(actor: Actor, target: Membership, wanted: Iterable[str]) -> dict[str, Any]:
    if not actor.can(Power.MANAGE_GROUPS):
        raise Refused(Power.MANAGE_GROUPS, actor)
    rows = Group.objects.filter(organization=target.organization, retired_at=None, is_everyone=False)
    chosen = list(rows.filter(public_id__in=list(wanted)))
    before = sorted(target.groups.filter(retired_at=None).values_list("public_id", flat=True))
    after = sorted(group.public_id for group in chosen)
    if before == after:
        return {}
    target.groups.set(chosen)
    return {"groups": [before, after]}


def deactivate(actor: Actor, person_id: str) -> Membership:
    """Refuse their pages and tokens from the next request on; sessions end if this was their last organization."""
    with action(actor):
        actor, target = _locked(actor, person_id)
        _must_manage(actor, target)
        if target.deactivated_at is None:
            Membership.objects.filter(pk=target.pk).update(deactivated_at=timezone.now())
            _end_sessions(target)
            record(EventType.MEMBERSHIP_DEACTIVATED, target.user, organization=target.organization)
            tell(
                target,
                actor,
                gettext_lazy(
                    "Your membership was deactivated: pages and tokens are refused until it returns."
                ),
            )
    return target


def reactivate(actor: Actor, person_id: str, keep: Iterable[str]) -> Membership:
    """Let them in again; of what the hook `reactivation_choices` lists only `keep` works again."""
    with action(actor):
        actor, target = _locked(actor, person_id)
        _must_manage(actor, target)
        if target.deactivated_at is not None:
            Membership.objects.filter(pk=target.pk).update(deactivated_at=None)
            for _done in hooks.reactivated.each(actor, target, set(keep)):
                pass
            record(EventType.MEMBERSHIP_REACTIVATED, target.user, organization=target.organization)
            tell(target, actor, gettext_lazy("Your membership is active again."))
    return target


def remove(actor: Actor, person_id: str) -> Membership:
    """End the membership: tokens and shares go, what they have seen stays noted. Raises Refused, Http404."""
    with action(actor):
        actor, target = _locked(actor, person_id)
        _must_manage(actor, target)
        _retire(actor, target)
        record(EventType.MEMBERSHIP_REMOVED, target.user, organization=target.organization)
        tell(target, actor, gettext_lazy("You were removed. Your tokens and shares there are deleted."))
    return target


def tell(target: Membership, actor: Actor, what: Promise) -> None:
    """Mail the person what was done about them and by whom; `what` is translated into their language."""
    told = {
        "what": what,
        "by_name": actor.name,
        "url": settings.GATEHOUSE_URL,
        "url_words": settings.GATEHOUSE_URL,
    }
    mail.post("membership_changed", target.user, told, target.organization)


def leave(actor: Actor) -> None:
    """The person goes by themselves. Raises NotPossible for the owner, who hands over first."""
    assert actor.membership is not None
    with action(actor):
        actor, target = _locked(actor, actor.membership.user.public_id)
        if target.is_owner:
            raise NotPossible(_("You own this organization. Hand it over first, then you can leave."))
        if not is_self(actor, target):
            raise Refused(Power.VIEW_ORGANIZATION, actor)
        _retire(actor, target)
        record(EventType.MEMBERSHIP_LEFT, target.user, organization=target.organization)


def _retire(actor: Actor, target: Membership) -> None:
    nothing = {"api_access": False, "manage_people": False, "deactivated_at": None, "requests_a_minute": None}
    Membership.objects.filter(pk=target.pk).update(retired_at=timezone.now(), **nothing)
    target.groups.clear()
    for _done in hooks.membership_ended.each(actor, target):
        pass
    _end_sessions(target)


def _end_sessions(target: Membership) -> None:
    if not Membership.objects.current().filter(user=target.user).exists():
        Session.objects.filter(user=target.user).delete()
