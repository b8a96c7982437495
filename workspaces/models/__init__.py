"""What robots and tokens work on: workspaces, their boards with columns, tasks, and what is attached to them."""

from workspaces.models.attachments import Attachment
from workspaces.models.boards import Board, Column
from workspaces.models.tasks import Task, TaskLabel
from workspaces.models.workspaces import Workspace

__all__ = ["Attachment", "Board", "Column", "Task", "TaskLabel", "Workspace"]
