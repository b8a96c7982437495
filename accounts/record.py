"""The chain: numbering, hashing, writing and verifying what was recorded.

hash(n) = HMAC-SHA-256(organization's key, canonical(hash(n-1), the record row)); the details row is covered by a keyed,
salted digest inside that row, so it can be erased without breaking the chain.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from accounts import record_rows
from accounts.catalogue import EventType
from accounts.models import Organization, Record, RecordCheckpoint, RecordDetails, RecordHead
from accounts.permissions import Actor
from accounts.sealing import SealBroken, seal, unseal

GENESIS = bytes(32)


@dataclass
class Note:
    """One event, kept in memory until the outermost action writes all of them."""

    organization: Organization
    event: EventType
    actor: Actor
    thing_kind: str
    thing_key: str
    names: dict[str, str]
    changes: dict[str, Any]
    workspace_id: int | None


def _place(organization: Organization) -> dict[str, str]:
    return {
        "table": "accounts_recordhead",
        "column": "sealed_key",
        "organization": organization.public_id,
        "row": organization.public_id,
    }


def open_chain(organization: Organization) -> RecordHead:
    """Begin an organization's record with a random key of its own."""
    sealed = seal(secrets.token_hex(32), **_place(organization))
    return RecordHead.objects.create(organization=organization, sealed_key=sealed)


def chain_key(head: RecordHead) -> bytes:
    """The HMAC key of this chain."""
    return bytes.fromhex(unseal(head.sealed_key, **_place(head.organization)))


def _canonical(parts: dict[str, Any]) -> bytes:
    return json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def details_digest(key: bytes, details: RecordDetails) -> bytes:
    """What the record row says about its details."""
    told = {"names": details.names, "changes": details.changes, "address": details.address}
    return hmac.digest(key, bytes(details.salt) + _canonical(told), hashlib.sha256)


def record_hash(key: bytes, previous: bytes, row: Record) -> bytes:
    """The chain's next link: everything in the row and the link before."""
    told = {
        "previous": bytes(previous).hex(),
        "organization": row.organization_id,
        "seq": row.seq,
        "at": _time(row.at),
        "type": row.type,
        "audience": row.audience,
        "actor": [row.actor_kind, row.actor_key],
        "thing": [row.thing_kind, row.thing_key],
        "workspace": row.workspace_id,
        "request": row.request_id,
        "details": bytes(row.details_digest).hex(),
    }
    return hmac.digest(key, _canonical(told), hashlib.sha256)


def write(notes: list[Note]) -> list[tuple[Record, RecordDetails]]:
    """Number, hash and insert `notes`: the last statements of an action. Heads are locked in organization-id order."""
    homes = {note.organization.pk: note.organization for note in notes}
    heads = {pk: record_rows.locked_head(homes[pk]) for pk in sorted(homes)}
    keys = {pk: chain_key(head) for pk, head in heads.items()}
    now = timezone.now()
    written = [_link(heads[note.organization.pk], keys[note.organization.pk], note, now) for note in notes]
    record_rows.insert(written, list(heads.values()))
    return written


def _link(head: RecordHead, key: bytes, note: Note, now: datetime) -> tuple[Record, RecordDetails]:
    head.seq += 1
    details = RecordDetails(
        organization_id=head.pk,
        seq=head.seq,
        salt=secrets.token_bytes(16),
        names=note.names,
        changes=note.changes,
        # Sign-ins are noted without address (house.md): what a person does elsewhere is not the organization's.
        address="" if note.event.startswith("person.") else note.actor.address,
    )
    row = Record(
        organization_id=head.pk,
        seq=head.seq,
        at=now,
        type=note.event.value,
        audience=note.event.audience,
        actor_kind=note.actor.kind.value,
        actor_key=note.actor.key,
        thing_kind=note.thing_kind,
        thing_key=note.thing_key,
        workspace_id=note.workspace_id,
        request_id=note.actor.request_id,
        details_digest=details_digest(key, details),
    )
    row.hash = head.hash = record_hash(key, bytes(head.hash), row)
    return row, details


@dataclass(frozen=True)
class Verdict:
    """What verify() found: `broken_at` is the first bad seq, or None."""

    checked: int
    erased: int
    broken_at: int | None
    reason: str = ""


def checkpoint_signature(key: bytes, organization_id: int, seq: int, last: bytes) -> bytes:
    """What shows that a checkpoint is ours: without it, whoever writes to the database could drop the first lines."""
    told = {"checkpoint": seq, "organization": organization_id, "hash": last.hex()}
    return hmac.digest(key, _canonical(told), hashlib.sha256)


