"""The verbs of a task: create, update, move, delete. Many at once: bulk.py beside this."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.events import EventType, action, record
from accounts.models import Membership
from accounts.permissions import Actor, Power, person_actor
from accounts.refusals import NotThere, NotValid
from accounts.wake import wake
from workspaces import labelling, locking, placing
from workspaces.locking import Match
from workspaces.models import Column, Task, Workspace

END = object()


def update(actor: Actor, task_id: str, wanted: dict[str, Any], match: Match = None) -> Task:
    """Change the given fields: `column` moves it to that column's end, `done` completes or reopens it.

    A save that changes nothing records nothing. Raises Http404, NotPossible, NotValid, Stale.
    """
    locking.may(actor, Power.WRITE_WORK)
    with action(actor):
        found = locking.task(actor, task_id, match, moving="column" in wanted)
        plain = {field: value for field, value in wanted.items() if field != "column"}
        told, names = _prepare(found, plain)
        place, moved = _place(found, wanted.get("column"), END)
        if told or moved:
            locking.save(found, plain | place)
            if "labels" in told:
                labelling.relabel(found)
            _tell(found, told, names)
        if moved:
            _tell_moved(found, moved)
    return found


def move(actor: Actor, task_id: str, column_id: str | None, after: str | None, match: Match = None) -> Task:
    """Put it directly behind the task `after` (None: on top), in that column or its own.

    Raises Http404, NotPossible, NotValid, Stale.
    """
    locking.may(actor, Power.WRITE_WORK)
    with action(actor):
        found = locking.task(actor, task_id, match, moving=True)
        place, moved = _place(found, column_id, after)
        if moved:
            locking.save(found, place)
            _tell_moved(found, moved)
    return found


def delete(actor: Actor, task_id: str, match: Match = None) -> None:
    """Retire it. Raises Http404, NotPossible, Stale."""
    locking.may(actor, Power.WRITE_WORK)
    with action(actor):
        found = locking.task(actor, task_id, match)
        found.retired_at = timezone.now()
        Task.objects.filter(pk=found.pk).update(retired_at=found.retired_at)
        labelling.relabel(found)
        told = {"number": found.number, "title": found.title}
        record(EventType.TASK_DELETED, found, changes=told, workspace_id=found.workspace_id)
        wake("workspaces.remove_files_of_task", found.pk)


def assignee(workspace: Workspace, person_id: str) -> Membership:
    """Whoever works in this workspace under that id. Raises NotThere, NotValid."""
    people = Membership.objects.current().select_related("user", "organization")
    found = people.filter(organization=workspace.organization_id, user__public_id=person_id).first()
    if found is None:
        raise NotThere("assignee")
    belongs = person_actor(found).can(Power.ALL_WORKSPACES) or workspace.members.filter(pk=found.pk).exists()
    if not belongs:
        raise NotValid("assignee", _("This person does not belong to the workspace."))
    return found


def _prepare(task: Task, wanted: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """What changes in an event's words, and names; `wanted` then holds columns of the table, only those that change."""
    names: dict[str, str] = {}
    told: dict[str, Any] = {}
    if "assignee" in wanted:
        told, names = _reassign(task, wanted)
    if "done" in wanted:
        done = wanted.pop("done")
        if done != (task.done_at is not None):
            told["done"] = [not done, done]
            wanted["done_at"] = timezone.now() if done else None
    for field, pair in locking.changed(task, wanted).items():
        if field in ("title", "description", "labels"):
            told[field] = pair
        elif field == "due_on":
            told[field] = [day and day.isoformat() for day in pair]
    return told, names


def _reassign(task: Task, wanted: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    before = task.assignee.user.public_id if task.assignee else None
    after = wanted.pop("assignee")
    # Also somebody who left: their name stands there without an id.
    if after == before and (after or not task.assignee_name):
        return {}, {}
    person = assignee(task.workspace, after) if after else None
    names = {"assignee_before": task.assignee_name, "assignee_after": str(person.user) if person else ""}
    wanted |= {"assignee": person, "assignee_name": names["assignee_after"]}
    return {"assignee": [before, after]}, names


def _place(task: Task, column_id: str | None, after: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """(columns of the table, what an event says of it); both empty when it stands there already."""
    if column_id is None and after is END:
        return {}, {}
    here = task.column
    there = _column(task, column_id) if column_id else here
    if after is END:
        if there == here:
            return {}, {}
        position = placing.at_the_end(there)
    else:
        position = placing.behind(task, there, after)
    # Full gaps may have been restored meanwhile.
    task.refresh_from_db(fields=["position"])
    ranks = [placing.rank(task, here, task.position), placing.rank(task, there, position)]
    if there == here and ranks[0] == ranks[1]:
        return {}, {}
    told: dict[str, Any] = {"position": ranks, "names": {"from": here.name, "to": there.name}}
    if there != here:
        told["column"] = [here.public_id, there.public_id]
    return {"column": there, "position": position}, told


def _column(task: Task, public_id: str) -> Column:
    there = Column.objects.filter(
        organization=task.organization_id, public_id=public_id, retired_at=None, board__retired_at=None
    )
    found = there.filter(board__workspace=task.workspace_id).first()
    if found is None:
        raise NotThere("column")
    if found.board_id != task.board_id:
        raise NotValid("column", _("This column belongs to another board."))
    return found


def _tell(task: Task, told: dict[str, Any], names: dict[str, str]) -> None:
    """Completing is an event of its own; whatever else changed in the same save is another."""
    given: dict[str, Any] = {"workspace_id": task.workspace_id}
    completed = told.get("done") == [False, True]
    rest = {field: pair for field, pair in told.items() if not (completed and field == "done")}
    if rest:
        record(EventType.TASK_UPDATED, task, changes=rest, names=names, **given)
    if completed:
        record(EventType.TASK_COMPLETED, task, changes={"done": told["done"]}, **given)


def _tell_moved(task: Task, moved: dict[str, Any]) -> None:
    names = moved.pop("names")
    record(EventType.TASK_MOVED, task, changes=moved, names=names, workspace_id=task.workspace_id)
