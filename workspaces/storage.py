"""Where the bytes of attachments lie: a Django storage, and names in it that only we know.

`ab/ab12…` is what was sent; `ab/ab12….<token>.thumbnail` and `….display` are the pictures drawn from it. Rows are the
truth: a name that no row leads to is nobody's (workspaces/leftovers.py).
"""

import os
import secrets
from typing import Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage, storages

THUMBNAIL, DISPLAY = "thumbnail", "display"
SIZES = (THUMBNAIL, DISPLAY)


class FolderStorage(FileSystemStorage):
    """A folder for this user's eyes only; what was stored survives a power cut."""

    def __init__(self, **options: Any) -> None:
        private: dict[str, Any] = {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}
        super().__init__(**(private | options))

    def _save(self, name: str, content: "File[bytes]") -> str:
        saved: str = super()._save(name, content)  # type: ignore[misc]
        path = self.path(saved)
        for place in (path, os.path.dirname(path)):
            handle = os.open(place, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        return saved


def attachments() -> Storage:
    """The storage that the settings name."""
    return storages["attachments"]


def new_key() -> str:
    """A name that nobody can guess, in one of 256 folders."""
    name = secrets.token_hex(16)
    return f"{name[:2]}/{name}"


def picture_key(key: str, token: str, size: str) -> str:
    """The name of a picture that was drawn from it."""
    return f"{key}.{token}.{size}"
