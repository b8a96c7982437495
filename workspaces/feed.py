"""What happened, for programs that follow it: every line of the record that they may hear of, in the order of commits.

Numbers are given while the record's head is locked, so a line up to the head's number is there or will never be: following
them misses nothing and repeats nothing, however many write at once.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from accounts.catalogue import AUDIENCE_POWER
from accounts.models import Record, RecordHead
from accounts.permissions import Actor, Power
from accounts.record_reading import still_there, with_details
from workspaces.models import Workspace

# Lines looked at for one page: a page of rare events costs no more than one of frequent ones.
REACH = 50_000


@dataclass(frozen=True)
class Page:
    """Some events, the cursor behind them, and whether there is more already."""

    rows: list[Any]
    next: int
    is_last: bool


def audible_to(actor: Actor) -> QuerySet[Record]:
    """The lines that this actor may hear of: by audience, and work by workspace, also one that was deleted since."""
    allowed = [audience for audience, power in AUDIENCE_POWER.items() if actor.can(power)]
    rows = Record.objects.filter(organization_id=actor.home.pk, audience__in=allowed)
    if actor.can(Power.ALL_WORKSPACES):
        return rows
    theirs = list(actor.membership.workspaces.values_list("pk", flat=True)) if actor.membership else []
    return rows.filter(~Q(audience="work") | Q(workspace_id__in=theirs))


def read(actor: Actor, after: int, types: Collection[str], limit: int) -> Page | None:
    """The events after a cursor, oldest first; None when there never was such a cursor. Raises Pruned."""
    # The head before the lines: what is written meanwhile is left to the next page.
    head = RecordHead.objects.values_list("seq", flat=True).get(pk=actor.home.pk)
    if after > head:
        return None
    high = min(head, after + REACH)
    rows = audible_to(actor).filter(seq__gt=after, seq__lte=high)
    if types:
        rows = rows.filter(type__in=types)
    place = Workspace.objects.filter(pk=OuterRef("workspace_id")).values("public_id")[:1]
    found = list(with_details(rows).annotate(workspace=Subquery(place)).order_by("seq")[: limit + 1])
    # After the lines: what was removed while they were read counts as gone.
    still_there(actor.home.pk, after)
    if len(found) > limit:
        return Page(found[:limit], found[limit - 1].seq, is_last=False)
    return Page(found, high, is_last=high == head)
