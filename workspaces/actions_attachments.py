"""The verbs of an attachment: attach, remove.

What was sent is stored before anything is locked, and forgotten if it was in vain.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.core.files.base import File
from django.db import DatabaseError
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import NotPossible
from accounts.events import EventType, action, record
from accounts.permissions import Actor, Power
from accounts.refusals import NotValid
from accounts.wake import wake
from workspaces import locking, quota, sniffing
from workspaces.models import Attachment, Task
from workspaces.storage import attachments, new_key
from workspaces.uploading import TooLarge, Upload, disk_may_be_full

log = logging.getLogger(__name__)
# A task's attachments are shown as a whole.
MOST = 200


@dataclass(frozen=True)
class Stored:
    """What was sent, known to be what it says, under a key in the storage."""

    key: str
    name: str
    type: str
    size: int
    sha256: str


def check_task(actor: Actor, task_id: str) -> None:
    """Before anything is read: is there such a task, and room for one more file? Raises Http404, NotPossible, Refused."""
    locking.may(actor, Power.WRITE_WORK)
    found = Task.objects.visible_to(actor).select_related("workspace").filter(public_id=task_id).first()
    if found is None:
        raise Http404
    locking.not_archived(found.workspace)
    _check_room(found)
    quota.check(actor.home, 1)


def _check_room(task: Task) -> None:
    if task.attachments.filter(retired_at=None).count() >= MOST:
        raise NotPossible(_("This task has as many attachments as it can have."))


@contextmanager
def stored(upload: Upload) -> Iterator[Stored]:
    """What was sent, in the storage; afterwards gone again unless a row leads to it.

    Raises NotValid (empty, a name or a type that can't be), TooLarge, NoRoom.
    """
    if upload.is_too_large:
        raise TooLarge
    name = sniffing.file_name(upload.name)
    if not upload.size:
        raise NotValid("file", _("%(name)s is empty.") % {"name": name})
    found = sniffing.media_type(upload.head)
    sniffing.check_promises(name, upload.announced, found)
    key = new_key()
    try:
        upload.file.seek(0)
        with disk_may_be_full():
            attachments().save(key, File(upload.file))
        yield Stored(key, name, found, upload.size, upload.sha256)
    finally:
        _forget_unless_used(key)


def _forget_unless_used(key: str) -> None:
    # Asked, not concluded from an error: a commit whose answer was lost has happened.
    try:
        if not Attachment.objects.filter(storage_key=key).exists():
            attachments().delete(key)
    except (DatabaseError, OSError) as error:
        log.warning("an upload that came to nothing is left to the sweep (%s)", type(error).__name__)


def attach(actor: Actor, task_id: str, given: Stored, *, unless_there: bool = False) -> Attachment:
    """A new photo or file of a task; `unless_there`: the one of the same name and content, if there is one.

    Raises Http404, NotPossible.
    """
    locking.may(actor, Power.WRITE_WORK)
    with action(actor):
        task = locking.task(actor, task_id)
        if unless_there and (same := _same(task, given)):
            return same
        _check_room(task)
        quota.check(actor.home, given.size)
        is_photo = given.type in sniffing.PHOTOS
        made = Attachment.objects.create(
            organization=task.organization,
            task=task,
            kind=Attachment.Kind.PHOTO if is_photo else Attachment.Kind.FILE,
            name=given.name,
            size=given.size,
            type=given.type,
            sha256=given.sha256,
            storage_key=given.key,
            preview=Attachment.Preview.WAITING if is_photo else Attachment.Preview.NONE,
            preview_due_at=timezone.now() if is_photo else None,
            by_kind=actor.kind.value,
            by_key=actor.key,
            by_name=actor.name,
        )
        kind = EventType.PHOTO_ATTACHED if is_photo else EventType.FILE_ATTACHED
        _tell(kind, made, task)
        if is_photo:
            wake("workspaces.draw_previews")
    return made


def _same(task: Task, given: Stored) -> Attachment | None:
    rows = Attachment.objects.current().filter(task=task)
    return rows.filter(name=given.name, sha256=given.sha256).first()


def remove(actor: Actor, attachment_id: str) -> None:
    """Retire it; its files go after the commit. Raises Http404, NotPossible."""
    locking.may(actor, Power.WRITE_WORK)
    with action(actor):
        there = Attachment.objects.visible_to(actor).filter(public_id=attachment_id)
        task_id = there.values_list("task__public_id", flat=True).first()
        if task_id is None:
            raise Http404
        task = locking.task(actor, task_id)
        # The task is locked: of two who remove it, one comes here second and finds nothing.
        found = Attachment.objects.current().filter(task=task, public_id=attachment_id).first()
        if found is None:
            raise Http404
        found.organization = task.organization
        Attachment.objects.filter(pk=found.pk).update(retired_at=timezone.now(), preview_due_at=None)
        _tell(EventType.ATTACHMENT_REMOVED, found, task)
        wake("workspaces.remove_files_of_task", task.pk)


def _tell(kind: EventType, attachment: Attachment, task: Task) -> None:
    told = {
        "task": task.public_id,
        "kind": attachment.kind,
        "name": attachment.name,
        "size": attachment.size,
        "type": attachment.type,
        "sha256": attachment.sha256,
    }
    if kind is not EventType.ATTACHMENT_REMOVED:
        del told["kind"]
    record(kind, attachment, changes=told, names={"task": task.title}, workspace_id=task.workspace_id)
