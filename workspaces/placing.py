"""Where a task stands in its column: positions with gaps between them, changed only while the workspace's row is locked."""

from django.db.models import Max, Min, QuerySet
from django.utils.translation import gettext as _

from accounts.refusals import NotThere, NotValid
from workspaces.models import Column, Task
from workspaces.models.tasks import GAP


def current(column: Column) -> "QuerySet[Task]":
    """The tasks in it."""
    return Task.objects.filter(column=column, retired_at=None)


def at_the_end(column: Column) -> int:
    """Behind the last one."""
    last = current(column).aggregate(last=Max("position"))["last"]
    return GAP if last is None else last + GAP


def behind(task: Task, column: Column, public_id: str | None) -> int:
    """Directly behind the task with that id, or before all others (None). Raises NotThere, NotValid."""
    others = current(column).exclude(pk=task.pk)
    if public_id is None:
        first = others.aggregate(first=Min("position"))["first"]
        return GAP if first is None else first - GAP
    before = others.filter(public_id=public_id).first()
    if before is None:
        _refuse(task, public_id)
    assert before is not None
    after = others.filter(position__gt=before.position).order_by("position").first()
    if after is None:
        return before.position + GAP
    if after.position - before.position < 2:
        _spread(column)
        return behind(task, column, public_id)
    return (before.position + after.position) // 2


def _refuse(task: Task, public_id: str) -> None:
    """Raises NotThere for what the caller can't know of, NotValid for what stands elsewhere in the workspace."""
    if Task.objects.current().filter(workspace=task.workspace_id, public_id=public_id).exists():
        raise NotValid("after", _("This task stands in another column, or is the one that moves."))
    raise NotThere("after")


def _spread(column: Column) -> None:
    """Full gaps again; the order stays."""
    rows = list(current(column).order_by("position", "pk").only("pk", "position"))
    for number, row in enumerate(rows, 1):
        row.position = number * GAP
    Task.objects.bulk_update(rows, ["position"], batch_size=500)


def rank(task: Task, column: Column, position: int) -> int:
    """1 for the first, as people count; without the task itself."""
    return current(column).exclude(pk=task.pk).filter(position__lt=position).count() + 1
