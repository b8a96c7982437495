"""Boards and their columns, in order."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Organization
from accounts.models.people import PUBLIC_ID, new_public_id
from accounts.permissions import Actor
from workspaces.models.workspaces import Workspace


class BoardQuerySet(models.QuerySet["Board"]):
    """Fetching is the permission check."""

    def visible_to(self, actor: Actor) -> "BoardQuerySet":
        """Those of the workspaces that the actor may read."""
        return self.filter(workspace__in=Workspace.objects.visible_to(actor), retired_at=None)


class Board(models.Model):
    """Columns beside one another, with a workspace's tasks in them. Retired with all that is on it, never removed."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    public_id = models.CharField(max_length=64, default=new_public_id, validators=[PUBLIC_ID])
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="boards")
    name = models.CharField(max_length=120)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    retired_at = models.DateTimeField(null=True)
    # What `If-Match` compares: one more with every change of the board or of a column.
    version = models.PositiveIntegerField(default=1)

    objects = BoardQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "public_id"], name="board_public_id_is_unique")
        ]

    def __str__(self) -> str:
        return self.name


class ColumnQuerySet(models.QuerySet["Column"]):
    """Fetching is the permission check."""

    def visible_to(self, actor: Actor) -> "ColumnQuerySet":
        """Those of the boards that the actor may read."""
        return self.filter(board__in=Board.objects.visible_to(actor), retired_at=None)


class Column(models.Model):
    """A state that tasks go through. Only an empty one is deleted; it is retired, its id stays taken."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    public_id = models.CharField(max_length=64, default=new_public_id, validators=[PUBLIC_ID])
    board = models.ForeignKey(Board, on_delete=models.CASCADE, related_name="columns")
    name = models.CharField(max_length=120)
    # 0, 1, 2 …: renumbered as a whole while the workspace's row is locked.
    position = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    retired_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects = ColumnQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "public_id"], name="column_public_id_is_unique")
        ]
        indexes = [
            models.Index(fields=["board", "position"], name="column_in_order", condition=Q(retired_at=None))
        ]

    def __str__(self) -> str:
        return self.name
