"""What lists of tasks walk along when they are filtered by label, board, or whether it is done."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("workspaces", "0004_attachments")]

    operations = [
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=Q(retired_at=None), fields=["board", "number"], name="task_by_board"
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=Q(retired_at=None, done_at=None), fields=["workspace", "number"], name="task_open"
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=Q(retired_at=None, done_at__isnull=False),
                fields=["workspace", "number"],
                name="task_done",
            ),
        ),
        migrations.CreateModel(
            name="TaskLabel",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("label", models.CharField(max_length=50)),
                ("number", models.PositiveIntegerField()),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="workspaces.task"
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="workspaces.workspace",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("workspace", "label", "number"), name="task_label_is_unique"
                    )
                ],
            },
        ),
    ]
