"""Reads what is sent into a file without a name: never into memory, and gone with its process.

Two doors: a raw body (programs), and the files of a form (`upload_handlers` of the request, set before anything of it is
read). Both hash while they read and stop at the limit.
"""

import errno
import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParserError

from workspaces import sniffing

CHUNK = 64 * 1024
# What boundaries and headers of a form may add to its files, in bytes.
AROUND = 1_000_000
_FULL = (errno.ENOSPC, errno.EDQUOT)


class TooLarge(Exception):
    """413."""


class Broken(Exception):
    """The body ended early or is not well-formed: 400. The message is a sentence."""


class NoRoom(Exception):
    """The disk is full: 503."""


def _unnamed() -> IO[bytes]:
    return tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)


@contextmanager
def disk_may_be_full() -> Iterator[None]:
    """Raises NoRoom for what the system calls so."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise NoRoom from error
        raise


@dataclass
class Upload:
    """What was sent: its bytes in a file without a name, hashed; the name and the media type as announced."""

    name: str
    announced: str = ""
    file: IO[bytes] = field(default_factory=_unnamed)
    size: int = 0
    is_too_large: bool = False

    def __post_init__(self) -> None:
        self._digest = hashlib.sha256()
        self.head = b""

    def take(self, chunk: bytes) -> None:
        """The next bytes; once there are too many, none is kept. Raises NoRoom."""
        self.size += len(chunk)
        if self.size > settings.ATTACHMENT_MAX_SIZE:
            self.is_too_large = True
            self.file.truncate(0)
        if self.is_too_large:
            return
        if len(self.head) < sniffing.HEAD:
            self.head += chunk[: sniffing.HEAD - len(self.head)]
        self._digest.update(chunk)
        with disk_may_be_full():
            self.file.write(chunk)

    @property
    def sha256(self) -> str:
        """In hex."""
        return self._digest.hexdigest()

    def close(self) -> None:
        """Nothing is left of it; Django calls this at the end of the request."""
        self.file.close()


def announced_size(request: HttpRequest) -> int | None:
    """Content-Length in bytes; None when there is none (chunked)."""
    given = request.META.get("CONTENT_LENGTH") or ""
    return int(given) if given.isascii() and given.isdigit() else None


def read_raw(request: HttpRequest, name: str) -> Upload:
    """The body as it is. Raises TooLarge before a byte is read where the size is announced, Broken, NoRoom."""
    size = announced_size(request)
    if size is None and "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        raise Broken("Send the body with its Content-Length, not in chunks.")
    if size and size > settings.ATTACHMENT_MAX_SIZE:
        raise TooLarge
    upload = Upload(name, request.content_type or "")
    try:
        while chunk := request.read(CHUNK):
            upload.take(chunk)
    except UnreadablePostError as error:
        upload.close()
        raise Broken("The body ended early.") from error
    except BaseException:
        upload.close()
        raise
    if upload.size != (size or 0):
        upload.close()
        raise Broken("The body ended early.")
    return upload


class Handler(FileUploadHandler):
    """Spools each file of a form. One that is too large is read on and thrown away: the form shall say which it was."""

    def __init__(self, request: HttpRequest, most: int) -> None:
        super().__init__(request)
        self.most, self.count = most, 0
        self.upload: Upload | None = None

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *args: Any) -> None:
        """Raises TooLarge before a byte is read."""
        if content_length > self.most * settings.ATTACHMENT_MAX_SIZE + AROUND:
            raise TooLarge

    def new_file(self, field_name: str, file_name: str, content_type: str, *args: Any, **kwargs: Any) -> None:
        """The next one. Raises TooLarge when there are more than asked for."""
        super().new_file(field_name, file_name, content_type, *args, **kwargs)
        self.count += 1
        if self.count > self.most:
            raise TooLarge
        self.upload = Upload(file_name, content_type or "")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep it."""
        assert self.upload is not None
        self.upload.take(raw_data)

    def file_complete(self, file_size: int) -> Any:
        """Becomes an entry of request.FILES."""
        return self.upload

    def upload_interrupted(self) -> None:
        """Nothing is left."""
        if self.upload is not None:
            self.upload.close()


class _Counted:
    """The request's stream, and how much came through it: the parser takes a form that was cut off for a whole one."""

    def __init__(self, stream: Any) -> None:
        self.stream, self.count = stream, 0

    def read(self, *args: Any) -> bytes:
        """As the stream's."""
        chunk: bytes = self.stream.read(*args)
        self.count += len(chunk)
        return chunk

    def readline(self, *args: Any) -> bytes:
        """A piece: the parser empties what follows the form line by line, and a line may be as long as the body."""
        return self.read(CHUNK)


def expect_files(request: HttpRequest, most: int) -> None:
    """Call before anything of the body is read."""
    request.upload_handlers = [Handler(request, most)]
    request._stream = _Counted(request._stream)  # type: ignore[assignment]


def read_form(request: HttpRequest) -> dict[str, list[Upload]]:
    """The files of the form by field. Raises TooLarge, Broken, NoRoom."""
    try:
        files = request.FILES
    except (MultiPartParserError, UnreadablePostError) as error:
        interrupt(request)
        raise Broken("The multipart body is not well-formed, or it ended early.") from error
    except BaseException:
        interrupt(request)
        raise
    # A small body may have been read before, for its signature.
    early = getattr(request, "_body", None)
    seen = request._stream.count if early is None else len(early)  # type: ignore[attr-defined]
    if seen < (announced_size(request) or 0):
        raise Broken("The multipart body ended early.")
    return {name: list(uploads) for name, uploads in files.lists()}  # type: ignore[arg-type]


def interrupt(request: HttpRequest) -> None:
    """Nothing is left of the file that was being read."""
    for handler in request.upload_handlers:
        handler.upload_interrupted()
