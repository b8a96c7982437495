"""Connect, the organization's side: ask for access, change the wish or answer until it is decided, withdraw it."""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import connect_mails
from accounts.actions import NotPossible
from accounts.events import EventType, action, record
from accounts.models import ConnectRequest, ConnectStep, Organization
from accounts.permissions import Actor, ActorKind, Power, Refused

State, Kind = ConnectRequest.State, ConnectStep.Kind
# Each step of the organization is a mail to every operator.
STEPS_A_DAY = 30


class Stale(NotPossible):
    """Somebody wrote something that has to be read first."""


class Ended(NotPossible):
    """It was decided or withdrawn in the meantime."""


def _may(actor: Actor) -> Organization:
    if actor.organization is None or not actor.can(Power.MANAGE_CONNECT):
        raise Refused(Power.MANAGE_CONNECT, actor)
    return actor.organization


def listed(actor: Actor) -> QuerySet[ConnectRequest]:
    """All of the organization's, the latest first."""
    if not actor.can(Power.MANAGE_CONNECT):
        return ConnectRequest.objects.none()
    return ConnectRequest.objects.filter(organization=actor.organization).order_by("-pk")


def opened(actor: Actor) -> ConnectRequest | None:
    """The one that waits for a decision."""
    return listed(actor).filter(state__in=ConnectRequest.OPEN).first()


def fetch(actor: Actor, public_id: str) -> ConnectRequest:
    """One of the organization's, open or not. Raises Http404."""
    # PostgreSQL refuses even to look for a NUL.
    found = listed(actor).filter(public_id=public_id.replace("\0", "")).first()
    if found is None:
        raise Http404
    return found


def lock(public_id: str, organization: Organization) -> ConnectRequest:
    """Its row locked; call inside an action. Raises Http404."""
    rows = ConnectRequest.objects.select_for_update(no_key=True, of=("self",))
    rows = rows.select_related("organization", "asked_by").filter(organization=organization)
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def still_open(found: ConnectRequest) -> None:
    """Raises Ended, in words, when there is nothing to change or decide any more."""
    ends = {
        State.GRANTED: _("The request was granted while your page was open."),
        State.DECLINED: _("The request was declined while your page was open."),
        State.WITHDRAWN: _("%(name)s withdrew the request while your page was open."),
    }
    if not found.is_open:
        raise Ended(ends[State(found.state)] % {"name": found.updated_by_name})


def is_read(found: ConnectRequest, version: int) -> None:
    """Raises Ended, or Stale when a page of this version does not show what somebody else wrote since."""
    still_open(found)
    if found.version == version:
        return
    if found.state == State.WANTED:
        said = _("The operator asked something while your page was open. Answer it, then press Update.")
    else:
        said = _("%(name)s changed the request while your page was open. Compare, then press Update again.")
    raise Stale(said % {"name": found.updated_by_name})


def ask(actor: Actor, **wish: str) -> ConnectRequest:
    """Send a request. The same form twice is one; raises Stale when another one is open, NotPossible, Refused."""
    home = _may(actor)
    with action(actor):
        # The organization's row, because there is no request yet that two who ask at once could queue for.
        Organization.objects.select_for_update(no_key=True).get(pk=home.pk)
        found = opened(actor)
        if found is not None and found.asked_by == actor.user and not _changes(found, wish):
            return found
        if found is not None:
            said = _(
                "%(name)s sent a request while your page was open. Compare, then press Update to change it."
            )
            raise Stale(said % {"name": found.asked_by_name})
        _not_too_often(home)
        names = {"asked_by_name": actor.name, "updated_by_name": actor.name}
        made = ConnectRequest.objects.create(organization=home, asked_by=actor.user, **names, **wish)
        record(EventType.CONNECT_REQUESTED, made, changes={"platforms": made.platforms})
        step(actor, made, Kind.SENT)
    return made


def update(actor: Actor, public_id: str, version: int, note: str = "", **wish: str) -> bool:
    """Change the wish, or add a note; the note answers a question. False when that changes nothing.

    Raises Stale when the page was older than what it shows, Ended, NotPossible, Http404, Refused.
    """
    home = _may(actor)
    with action(actor):
        found = lock(public_id, home)
        changes = _changes(found, wish)
        # The same form twice: all of it is there already.
        if not changes and (not note or _said_last(found) == note):
            return False
        is_read(found, version)
        _not_too_often(home)
        answers = found.state == State.WANTED and bool(note)
        for field, value in wish.items():
            setattr(found, field, value)
        if answers:
            found.state, found.question = State.REVIEWING, ""
        found.version, found.updated_by_name = found.version + 1, actor.name
        found.save()
        told = changes | ({"answer": note} if note else {})
        record(EventType.CONNECT_UPDATED, found, changes=told)
        said = Kind.ANSWERED if answers else Kind.UPDATED if changes else Kind.NOTED
        step(actor, found, said, note)
    return True


def withdraw(actor: Actor, public_id: str) -> None:
    """Nobody needs to decide it any more. Twice is once; raises Ended when it was decided, Http404, Refused."""
    home = _may(actor)
    with action(actor):
        found = lock(public_id, home)
        if found.state == State.WITHDRAWN:
            return
        still_open(found)
        found.state, found.ended_at, found.updated_by_name = State.WITHDRAWN, timezone.now(), actor.name
        found.save()
        record(EventType.CONNECT_WITHDRAWN, found)
        step(actor, found, Kind.WITHDRAWN)


def step(actor: Actor, found: ConnectRequest, kind: ConnectStep.Kind, text: str = "") -> None:
    """Note what happened where both sides see it, and mail both; call inside an action."""
    operator = actor.kind == ActorKind.OPERATOR
    ConnectStep.objects.create(request=found, kind=kind, by_operator=operator, by_name=actor.name, text=text)
    connect_mails.tell(found, kind, actor.name)


def _contact(values: Any) -> str:
    parts = [values[f"contact_{name}"] for name in ("name", "email", "phone")]
    return ", ".join(part for part in parts if part)


def _changes(found: ConnectRequest, wish: dict[str, str]) -> dict[str, list[str]]:
    """{fact: [before, after]} of what differs; the contact is one fact."""
    before = {field: getattr(found, field) for field in wish}
    if before == wish:
        return {}
    facts = {
        "platforms": [before["platforms"], wish["platforms"]],
        "what_for": [before["purpose"], wish["purpose"]],
        "contact": [_contact(before), _contact(wish)],
    }
    return {fact: pair for fact, pair in facts.items() if pair[0] != pair[1]}


def _said_last(found: ConnectRequest) -> str:
    last = found.steps.filter(by_operator=False).last()
    return last.text if last else ""


def _not_too_often(home: Organization) -> None:
    """Raises NotPossible past the steps of a day."""
    day_ago = timezone.now() - timedelta(hours=24)
    steps = ConnectStep.objects.filter(request__organization=home, by_operator=False, at__gt=day_ago)
    if steps.count() >= STEPS_A_DAY:
        raise NotPossible(
            _("The operators got many mails about this within 24 hours. Change it again tomorrow.")
        )