def checkpoint(head: RecordHead, seq: int, last: bytes, reason: str) -> RecordCheckpoint:
    """From now on the kept chain begins after line `seq`, whose hash is `last`."""
    signature = checkpoint_signature(chain_key(head), head.pk, seq, last)
    return RecordCheckpoint.objects.create(
        organization_id=head.pk, seq=seq, hash=last, at=timezone.now(), reason=reason, signature=signature
    )


def begin(organization_id: int) -> tuple[int, bytes]:
    """(seq, hash) after which the kept chain begins: our last checkpoint, or the genesis.

    A checkpoint without our signature is as if it were not there: lines dropped behind it are missing.
    """
    made = list(RecordCheckpoint.objects.filter(organization_id=organization_id).order_by("-seq"))
    head = (
        RecordHead.objects.select_related("organization").filter(pk=organization_id).first() if made else None
    )
    try:
        key = chain_key(head) if head else b""
    except SealBroken:
        # Nothing can be proved; verify() says so.
        key = b""
    for one in made if key else []:
        ours = checkpoint_signature(key, organization_id, one.seq, bytes(one.hash))
        if hmac.compare_digest(ours, bytes(one.signature)):
            return (one.seq, bytes(one.hash))
    return (0, GENESIS)


def _rows(
    organization_id: int, after: int, until: int, batch: int = 2000
) -> Iterator[list[tuple[Record, RecordDetails | None]]]:
    """Record rows with their details in order, a batch at a time: constant memory however long the record is."""
    while after < until:
        rows = list(
            Record.objects.filter(organization_id=organization_id, seq__gt=after, seq__lte=until).order_by(
                "seq"
            )[:batch]
        )
        if not rows:
            return
        told = RecordDetails.objects.filter(
            organization_id=organization_id, seq__gt=after, seq__lte=rows[-1].seq
        )
        details = {row.seq: row for row in told}
        yield [(row, details.get(row.seq)) for row in rows]
        after = rows[-1].seq


def verify(
    organization: Organization,
    checked: int = 0,
    erased: int = 0,
    tell: Callable[[int, int], None] = lambda checked, erased: None,
) -> Verdict:
    """Walk the chain from our last checkpoint to the head; erased details are counted, not held against it.

    What is recorded meanwhile is left to the next time. `checked` and `erased` go on where an earlier walk was cut off;
    `tell(checked, erased)` hears of every batch, and what it raises ends the walk.
    """
    head = RecordHead.objects.select_related("organization").get(organization=organization)
    key = chain_key(head)
    seq, previous = begin(organization.pk)
    if checked:
        seq += checked
        previous = bytes(Record.objects.get(organization_id=organization.pk, seq=seq).hash)
    for batch in _rows(organization.pk, seq, head.seq):
        for row, details in batch:
            if wrong := _wrong(key, seq, previous, row, details):
                return Verdict(checked, erased, seq + 1 if wrong == MISSING else row.seq, wrong)
            erased += details is None
            seq, previous, checked = row.seq, bytes(row.hash), checked + 1
        tell(checked, erased)
    if (seq, previous) != (head.seq, bytes(head.hash)):
        return Verdict(checked, erased, seq + 1, "the end is missing")
    if stray := _beyond(head):
        return Verdict(checked, erased, stray, "changed")
    return Verdict(checked, erased, None)


MISSING = "missing"


def _wrong(key: bytes, seq: int, previous: bytes, row: Record, details: RecordDetails | None) -> str:
    """What is wrong with the row that should follow `seq`; "" when nothing is."""
    if row.seq != seq + 1:
        return MISSING
    if record_hash(key, previous, row) != bytes(row.hash):
        return "changed"
    if details is not None and details_digest(key, details) != bytes(row.details_digest):
        return "details changed"
    return ""


def _beyond(head: RecordHead) -> int | None:
    """The first row that lies behind the head, where no action of ours puts one."""
    rows = Record.objects.filter(organization_id=head.pk, seq__gt=head.seq).order_by("seq")
    first = rows.values_list("seq", flat=True).first()
    # The head is read after the row: an action that ended meanwhile has moved it with its rows.
    if first is None or RecordHead.objects.get(pk=head.pk).seq >= first:
        return None
    return first


def compare(organization: Organization, seq: int, noted: str) -> str:
    """What contradicts a head noted earlier (as `seq:hash` in hex): a sentence, or "" when the record goes on from it."""
    began, first = begin(organization.pk)
    row = Record.objects.filter(organization_id=organization.pk, seq=seq).first()
    if seq == began:
        there = first
    elif seq < began:
        return f"Line {seq} was pruned, so it can't be compared; the record begins after line {began}."
    elif row is None:
        return f"Line {seq} was there when the head was noted, and is missing now."
    else:
        there = bytes(row.hash)
    return (
        ""
        if hmac.compare_digest(there.hex(), noted.lower())
        else f"Line {seq} is not the one that was noted."
    )
