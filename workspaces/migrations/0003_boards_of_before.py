"""Workspaces made before there were boards get the one that every new workspace begins with."""

from typing import Any

from django.db import migrations


def begin(apps: Any, schema_editor: Any) -> None:
    """A board with three columns for each workspace that has none."""
    Workspace = apps.get_model("workspaces", "Workspace")
    Board, Column = apps.get_model("workspaces", "Board"), apps.get_model("workspaces", "Column")
    for workspace in Workspace.objects.filter(boards=None).iterator():
        board = Board.objects.create(
            organization_id=workspace.organization_id, workspace=workspace, name="Board"
        )
        Column.objects.bulk_create(
            Column(organization_id=workspace.organization_id, board=board, name=name, position=position)
            for position, name in enumerate(("Planned", "In progress", "Done"))
        )


class Migration(migrations.Migration):
    dependencies = [("workspaces", "0002_boards_and_tasks")]
    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
