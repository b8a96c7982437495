"""Their list: a generic view, a model serializer, cursor pagination, with OAuth2 and the throttle of the other benchmark."""

from typing import Any

from django.shortcuts import get_object_or_404
from rest_framework import generics, pagination, serializers

from benchmarks.rivals.boards.models import Task, Workspace
from benchmarks.rivals.stock_dot.throttled import HasToken, PerProgram


class TaskSerializer(serializers.ModelSerializer[Task]):
    """A task as ours leaves the house."""

    id = serializers.CharField(source="public_id")
    workspace: Any = serializers.SlugRelatedField(slug_field="public_id", read_only=True)
    board: Any = serializers.SlugRelatedField(slug_field="public_id", read_only=True)
    column: Any = serializers.SlugRelatedField(slug_field="public_id", read_only=True)
    assignee: Any = serializers.SlugRelatedField(slug_field="public_id", read_only=True)
    done = serializers.SerializerMethodField()

    class Meta:
        model = Task
        fields = (
            "id workspace board column number title description assignee assignee_name due_on labels done done_at "
            "created_at updated_at version"
        ).split()

    def get_done(self, task: Task) -> bool:
        """Whether it is."""
        return task.done_at is not None


class Pages(pagination.CursorPagination):
    """Along the number."""

    page_size = 50
    ordering = "number"


class Tasks(generics.ListAPIView[Task]):
    """The tasks of a workspace."""

    permission_classes = (HasToken,)
    throttle_classes = (PerProgram,)
    serializer_class = TaskSerializer
    pagination_class = Pages

    def get_queryset(self) -> Any:
        """What is there, with all that a row shows; the workspace first, because PostgreSQL plans badly with it inside."""
        there = get_object_or_404(Workspace, public_id=self.kwargs["workspace"])
        rows = Task.objects.select_related("workspace", "board", "column", "assignee")
        return rows.filter(workspace=there, retired_at=None, board__retired_at=None, number__gt=25)
