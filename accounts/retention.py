"""What leaves the record: details that a person asked to have erased, and lines older than an organization keeps.

Neither breaks the chain: erased details are told as erased, and a checkpoint says where the kept chain begins.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Q

from accounts.checking import begin_anew
from accounts.events import EventType, action, record, writing
from accounts.models import (
    Membership,
    Organization,
    Record,
    RecordCheckpoint,
    RecordDetails,
    RecordHead,
    User,
)
from accounts.permissions import OPERATOR, Actor
from accounts.record import begin, checkpoint

BATCH = 2000


def prune(organization: Organization, before: datetime, actor: Actor = OPERATOR) -> int:
    """Remove the lines older than `before` behind a checkpoint; how many. A kill in between is finished by the sweep."""
    with action(actor):
        heads = RecordHead.objects.select_for_update(no_key=True, of=("self",))
        head = heads.select_related("organization").get(pk=organization.pk)
        began = begin(organization.pk)[0]
        rows = Record.objects.filter(organization_id=organization.pk, at__lt=before, seq__lte=head.seq)
        last = rows.order_by("-at", "-seq").first()
        if last is not None and last.seq > began:
            checkpoint(head, last.seq, bytes(last.hash), f"older than {before:%Y-%m-%d}")
            told = {"lines": last.seq - began, "until": f"{last.seq}:{bytes(last.hash).hex()}"}
            record(EventType.RECORD_PRUNED, organization, changes=told)
            begin_anew(organization.pk, head.seq + 1 - last.seq)
    return finish(organization.pk)


def finish(organization_id: int) -> int:
    """Delete what lies behind the checkpoint, a batch a transaction; how many lines."""
    until, gone = begin(organization_id)[0], 0
    while True:
        kept = Record.objects.filter(organization_id=organization_id, seq__lte=until).order_by("seq")
        with writing():
            seqs = list(kept.values_list("seq", flat=True)[:BATCH])
            if not seqs:
                return gone
            for model in (RecordDetails, Record):
                model._default_manager.filter(organization_id=organization_id, seq__lte=seqs[-1]).delete()
        gone += len(seqs)


def finish_all() -> int:
    """What killed prunings left; how many lines."""
    ids = RecordCheckpoint.objects.values_list("organization_id", flat=True).distinct()
    return sum(finish(organization_id) for organization_id in list(ids))


def erase_details(actor: Actor, person_id: str) -> int:
    """Erase every detail that names this person, in all organizations they belong or belonged to; how many lines.

    For operators, when somebody asks for it: what the person did, what was done to them, and every line that says
    their id, one of their names or their address. Raises User.DoesNotExist.
    """
    user = User.objects.get(public_id=person_id)
    ids = Membership.objects.filter(user=user).values("organization_id")
    total = 0
    for organization in Organization.objects.filter(pk__in=ids).order_by("pk"):
        # Found outside the transaction: it reads everything there is.
        found = sorted(naming(organization.pk, user))
        with action(actor):
            gone = 0
            for start in range(0, len(found), BATCH // 4):
                some = found[start : start + BATCH // 4]
                gone += RecordDetails.objects.filter(organization_id=organization.pk, seq__in=some).delete()[
                    0
                ]
            if gone:
                record(EventType.RECORD_ERASED, organization, changes={"lines": gone})
        total += gone
    return total


def naming(organization_id: int, user: User) -> set[int]:
    """The lines whose details name this person."""
    theirs = Q(actor_kind="person", actor_key=user.public_id) | Q(thing_kind="user", thing_key=user.public_id)
    rows = Record.objects.filter(theirs, organization_id=organization_id)
    acted = dict(rows.values_list("seq", "actor_key"))
    # People change their names; the record has each as it was.
    called = {user.name, user.email}
    for seq, names in _details(organization_id, "names"):
        if seq in acted:
            called.add(names.get("actor" if acted[seq] == user.public_id else "thing", ""))
    called.discard("")
    found = set(acted)
    for seq, names, changes in _details(organization_id, "names", "changes"):
        words = set(_words([names, changes]))
        if words & called or user.public_id in words:
            found.add(seq)
    return found


def _details(organization_id: int, *columns: str) -> Iterator[tuple[Any, ...]]:
    """(seq, columns…) of every details row, a batch at a time."""
    after = 0
    while True:
        rows = RecordDetails.objects.filter(organization_id=organization_id, seq__gt=after).order_by("seq")
        batch = list(rows.values_list("seq", *columns)[:BATCH])
        if not batch:
            return
        yield from batch
        after = batch[-1][0]


def _words(told: Any) -> Iterator[str]:
    """Every text in a JSON value."""
    if isinstance(told, str):
        yield told
    elif isinstance(told, dict):
        yield from _words(list(told.values()))
    elif isinstance(told, list):
        for one in told:
            yield from _words(one)
