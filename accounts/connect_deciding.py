"""Connect, the operators' side: what is open, take it into review, ask, grant, decline. Each look is in the record."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.connect import Stale, lock, step, still_open
from accounts.events import EventType, action, record
from accounts.models import ConnectRequest, ConnectStep, Organization
from accounts.permissions import Actor, ActorKind, Power, Refused

State, Kind = ConnectRequest.State, ConnectStep.Kind


def waiting() -> QuerySet[ConnectRequest]:
    """Every open request on this instance, the oldest first."""
    rows = ConnectRequest.objects.filter(state__in=ConnectRequest.OPEN)
    return rows.select_related("organization").order_by("asked_at", "pk")


def due() -> int:
    """How many wait for an operator, not for an answer."""
    return ConnectRequest.objects.filter(state__in=(State.SENT, State.REVIEWING)).count()


def look(actor: Actor, organization: str, public_id: str) -> ConnectRequest:
    """One request, the look noted in its organization's record. Raises Http404."""
    rows = ConnectRequest.objects.select_related("organization", "asked_by")
    found = rows.filter(organization__public_id=organization, public_id=public_id).first()
    if found is None:
        raise Http404
    with action(actor):
        record(EventType.OPERATOR_LOOKED, found)
    return found


@contextmanager
def _locked(actor: Actor, organization: str, public_id: str) -> Iterator[ConnectRequest]:
    """The action of an operator on one request. Raises Http404; Refused for anybody else."""
    if actor.kind != ActorKind.OPERATOR:
        raise Refused(Power.MANAGE_CONNECT, actor)
    home = Organization.objects.filter(public_id=organization).first()
    if home is None:
        raise Http404
    with action(actor):
        yield lock(public_id, home)


def _is_read(found: ConnectRequest, version: int) -> None:
    """Raises Ended, or Stale when the organization (or a colleague) wrote something after the page was made."""
    still_open(found)
    if found.version != version:
        said = _(
            "%(name)s changed the request while your page was open. Read it again, then press once more."
        )
        raise Stale(said % {"name": found.updated_by_name})


def _move(found: ConnectRequest, **to: Any) -> None:
    for field, value in to.items():
        setattr(found, field, value)
    found.save()


def take(actor: Actor, organization: str, public_id: str) -> None:
    """The organization sees that somebody looks at it. Raises Ended, Http404."""
    with _locked(actor, organization, public_id) as found:
        still_open(found)
        if found.state == State.SENT:
            # No new version: whoever edits at this moment has nothing to compare.
            _move(found, state=State.REVIEWING)
            record(EventType.CONNECT_TAKEN, found)
            step(actor, found, Kind.REVIEWING)


def question(actor: Actor, organization: str, public_id: str, version: int, text: str) -> None:
    """Ask for more information. The same twice is once; raises Stale, Ended, Http404."""
    with _locked(actor, organization, public_id) as found:
        if found.state == State.WANTED and found.question == text:
            return
        _is_read(found, version)
        _move(found, state=State.WANTED, question=text, version=version + 1, updated_by_name=actor.name)
        record(EventType.CONNECT_QUESTIONED, found, changes={"question": text})
        step(actor, found, Kind.WANTED, text)


def grant(actor: Actor, organization: str, public_id: str, version: int, setup: str, setup_by: str) -> None:
    """Say what will be set up and by whom. The same twice is once; raises Stale, Ended, Http404."""
    with _locked(actor, organization, public_id) as found:
        told = {"setup": setup, "setup_by": setup_by}
        if (found.state, found.setup, found.setup_by) == (State.GRANTED, setup, setup_by):
            return
        _is_read(found, version)
        _move(found, state=State.GRANTED, question="", ended_at=timezone.now(), **told)
        record(EventType.CONNECT_GRANTED, found, changes=told)
        step(actor, found, Kind.GRANTED)


def decline(actor: Actor, organization: str, public_id: str, version: int, reason: str) -> None:
    """Say why not. The same twice is once; raises Stale, Ended, Http404."""
    with _locked(actor, organization, public_id) as found:
        if (found.state, found.reason) == (State.DECLINED, reason):
            return
        _is_read(found, version)
        _move(found, state=State.DECLINED, question="", ended_at=timezone.now(), reason=reason)
        record(EventType.CONNECT_DECLINED, found, changes={"reason": reason})
        step(actor, found, Kind.DECLINED)
