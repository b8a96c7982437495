"""What robots and tokens work on: workspaces, their boards with columns, and tasks."""

from workspaces.models.boards import Board, Column
from workspaces.models.tasks import Task
from workspaces.models.workspaces import Workspace

__all__ = ["Board", "Column", "Task", "Workspace"]
