"""The same tables as ours, with the columns that a list of tasks shows."""

from django.db import models


class Workspace(models.Model):
    """A place of work."""

    public_id = models.CharField(max_length=64, unique=True)


class Board(models.Model):
    """Columns beside one another."""

    public_id = models.CharField(max_length=64, unique=True)
    retired_at = models.DateTimeField(null=True)


class Column(models.Model):
    """A state that tasks go through."""

    public_id = models.CharField(max_length=64, unique=True)


class Person(models.Model):
    """Somebody to whom tasks are given."""

    public_id = models.CharField(max_length=64, unique=True)


class Task(models.Model):
    """Something to do."""

    public_id = models.CharField(max_length=64, unique=True)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE)
    board = models.ForeignKey(Board, on_delete=models.CASCADE)
    column = models.ForeignKey(Column, on_delete=models.CASCADE)
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    assignee = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL)
    assignee_name = models.CharField(max_length=254, blank=True)
    due_on = models.DateField(null=True)
    labels = models.JSONField(default=list)
    done_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "number"], name="number_is_unique")]
