"""The timetable's door to attachments; every task may run twice or late."""

from celery import shared_task

from workspaces import drawing, leftovers
from workspaces.models import Attachment


@shared_task(name="workspaces.draw_previews")
def draw_previews() -> None:
    """Draw what waits; also what a lost message forgot."""
    drawing.draw_due()


@shared_task(name="workspaces.remove_files_of_task")
def remove_files_of_task(task_id: int) -> None:
    """After a task or something attached to it was deleted."""
    leftovers.remove_files(Attachment.objects.filter(task=task_id))


@shared_task(name="workspaces.remove_files_of_board")
def remove_files_of_board(board_id: int) -> None:
    """After a board was deleted."""
    leftovers.remove_files(Attachment.objects.filter(task__board=board_id))


@shared_task(name="workspaces.remove_files_of_workspace")
def remove_files_of_workspace(workspace_id: int) -> None:
    """After a workspace was deleted."""
    leftovers.remove_files(Attachment.objects.filter(task__workspace=workspace_id))


@shared_task(name="workspaces.sweep_attachments")
def sweep_attachments() -> None:
    """Remove files that a lost message or a killed process left."""
    leftovers.remove_files(Attachment.objects.all())
    leftovers.sweep_folder()
