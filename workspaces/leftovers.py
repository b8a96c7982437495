"""Files that nobody can reach any more are removed: what was deleted after the commit, what a crash left by a sweep."""

import logging
from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from accounts.events import writing
from workspaces.models import Attachment
from workspaces.storage import SIZES, attachments, picture_key

log = logging.getLogger(__name__)
BATCH = 100
# What is younger may belong to an upload that is still on its way to its row; and an operator who restored an older
# database has that long to notice.
LEFT_ALONE = timedelta(days=1)


def remove_files(rows: "QuerySet[Attachment]") -> int:
    """Remove the files of those that are gone; how many of `rows` that were. May run twice or half: rows remember."""
    removed, last = 0, 0
    gone = rows.gone().order_by("pk").only("pk", "storage_key", "preview_token")  # type: ignore[attr-defined]
    while batch := list(gone.filter(pk__gt=last)[:BATCH]):
        last = batch[-1].pk
        done = [row.pk for row in batch if _is_removed(_files(row))]
        with writing():
            removed += Attachment.objects.filter(pk__in=done).update(storage_key=None, preview_due_at=None)
    return removed


def _files(row: Attachment) -> list[str]:
    assert row.storage_key is not None
    drawn = [picture_key(row.storage_key, row.preview_token, size) for size in SIZES]
    return [*(drawn if row.preview_token else []), row.storage_key]


def _is_removed(keys: Iterable[str]) -> bool:
    try:
        for key in keys:
            attachments().delete(key)
    except OSError as error:
        log.error("a file of an attachment can't be removed: %s", error.strerror or type(error).__name__)
        return False
    return True


def sweep_folder() -> int:
    """Remove what no row leads to and is older than a day: half uploads of killed processes; how many files."""
    removed, until = 0, timezone.now() - LEFT_ALONE
    for names in _batches():
        keys = {name: name.partition(".")[0] for name in names}
        rows = Attachment.objects.filter(storage_key__in=set(keys.values()))
        tokens = dict(rows.values_list("storage_key", "preview_token"))
        for name, key in keys.items():
            if name == key:
                is_known = key in tokens
            else:
                token = tokens.get(key)
                is_known = bool(token) and name in [picture_key(key, str(token), size) for size in SIZES]
            if not is_known and _is_old(name, until) and _is_removed([name]):
                removed += 1
    return removed


def _is_old(name: str, until: object) -> bool:
    try:
        return attachments().get_modified_time(name) < until  # type: ignore[operator]
    except FileNotFoundError:
        return False


def _batches() -> Iterator[list[str]]:
    """Every name in the storage, some at a time."""
    storage = attachments()
    try:
        folders = storage.listdir("")[0]
    except FileNotFoundError:
        return
    for folder in sorted(folders):
        names = [f"{folder}/{name}" for name in storage.listdir(folder)[1]]
        for start in range(0, len(names), BATCH):
            yield names[start : start + BATCH]
