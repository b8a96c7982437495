"""Keeps the labels that lists walk along (TaskLabel) as the tasks have them; inside the action that changes a task."""

from collections.abc import Iterable

from workspaces.models import Task, TaskLabel


def label(tasks: Iterable[Task]) -> None:
    """Of tasks that had none."""
    TaskLabel.objects.bulk_create(
        TaskLabel(workspace_id=task.workspace_id, label=word, number=task.number, task=task)
        for task in tasks
        for word in task.labels
    )


def relabel(task: Task) -> None:
    """Of a locked task whose labels changed, or that was deleted."""
    TaskLabel.objects.filter(task=task).delete()
    if task.retired_at is None:
        label([task])
