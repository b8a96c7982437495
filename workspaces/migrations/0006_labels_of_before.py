"""Tasks made before lists walked along labels get theirs; in SQL, there may be many."""

from typing import Any

from django.db import migrations

FILL = """
INSERT INTO workspaces_tasklabel (workspace_id, label, number, task_id)
SELECT DISTINCT t.workspace_id, {label}, t.number, t.id FROM workspaces_task t, {words} AS word
WHERE t.retired_at IS NULL
"""


def fill(apps: Any, schema_editor: Any) -> None:
    """A row for each label of each task."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(FILL.format(label="word", words="jsonb_array_elements_text(t.labels)"))
    else:
        schema_editor.execute(FILL.format(label="word.value", words="json_each(t.labels)"))


class Migration(migrations.Migration):
    dependencies = [("workspaces", "0005_task_labels")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
