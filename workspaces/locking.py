"""Rows fetched through the actor and locked, in the one order that cannot deadlock: workspace, then task.

Whatever changes the structure of a workspace (boards, columns, places, numbers) holds its row; what changes only a task's
content holds the task's. A locking query joins nothing that can change: PostgreSQL compares the newest version of the locked
row with the old version of the joined one, and a task that was moved meanwhile would seem to be gone.
"""

from collections.abc import Collection
from typing import Any

from django.db import models
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import NotPossible
from accounts.permissions import Actor, Power, Refused
from accounts.refusals import Stale
from workspaces.models import Board, Column, Task, Workspace

# Versions of which the caller accepts to change one (`If-Match`); None: any.
Match = Collection[int] | None


def may(actor: Actor, power: Power) -> None:
    """Raises Refused."""
    if not actor.can(power):
        raise Refused(power, actor)


def fresh(row: Any, match: Match) -> None:
    """Raises Stale when the caller read another version of `row`."""
    if match is not None and row.version not in match:
        raise Stale


def workspace(actor: Actor, match: Match = None, **where: Any) -> Workspace:
    """The one workspace of the actor's with these fields. Raises Http404, Stale."""
    visible = Workspace.objects.visible_to(actor).filter(**where)
    rows = Workspace.objects.filter(pk__in=visible.values("pk"), retired_at=None)
    found = rows.select_for_update(no_key=True, of=("self",)).select_related("organization").first()
    if found is None:
        raise Http404
    fresh(found, match)
    return found


def open_workspace(actor: Actor, match: Match = None, **where: Any) -> Workspace:
    """The same for what changes it or the work in it. Raises Http404, NotPossible when it is archived, Stale."""
    found = workspace(actor, match, **where)
    not_archived(found)
    return found


def not_archived(found: Workspace) -> None:
    """Raises NotPossible when it is archived."""
    if found.archived_at is not None:
        raise NotPossible(_("This workspace is archived: nothing of it changes until it is restored."))


def board(actor: Actor, public_id: str, match: Match = None) -> Board:
    """A board, its workspace locked. Raises Http404, NotPossible, Stale."""
    place = open_workspace(actor, boards__organization=actor.organization, boards__public_id=public_id)
    found = Board.objects.filter(workspace=place, public_id=public_id, retired_at=None).first()
    if found is None:
        raise Http404
    fresh(found, match)
    found.workspace, found.organization = place, place.organization
    return found


def column(actor: Actor, public_id: str, match: Match = None) -> Column:
    """A column, its workspace locked. Raises Http404, NotPossible, Stale."""
    on = (
        Column.objects.filter(organization=actor.organization, public_id=public_id)
        .values_list("board__public_id", flat=True)
        .first()
    )
    if on is None:
        raise Http404
    place = board(actor, on)
    found = Column.objects.filter(board=place, public_id=public_id, retired_at=None).first()
    if found is None:
        raise Http404
    fresh(found, match)
    found.board, found.organization = place, place.organization
    return found


def task(actor: Actor, public_id: str, match: Match = None, *, moving: bool = False) -> Task:
    """A task; when `moving`, with its workspace locked first. Raises Http404, NotPossible, Stale."""
    there = Task.objects.visible_to(actor).filter(public_id=public_id)
    seen = there.values_list("pk", "workspace_id").first()
    if seen is None:
        raise Http404
    pk, place = seen
    home = (
        workspace(actor, pk=place)
        if moving
        else Workspace.objects.select_related("organization").get(pk=place)
    )
    found = Task.objects.select_for_update(no_key=True).filter(pk=pk, retired_at=None).first()
    if found is None:
        raise Http404
    not_archived(home)
    fresh(found, match)
    found.workspace, found.organization = home, home.organization
    return found


def changed(row: models.Model, wanted: dict[str, Any]) -> dict[str, Any]:
    """{field: [before, after]} of those fields that would become something else."""
    pairs = {field: [getattr(row, field), value] for field, value in wanted.items()}
    return {field: pair for field, pair in pairs.items() if pair[0] != pair[1]}


def save(row: Any, wanted: dict[str, Any]) -> None:
    """Write these fields: a new version."""
    for field, value in wanted.items():
        setattr(row, field, value)
    row.updated_at, row.version = timezone.now(), row.version + 1
    row.save(update_fields=[*wanted, "updated_at", "version"])
