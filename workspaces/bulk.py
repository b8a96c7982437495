"""New tasks: one, or up to 200 in one action, each with a result of its own."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import NotPossible
from accounts.events import EventType, action, record
from accounts.models import Membership
from accounts.permissions import Actor, Power
from accounts.refusals import NotThere, NotValid
from workspaces import labelling, locking, placing
from workspaces.actions_tasks import assignee
from workspaces.models import Column, Task, Workspace
from workspaces.models.tasks import GAP

Refusal = NotThere | NotValid


def create(actor: Actor, workspace_id: str, wanted: dict[str, Any]) -> Task:
    """A new task at the end of its column, the first one if it names none. Raises Http404, NotPossible, NotValid."""
    made = create_many(actor, workspace_id, [wanted], all_or_nothing=True)[0]
    assert isinstance(made, Task)
    return made


def create_many(
    actor: Actor, workspace_id: str, wanted: Sequence[dict[str, Any]], *, all_or_nothing: bool = False
) -> list[Task | Refusal]:
    """New tasks in this order; in the place of one that can't be, why not (or raised: `all_or_nothing`).

    Raises Http404, NotPossible.
    """
    locking.may(actor, Power.WRITE_WORK)
    with action(actor):
        workspace = locking.open_workspace(actor, public_id=workspace_id)
        fitter = _Fitter(workspace)
        results: list[Task | Refusal] = []
        for one in wanted:
            try:
                results.append(fitter.fit(one))
            except (NotThere, NotValid) as refusal:
                if all_or_nothing:
                    raise
                results.append(refusal)
        made = [one for one in results if isinstance(one, Task)]
        Task.objects.bulk_create(made)
        labelling.label(made)
        Workspace.objects.filter(pk=workspace.pk).update(last_number=workspace.last_number)
        for task in made:
            _tell(task)
    return results


class _Fitter:
    """Fits what was asked into one workspace; asks the database once for each column and person."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.now = timezone.now()
        boards = workspace.boards.filter(retired_at=None)
        rows = Column.objects.filter(board__in=boards, retired_at=None).select_related("board")
        self.columns = {column.public_id: column for column in rows.order_by("board_id", "position", "pk")}
        self.people: dict[str, Membership | Refusal] = {}
        self.ends: dict[int, int] = {}

    def fit(self, wanted: dict[str, Any]) -> Task:
        """A task, not yet saved, with the next number. Raises NotThere, NotValid, NotPossible."""
        wanted = dict(wanted)
        column = self._column(wanted.pop("column", None))
        person = self._person(wanted.pop("assignee", None))
        done = wanted.pop("done", False)
        self.workspace.last_number += 1
        return Task(
            organization=self.workspace.organization,
            workspace=self.workspace,
            board=column.board,
            column=column,
            position=self._end(column),
            number=self.workspace.last_number,
            assignee=person,
            assignee_name=str(person.user) if person else "",
            done_at=self.now if done else None,
            created_at=self.now,
            updated_at=self.now,
            **wanted,
        )

    def _column(self, public_id: str | None) -> Column:
        if public_id is None:
            if not self.columns:
                raise NotPossible(_("There is no column in this workspace. Make one first."))
            return next(iter(self.columns.values()))
        if public_id not in self.columns:
            raise NotThere("column")
        return self.columns[public_id]

    def _person(self, public_id: str | None) -> Membership | None:
        if public_id is None:
            return None
        if public_id not in self.people:
            try:
                self.people[public_id] = assignee(self.workspace, public_id)
            except (NotThere, NotValid) as refusal:
                self.people[public_id] = refusal
        found = self.people[public_id]
        if not isinstance(found, Membership):
            raise found
        return found

    def _end(self, column: Column) -> int:
        end = self.ends[column.pk] + GAP if column.pk in self.ends else placing.at_the_end(column)
        self.ends[column.pk] = end
        return end


def _tell(task: Task) -> None:
    told = {
        "number": task.number,
        "title": task.title,
        "description": task.description,
        "column": task.column.public_id,
        "assignee": task.assignee.user.public_id if task.assignee else None,
        "due_on": task.due_on.isoformat() if task.due_on else None,
        "labels": task.labels,
        "done": task.done_at is not None,
    }
    names = {"column": task.column.name, "assignee": task.assignee_name}
    record(EventType.TASK_CREATED, task, changes=told, names=names, workspace_id=task.workspace_id)
