"""A place of work, and who belongs to it."""

from django.db import models
from django.utils import timezone

from accounts.models import Membership, Organization
from accounts.models.people import PUBLIC_ID, new_public_id
from accounts.permissions import Actor, Power


class WorkspaceQuerySet(models.QuerySet["Workspace"]):
    """Fetching is the permission check."""

    def visible_to(self, actor: Actor) -> "WorkspaceQuerySet":
        """All of the organization's for some, for members those they belong to, nothing without READ_WORK."""
        if not actor.can(Power.READ_WORK):
            return self.none()
        rows = self.filter(organization=actor.organization, retired_at=None)
        return rows if actor.can(Power.ALL_WORKSPACES) else rows.filter(members=actor.membership)


class Workspace(models.Model):
    """A place of work. Retired, never removed."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="workspaces")
    public_id = models.CharField(max_length=64, default=new_public_id, validators=[PUBLIC_ID])
    name = models.CharField(max_length=120)
    description = models.TextField(max_length=2000, blank=True)
    members = models.ManyToManyField(Membership, related_name="workspaces", blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    archived_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)
    # What `If-Match` compares: one more with every change.
    version = models.PositiveIntegerField(default=1)
    # The latest task's number; whoever takes the next one has locked this row.
    last_number = models.PositiveIntegerField(default=0)

    objects = WorkspaceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "public_id"], name="workspace_public_id_is_unique"
            )
        ]

    def __str__(self) -> str:
        return self.name
