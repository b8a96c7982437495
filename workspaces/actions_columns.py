"""The verbs of a column: create, update, delete. Their order is the board's (actions_boards.update)."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import NotPossible
from accounts.events import EventType, action, record
from accounts.permissions import Actor, Power
from workspaces import locking
from workspaces.actions_boards import MOST_COLUMNS, in_order
from workspaces.locking import Match
from workspaces.models import Column, Task


def create(actor: Actor, board_id: str, name: str) -> Column:
    """A further column on the right. Raises Http404, NotPossible."""
    locking.may(actor, Power.WRITE_WORK)
    with action(actor):
        board = locking.board(actor, board_id)
        there = in_order(board)
        if len(there) >= MOST_COLUMNS:
            raise NotPossible(_("This board has as many columns as it can have."))
        position = there[-1].position + 1 if there else 0
        made = Column.objects.create(
            organization=board.organization, board=board, name=name, position=position
        )
        locking.save(board, {})
        told = {"name": name, "board": board.public_id}
        names = {"board": board.name}
        record(EventType.COLUMN_CREATED, made, changes=told, names=names, workspace_id=board.workspace_id)
    return made


def update(actor: Actor, column_id: str, wanted: dict[str, Any], match: Match = None) -> Column:
    """Change the given fields: its name. Raises Http404, NotPossible, Stale."""
    locking.may(actor, Power.WRITE_WORK)
    with action(actor):
        found = locking.column(actor, column_id, match)
        if changes := locking.changed(found, wanted):
            locking.save(found, wanted)
            locking.save(found.board, {})
            record(
                EventType.COLUMN_UPDATED,
                found,
                changes=changes,
                names={"board": found.board.name},
                workspace_id=found.board.workspace_id,
            )
    return found


def delete(actor: Actor, column_id: str, match: Match = None) -> None:
    """Retire an empty one that is not the board's last. Raises Http404, NotPossible, Stale."""
    locking.may(actor, Power.WRITE_WORK)
    with action(actor):
        found = locking.column(actor, column_id, match)
        if Task.objects.filter(column=found, retired_at=None).exists():
            raise NotPossible(_("There are tasks in this column. Move or delete them first."))
        if len(in_order(found.board)) == 1:
            raise NotPossible(_("A board keeps at least one column."))
        Column.objects.filter(pk=found.pk).update(retired_at=timezone.now())
        locking.save(found.board, {})
        record(
            EventType.COLUMN_DELETED,
            found,
            changes={"name": found.name},
            names={"board": found.board.name},
            workspace_id=found.board.workspace_id,
        )
