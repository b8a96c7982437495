"""Photos and files of a task; their bytes lie in a storage under names that only we know."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Organization
from accounts.models.people import PUBLIC_ID, new_public_id
from accounts.permissions import Actor
from workspaces.models.tasks import Task


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    """Fetching is the permission check."""

    def visible_to(self, actor: Actor) -> "AttachmentQuerySet":
        """Those of the tasks that the actor may read."""
        return self.current().filter(task__in=Task.objects.visible_to(actor))

    def current(self) -> "AttachmentQuerySet":
        """Not removed; its task may be."""
        return self.filter(retired_at=None)

    def gone(self) -> "AttachmentQuerySet":
        """Whose files nobody can reach any more: removed, or of a task, board or workspace that was deleted."""
        above = ("retired_at", "task__retired_at", "task__board__retired_at", "task__workspace__retired_at")
        removed = Q()
        for place in above:
            removed |= Q(**{f"{place}__isnull": False})
        return self.filter(removed).exclude(storage_key=None)


class Attachment(models.Model):
    """A photo (a picture that we can draw a preview of) or another file. Never changed; retired, and its files removed."""

    class Kind(models.TextChoices):
        """Which of the two."""

        PHOTO = "photo"
        FILE = "file"

    class Preview(models.TextChoices):
        """How far the re-encoded pictures are."""

        NONE = "none"
        WAITING = "waiting"
        READY = "ready"
        FAILED = "failed"

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    public_id = models.CharField(max_length=64, default=new_public_id, validators=[PUBLIC_ID])
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="attachments")
    kind = models.CharField(max_length=5, choices=Kind.choices)
    name = models.CharField(max_length=200)
    # In bytes.
    size = models.BigIntegerField()
    # A media type, from the content; never what the sender said.
    type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    # The file's name in the storage; None once it is removed.
    storage_key = models.CharField(max_length=40, null=True, unique=True)
    preview = models.CharField(max_length=7, choices=Preview.choices, default=Preview.NONE)
    # When to try (again) to draw it; moved on by whoever tries.
    preview_due_at = models.DateTimeField(null=True)
    preview_attempts = models.PositiveSmallIntegerField(default=0)
    # In the names of the pictures that were drawn: two workers never write one file.
    preview_token = models.CharField(max_length=16, blank=True)
    # Of the original, in pixels, the way it is held.
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    # Who attached it, as they were called then.
    by_kind = models.CharField(max_length=20)
    by_key = models.CharField(max_length=64)
    by_name = models.CharField(max_length=254)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    retired_at = models.DateTimeField(null=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "public_id"], name="attachment_public_id_is_unique"
            )
        ]
        indexes = [
            models.Index(fields=["task", "id"], name="attachment_of_task", condition=Q(retired_at=None)),
            models.Index(
                fields=["preview_due_at"], name="attachment_to_draw", condition=Q(preview="waiting")
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_photo(self) -> bool:
        """Whether it is shown as a picture."""
        return self.kind == self.Kind.PHOTO
