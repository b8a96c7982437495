"""More requests a minute for a person: asked for with a reason, decided by owners up to the organization's ceiling.

Above the ceiling the operator decides. Whatever is decided counts from the next request on (tokens/limits.py).
"""

from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import mail
from accounts.actions import NotPossible
from accounts.events import EventType, action, record
from accounts.models import Membership, User
from accounts.permissions import Actor, ActorKind, Power, Refused
from accounts.questions import owners
from accounts.ranks import is_self
from tokens.models import LimitRequest

# Requests a minute; more is a matter for another way in than one person's token.
HIGHEST = 100_000


def requests_of(membership: Membership) -> int:
    """How many requests a minute this person has over all their tokens: what everybody has, or more."""
    return max(membership.organization.requests_a_minute, membership.requests_a_minute or 0)


def ask(actor: Actor, wanted: int, reason: str) -> LimitRequest:
    """Ask the owners, and above their ceiling the operators, too. Raises NotPossible while one waits, Refused."""
    if actor.membership is None or not actor.can(Power.USE_API):
        raise Refused(Power.USE_API, actor)
    with action(actor):
        try:
            with transaction.atomic():
                asked = LimitRequest.objects.create(
                    organization=actor.home, membership=actor.membership, wanted=wanted, reason=reason
                )
        except IntegrityError as error:
            raise NotPossible(_("You have asked already; one request waits for an answer.")) from error
        record(EventType.LIMIT_REQUESTED, asked, changes={"wanted": wanted})
        _tell_deciders(asked)
    return asked


def withdraw(actor: Actor) -> bool:
    """Take one's own waiting request back; False, and nothing happens, when none waits."""
    with action(actor):
        rows = LimitRequest.objects.select_for_update(no_key=True)
        asked = rows.filter(membership=actor.membership, state="waiting").first()
        if asked is not None:
            LimitRequest.objects.filter(pk=asked.pk).update(
                state=LimitRequest.State.WITHDRAWN, decided_at=timezone.now()
            )
            record(EventType.LIMIT_WITHDRAWN, asked)
    return asked is not None


def drop(membership: Membership) -> None:
    """Nobody waits for the answer any more: the membership ends. Inside that action, whose line of the record says so."""
    waiting = LimitRequest.objects.filter(membership=membership, state=LimitRequest.State.WAITING)
    waiting.update(state=LimitRequest.State.WITHDRAWN, decided_at=timezone.now())


def decidable(actor: Actor) -> QuerySet[LimitRequest]:
    """What this actor may see decided: an organization's for its owners, what is above the ceiling for operators."""
    rows = LimitRequest.objects.select_related("organization", "membership__user", "membership__organization")
    if actor.kind == ActorKind.OPERATOR:
        return rows.filter(wanted__gt=F("organization__requests_ceiling"))
    if not actor.can(Power.MANAGE_ORGANIZATION):
        return rows.none()
    return rows.filter(organization=actor.home)


def find(actor: Actor, organization: str, public_id: str) -> LimitRequest:
    """One of them, by its organization's slug. Raises Http404."""
    found = decidable(actor).filter(organization__slug=organization, public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def may_decide(actor: Actor, asked: LimitRequest) -> bool:
    """Nobody but the owner and operators answers themselves."""
    own = is_self(actor, asked.membership)
    return not own or asked.membership.is_owner or actor.kind == ActorKind.OPERATOR


def most(actor: Actor, asked: LimitRequest) -> int:
    """The most this actor may grant, in requests a minute."""
    return HIGHEST if actor.kind == ActorKind.OPERATOR else asked.organization.requests_ceiling


def decide(actor: Actor, asked: LimitRequest, granted: int | None, answer: str) -> LimitRequest:
    """Grant so many, or (None) decline with a reason; the person hears it by mail.

    Raises NotPossible when somebody else decided first, for one's own, and above what this actor may grant.
    """
    if not may_decide(actor, asked):
        raise NotPossible(_("Somebody else decides about your own request."))
    if granted is not None and granted > most(actor, asked):
        raise NotPossible(
            _("Owners may grant %d at most; above it the operator decides.") % most(actor, asked)
        )
    state = LimitRequest.State.DECLINED if granted is None else LimitRequest.State.GRANTED
    told: dict[str, Any] = {
        "state": state,
        "granted": granted,
        "answer": answer,
        "decided_by_kind": actor.kind.value,
        "decided_by_name": actor.name,
        "decided_at": timezone.now(),
    }
    with action(actor):
        # The state is part of the condition: of two who decide at once, one does.
        if not LimitRequest.objects.filter(pk=asked.pk, state=LimitRequest.State.WAITING).update(**told):
            raise NotPossible(_("This request was answered or taken back a moment ago. Nothing was changed."))
        for name, value in told.items():
            setattr(asked, name, value)
        _note(asked, granted)
    return asked


def _note(asked: LimitRequest, granted: int | None) -> None:
    person = {"to": str(asked.membership.user)}
    if granted is None:
        record(EventType.LIMIT_DECLINED, asked, names=person)
    else:
        before = requests_of(asked.membership)
        Membership.objects.filter(pk=asked.membership_id).update(requests_a_minute=granted)
        record(EventType.LIMIT_GRANTED, asked, names=person, changes={"requests_a_minute": [before, granted]})
    home = asked.organization
    told = {"asked": asked, "granted": granted, "url": settings.GATEHOUSE_URL + reverse("tokens:list")}
    mail.post("limit_decided", asked.membership.user, told, home)


def take_back(actor: Actor, person: str) -> Membership:
    """Back to what everybody has. Raises Http404, Refused."""
    if not actor.can(Power.MANAGE_ORGANIZATION):
        raise Refused(Power.MANAGE_ORGANIZATION, actor)
    with action(actor):
        rows = Membership.objects.select_for_update(no_key=True, of=("self",)).select_related(
            "user", "organization"
        )
        found = rows.filter(organization=actor.home, user__public_id=person, retired_at=None).first()
        if found is None:
            raise Http404
        if found.requests_a_minute is not None:
            told = {"requests_a_minute": [found.requests_a_minute, found.organization.requests_a_minute]}
            Membership.objects.filter(pk=found.pk).update(requests_a_minute=None)
            record(EventType.LIMIT_TAKEN_BACK, found.user, organization=actor.home, changes=told)
    return found


def _tell_deciders(asked: LimitRequest) -> None:
    """A mail to each who may answer; with a link to sign in, never one that decides."""
    home = asked.organization
    told = {"asked": asked, "person_name": str(asked.membership.user)}
    url = settings.GATEHOUSE_URL + reverse("limits:decide", args=[home.slug, asked.public_id])
    for row in owners(home):
        if row.pk != asked.membership_id or row.is_owner:
            mail.post("limit_requested", row.user, told | {"url": url}, home)
    if asked.wanted > home.requests_ceiling:
        url = settings.GATEHOUSE_URL + reverse("limits:operator_decide", args=[home.slug, asked.public_id])
        for user in User.objects.filter(is_staff=True, is_active=True):
            mail.post("limit_requested", user, told | {"url": url}, home)
