"""Runs of "Verify": one at a time per organization, a row with a lease, so that a killed worker's run goes on elsewhere."""

import logging
import time
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from accounts.events import writing
from accounts.models import Record, RecordCheck, RecordHead
from accounts.permissions import Actor, Power, Refused
from accounts.record import Verdict, begin, verify
from accounts.sealing import SealBroken
from accounts.wake import wake

log = logging.getLogger(__name__)
TASK = "accounts.verify_record"
LEASE = timedelta(seconds=60)
KEPT = timedelta(days=30)
# How often a run writes down how far it is.
TELL_SECONDS = 1.0


class LeaseLost(Exception):
    """Somebody else goes on with this run, or it begins anew because the record was pruned."""


def ask(actor: Actor) -> RecordCheck:
    """Begin to verify the organization's record; if that is being done, the run that does it. Raises Refused."""
    home = actor.home
    if not actor.can(Power.READ_RECORD):
        raise Refused(Power.READ_RECORD, actor)
    with writing():
        try:
            with transaction.atomic():
                total = RecordHead.objects.get(pk=home.pk).seq - begin(home.pk)[0]
                check = RecordCheck.objects.create(organization=home, asked_by_name=actor.name, total=total)
        except IntegrityError:
            check = RecordCheck.objects.filter(organization=home).latest("pk")
        wake(TASK, check.pk)
    return check


def run(check_id: int) -> bool:
    """Verify, or go on where a killed worker stopped; False when it is not ours to do. May be called twice or late."""
    mine = _claim(check_id)
    if mine is None:
        return False
    check = RecordCheck.objects.select_related("organization").get(pk=check_id)
    holding = Holding(check.pk, mine)
    began = begin(check.organization_id)[0]
    cut_at = Record.objects.filter(organization_id=check.organization_id, seq=began + check.checked)
    if check.checked and not cut_at.exists():
        check.checked = check.erased = 0
    try:
        verdict = verify(check.organization, check.checked, check.erased, holding.tell)
    except LeaseLost:
        return False
    except SealBroken:
        verdict = Verdict(0, 0, began + 1, "the key is missing")
    return holding.settle(verdict)


def _claim(check_id: int) -> datetime | None:
    """Until when the run is ours, or None."""
    now = timezone.now()
    until = now + LEASE
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    with writing():
        claimed = RecordCheck.objects.filter(free, pk=check_id, ended_at=None).update(lease_until=until)
    return until if claimed else None


class Holding:
    """A claimed run: the moment its lease ends is what proves that it is still ours."""

    def __init__(self, check_id: int, until: datetime) -> None:
        self.check_id, self.until, self.told_at = check_id, until, time.monotonic()

    def tell(self, checked: int, erased: int) -> None:
        """Write down how far it is, about once a second. Raises LeaseLost."""
        if time.monotonic() - self.told_at < TELL_SECONDS:
            return
        self.told_at = time.monotonic()
        until = timezone.now() + LEASE
        if not self._write(checked=checked, erased=erased, lease_until=until):
            raise LeaseLost
        self.until = until

    def settle(self, verdict: Verdict) -> bool:
        """Write down what was found; False when the run was taken away meanwhile."""
        if verdict.broken_at is not None:
            log.error(
                "the record of organization check %s is broken at line %s (%s)",
                self.check_id,
                verdict.broken_at,
                verdict.reason,
            )
        return self._write(
            checked=verdict.checked,
            erased=verdict.erased,
            broken_at=verdict.broken_at,
            reason=verdict.reason,
            ended_at=timezone.now(),
            lease_until=None,
        )

    def _write(self, **told: object) -> bool:
        with writing():
            rows = RecordCheck.objects.filter(pk=self.check_id, lease_until=self.until, ended_at=None)
            return bool(rows.update(**told))


def wake_due() -> int:
    """Wake the runs that a lost message or a killed worker left behind; how many."""
    now = timezone.now()
    # A moment of grace: the message of a fresh one is on its way.
    lost = Q(lease_until=None, asked_at__lt=now - timedelta(seconds=10)) | Q(lease_until__lt=now)
    due = list(RecordCheck.objects.filter(lost, ended_at=None).values_list("pk", flat=True)[:100])
    for check_id in due:
        wake(TASK, check_id)
    return len(due)


def sweep() -> int:
    """Forget runs older than 30 days, but each organization's newest: the page and the overview say how it went. How many."""
    newest = RecordCheck.objects.filter(organization=OuterRef("organization")).order_by("-pk")
    with writing():
        old = RecordCheck.objects.filter(asked_at__lt=timezone.now() - KEPT, ended_at__isnull=False)
        return old.exclude(pk=Subquery(newest.values("pk")[:1])).delete()[0]


def begin_anew(organization_id: int, total: int) -> None:
    """The record's beginning moved: a run under way starts again from there. Call inside an action."""
    RecordCheck.objects.filter(organization_id=organization_id, ended_at=None).update(
        checked=0, erased=0, total=total, lease_until=None
    )
