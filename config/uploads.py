"""Pages take no files; the one that does (workspaces/uploading.py) brings handlers of its own."""

from typing import Any

from django.core.exceptions import BadRequest
from django.core.files.uploadhandler import FileUploadHandler


class NoFiles(FileUploadHandler):
    """Refuses the first file of a form, so that nobody fills a disk through the sign-in page."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Raises BadRequest."""
        raise BadRequest("this address takes no files")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Never reached."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Never reached."""
