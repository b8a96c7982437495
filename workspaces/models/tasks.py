"""Tasks: what is to be done, by whom, until when, and in which column it stands."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Membership, Organization
from accounts.models.people import PUBLIC_ID, new_public_id
from accounts.permissions import Actor, Power
from workspaces.models.boards import Board, Column
from workspaces.models.workspaces import Workspace

# Between two neighbours; halved when something is put between them, restored when nothing fits any more.
GAP = 2**20


class Labels(models.JSONField):
    """A list of words."""


class TaskQuerySet(models.QuerySet["Task"]):
    """Fetching is the permission check."""

    def visible_to(self, actor: Actor) -> "TaskQuerySet":
        """Those of the workspaces that the actor may read."""
        if not actor.can(Power.READ_WORK):
            return self.none()
        rows = self.current().filter(organization=actor.organization, workspace__retired_at=None)
        return rows if actor.can(Power.ALL_WORKSPACES) else rows.filter(workspace__members=actor.membership)

    def current(self) -> "TaskQuerySet":
        """Neither deleted nor on a board that was."""
        return self.filter(retired_at=None, board__retired_at=None)


class Task(models.Model):
    """Something to do. Retired, never removed: what was done to it stays in the record under its id."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    public_id = models.CharField(max_length=64, default=new_public_id, validators=[PUBLIC_ID])
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="tasks")
    # The column's, kept here too: lists ask whether the board still is there without a second join.
    board = models.ForeignKey(Board, on_delete=models.CASCADE, related_name="tasks")
    column = models.ForeignKey(Column, on_delete=models.CASCADE, related_name="tasks")
    position = models.BigIntegerField(default=0)
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    description = models.TextField(max_length=10_000, blank=True)
    assignee = models.ForeignKey(Membership, null=True, on_delete=models.SET_NULL, related_name="tasks")
    # Stays when the person goes.
    assignee_name = models.CharField(max_length=254, blank=True)
    due_on = models.DateField(null=True)
    labels = Labels(default=list)
    done_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    retired_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects = TaskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "public_id"], name="task_public_id_is_unique"),
            # Also what pages of a list walk along.
            models.UniqueConstraint(fields=["workspace", "number"], name="task_number_is_unique"),
        ]
        indexes = [
            models.Index(
                fields=["column", "position", "id"], name="task_in_order", condition=Q(retired_at=None)
            ),
            models.Index(fields=["column", "number"], name="task_by_column", condition=Q(retired_at=None)),
            models.Index(
                fields=["assignee", "workspace", "number"],
                name="task_by_assignee",
                condition=Q(retired_at=None),
            ),
            models.Index(
                fields=["workspace", "updated_at"], name="task_by_change", condition=Q(retired_at=None)
            ),
            models.Index(fields=["board", "number"], name="task_by_board", condition=Q(retired_at=None)),
            models.Index(
                fields=["workspace", "number"],
                name="task_open",
                condition=Q(retired_at=None, done_at=None),
            ),
            models.Index(
                fields=["workspace", "number"],
                name="task_done",
                condition=Q(retired_at=None, done_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class TaskLabel(models.Model):
    """A task's label once more, by workspace and number: lists walk along it, on any database (workspaces/labelling.py)."""

    # No index of its own where the unique one begins with it.
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+", db_index=False)
    label = models.CharField(max_length=50)
    number = models.PositiveIntegerField()
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "label", "number"], name="task_label_is_unique")
        ]

    def __str__(self) -> str:
        return self.label
