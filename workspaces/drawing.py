"""Previews of photos: who waits is a row with a time; one at a time, each drawn apart (drawing_apart.py)."""

import json
import logging
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files.base import File
from django.utils import timezone

from accounts.events import writing
from accounts.wake import wake
from workspaces import drawing_apart
from workspaces.models import Attachment
from workspaces.storage import DISPLAY, THUMBNAIL, attachments, picture_key

log = logging.getLogger(__name__)
PROGRAM = Path(drawing_apart.__file__)
# On the wall's clock; the kernel counts the processor's.
SECONDS = 30
AGAIN_AFTER = timedelta(minutes=2)
MOST_ATTEMPTS = 3
# After that long another message goes on, so that a worker that shall stop is not held up.
TURN_SECONDS = 10.0
# One per process: many photos at once must not keep mail and deliveries waiting.
_busy = threading.Lock()


def draw_due() -> int:
    """Draw those that wait, for a while; how many were looked at. Does nothing while this process does it already."""
    if not _busy.acquire(blocking=False):
        return 0
    count, until = 0, time.monotonic() + TURN_SECONDS
    try:
        while row := _claim():
            draw(row)
            count += 1
            if time.monotonic() > until:
                wake("workspaces.draw_previews")
                break
    finally:
        _busy.release()
    return count


def _claim() -> Attachment | None:
    """The one that waits longest, put off for the others; one that failed too often is given up."""
    with writing():
        waiting = Attachment.objects.current().filter(preview=Attachment.Preview.WAITING)
        due = waiting.filter(preview_due_at__lte=timezone.now()).order_by("preview_due_at")
        row = due.select_for_update(skip_locked=True, no_key=True).first()
        if row is None:
            return None
        row.preview_attempts += 1
        row.preview_due_at = timezone.now() + AGAIN_AFTER
        row.save(update_fields=["preview_attempts", "preview_due_at"])
    return row


def draw(row: Attachment) -> None:
    """Draw one and store what came of it; what can't be drawn is shown as a file. Never raises for the picture's sake."""
    if row.storage_key is None:
        return
    if row.preview_attempts > MOST_ATTEMPTS:
        _settle(row, preview=Attachment.Preview.FAILED)
        return
    with ExitStack() as stack:
        files = [stack.enter_context(_unnamed()) for _ in range(4)]
        original, told, small, large = files
        try:
            with attachments().open(row.storage_key) as source:
                shutil.copyfileobj(source, original)
        except FileNotFoundError:
            log.error("the file of attachment %s is not in the storage", row.public_id)
            _settle(row, preview=Attachment.Preview.FAILED)
            return
        size = _drawn(original, told, small, large)
        if size is None:
            return
        if not size:
            _settle(row, preview=Attachment.Preview.FAILED)
            return
        _store(row, size, {THUMBNAIL: small, DISPLAY: large})


def _unnamed() -> IO[bytes]:
    return tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)


def _drawn(original: IO[bytes], told: IO[bytes], small: IO[bytes], large: IO[bytes]) -> dict[str, int] | None:
    """The size of the original; empty when it can't be drawn, None when the process was killed and may try again."""
    original.seek(0)
    targets = [small.fileno(), large.fileno()]
    # Not a word of our environment: it holds keys.
    process = subprocess.Popen(
        [sys.executable, "-I", str(PROGRAM), *map(str, targets)],
        stdin=original,
        stdout=told,
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/",
        pass_fds=targets,
        start_new_session=True,
    )
    try:
        status = process.wait(SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return {}
    if status == -signal.SIGKILL:
        # Not by us: the system was short of memory, or somebody stopped everything.
        return None
    if status != 0:
        return {}
    told.seek(0)
    return _size(told.read(1000))


def _size(told: bytes) -> dict[str, int]:
    try:
        found = json.loads(told)
        return {side: int(found[side]) for side in ("width", "height")}
    except (ValueError, KeyError, TypeError):
        return {}


def _store(row: Attachment, size: dict[str, int], drawn: dict[str, IO[bytes]]) -> None:
    assert row.storage_key is not None
    token = secrets.token_hex(4)
    keys = {name: picture_key(row.storage_key, token, name) for name in drawn}
    for name, file in drawn.items():
        file.seek(0)
        attachments().save(keys[name], File(file))
    if not _settle(row, preview=Attachment.Preview.READY, preview_token=token, **size):
        # It was removed, or somebody else drew it.
        for key in keys.values():
            attachments().delete(key)


def _settle(row: Attachment, **values: Any) -> bool:
    """Write how it ended, unless it is removed or settled already."""
    waiting = Attachment.objects.current().filter(pk=row.pk, preview=Attachment.Preview.WAITING)
    with writing():
        return bool(waiting.exclude(storage_key=None).update(preview_due_at=None, **values))
