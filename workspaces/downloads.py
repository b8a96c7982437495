"""Gives the bytes of attachments out: what was sent only to be saved, inline only pictures that we drew ourselves."""

import logging
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header

from workspaces.models import Attachment
from workspaces.storage import attachments, picture_key

log = logging.getLogger(__name__)
# Whatever it is and however it is opened: no script, no form, no origin of ours.
POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
PREVIEW_TYPE = "image/webp"
# Bytes.
PIECE = 64 * 1024


class _Pieces:
    """A file in pieces that are worth a call; closed as soon as all was read, or when the server gives up."""

    def __init__(self, file: Any) -> None:
        self.file = file

    def __iter__(self) -> "_Pieces":
        return self

    def __next__(self) -> bytes:
        if chunk := self.file.read(PIECE):
            return bytes(chunk)
        self.close()
        raise StopIteration

    def close(self) -> None:
        """Django calls it, too."""
        self.file.close()


def original(request: HttpRequest, row: Attachment) -> HttpResponseBase:
    """The bytes that were sent, to be saved under their name. Raises Http404 when they are lost."""
    response = _given(request, row, row.storage_key, f'"{row.sha256}"', row.type)
    response.headers["Content-Disposition"] = content_disposition_header(True, row.name) or "attachment"
    return response


def picture(request: HttpRequest, row: Attachment, size: str) -> HttpResponseBase:
    """A picture that we drew (storage.THUMBNAIL, storage.DISPLAY). Raises Http404 while there is none."""
    if row.preview != Attachment.Preview.READY or row.storage_key is None:
        raise Http404
    key, tag = picture_key(row.storage_key, row.preview_token, size), f'"{row.preview_token}-{size}"'
    response = _given(request, row, key, tag, PREVIEW_TYPE)
    # A page shows many: kept by the browser, asked each time whether one may still see it.
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _given(request: HttpRequest, row: Attachment, key: str | None, tag: str, kind: str) -> HttpResponseBase:
    response: HttpResponseBase | None = get_conditional_response(request, etag=tag)
    if response is None:
        try:
            file = attachments().open(key or "")
        except FileNotFoundError as error:
            log.error("a file of attachment %s is not in the storage", row.public_id)
            raise Http404 from error
        response = StreamingHttpResponse(_Pieces(file), content_type=kind)
        response.headers["Content-Length"] = str(file.size)
    response.headers["ETag"] = tag
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
