"""The verbs of a board: create, update (also the order of its columns), delete."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import NotPossible
from accounts.events import EventType, action, record
from accounts.permissions import Actor, Power
from accounts.refusals import NotValid
from accounts.wake import wake
from workspaces import locking
from workspaces.locking import Match
from workspaces.models import Board, Column, Workspace

# A board is read as a whole, and a workspace's boards are.
MOST_BOARDS, MOST_COLUMNS = 100, 50


def begin(workspace: Workspace, name: str = "", columns: Sequence[str] | None = None) -> Board:
    """A board with columns; call inside an action. Without `columns` it gets the three that everybody knows."""
    home = workspace.organization
    made = Board.objects.create(organization=home, workspace=workspace, name=name or _("Board"))
    called = [_("Planned"), _("In progress"), _("Done")] if columns is None else columns
    Column.objects.bulk_create(
        Column(organization=home, board=made, name=one, position=position)
        for position, one in enumerate(called)
    )
    return made


def create(actor: Actor, workspace_id: str, name: str, columns: Sequence[str] | None = None) -> Board:
    """A further board. Raises Http404, NotPossible."""
    locking.may(actor, Power.WRITE_WORK)
    with action(actor):
        place = locking.open_workspace(actor, public_id=workspace_id)
        if place.boards.filter(retired_at=None).count() >= MOST_BOARDS:
            raise NotPossible(_("This workspace has as many boards as it can have."))
        made = begin(place, name, columns)
        told = {"name": name, "columns": [column.name for column in in_order(made)]}
        record(EventType.BOARD_CREATED, made, changes=told, workspace_id=place.pk)
    return made


def update(actor: Actor, board_id: str, wanted: dict[str, Any], match: Match = None) -> Board:
    """Rename it or put its columns, all of them, in another order. Raises Http404, NotPossible, NotValid, Stale."""
    locking.may(actor, Power.WRITE_WORK)
    with action(actor):
        found = locking.board(actor, board_id, match)
        plain = {field: value for field, value in wanted.items() if field != "columns"}
        changes = locking.changed(found, plain)
        if "columns" in wanted:
            changes |= _reorder(found, wanted["columns"])
        if changes:
            locking.save(found, plain)
            record(EventType.BOARD_UPDATED, found, changes=changes, workspace_id=found.workspace_id)
    return found


def in_order(board: Board) -> list[Column]:
    """Its columns from left to right."""
    return list(board.columns.filter(retired_at=None).order_by("position", "pk"))


def _reorder(board: Board, wanted: Sequence[str]) -> dict[str, Any]:
    before = in_order(board)
    by_id = {column.public_id: column for column in before}
    if sorted(wanted) != sorted(by_id):
        raise NotValid("columns", _("Name each column of this board once."))
    after = [by_id[public_id] for public_id in wanted]
    if after == before:
        return {}
    for position, column in enumerate(after):
        column.position = position
    Column.objects.bulk_update(after, ["position"])
    return {"columns": [[column.name for column in row] for row in (before, after)]}


def delete(actor: Actor, board_id: str, match: Match = None) -> None:
    """Retire it, and with it all tasks on it. Raises Http404, NotPossible for the last one, Stale."""
    locking.may(actor, Power.WRITE_WORK)
    with action(actor):
        found = locking.board(actor, board_id, match)
        others = Board.objects.filter(workspace=found.workspace, retired_at=None).exclude(pk=found.pk)
        if not others.exists():
            raise NotPossible(_("A workspace keeps at least one board."))
        Board.objects.filter(pk=found.pk).update(retired_at=timezone.now())
        record(EventType.BOARD_DELETED, found, changes={"name": found.name}, workspace_id=found.workspace_id)
        wake("workspaces.remove_files_of_board", found.pk)
