"""`/api/v1/…/attachments`: list, send, read, download, remove photos and files of a task."""

import contextlib
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.http import parse_header_parameters
from ninja import Header, Router, Schema, Status
from ninja.errors import HttpError
from pydantic import Field

from accounts.actions import NotPossible
from accounts.answers import one, position
from accounts.api import CLASHES, ERRORS, Problem
from accounts.problems import problem
from accounts.refusals import NotValid
from accounts.replaying import answered, is_kept, replays
from workspaces import actions_attachments, downloads, uploading
from workspaces.answers import READ, WRITE, Id, Limit, answer, page, told
from workspaces.models import Attachment, Task
from workspaces.storage import DISPLAY, THUMBNAIL
from workspaces.uploading import Upload

router = Router(tags=["Attachments"])

FORM, WEB_FORM = "multipart/form-data", "application/x-www-form-urlencoded"
# Seconds until it is worth asking again for a preview that is being drawn.
PAUSE = 2
SHAPE = {"id": "public_id", "task": "task__public_id"} | {
    field: field
    for field in (
        "kind",
        "name",
        "size",
        "type",
        "sha256",
        "preview",
        "width",
        "height",
        "by_kind",
        "by_key",
        "by_name",
        "created_at",
    )
}


class SenderOut(Schema):
    """Who attached it, as they were called then."""

    kind: str = Field(description="person, token or robot")
    id: str
    name: str


class AttachmentOut(Schema):
    """A photo or file as it leaves the house; its bytes are at `…/content`."""

    id: str
    task: str = Field(description="the task's id")
    kind: Literal["photo", "file"] = Field(
        description="a photo is a JPEG, PNG, GIF or WebP; all else is a file"
    )
    name: str
    size: int = Field(description="in bytes")
    type: str = Field(description="the media type, found from the content")
    sha256: str = Field(description="of the content, in hex")
    preview: Literal["none", "waiting", "ready", "failed"] = Field(
        description="whether `…/thumbnail` and `…/display` are there; drawn shortly after a photo arrived"
    )
    width: int | None = Field(description="of the photo, in pixels; null until the preview is ready")
    height: int | None
    by: SenderOut
    created_at: datetime


class AttachmentList(Schema):
    """A page of attachments, in the order in which they were attached."""

    items: list[AttachmentOut]
    next: str | None = Field(None, description="the next page's `after`; null on the last page")


def _with_sender(row: dict[str, Any]) -> dict[str, Any]:
    sender = {"kind": row.pop("by_kind"), "id": row.pop("by_key"), "name": row.pop("by_name")}
    return row | {"by": sender}


def _told(row: Attachment) -> dict[str, Any]:
    return _with_sender(told(row, SHAPE))


BINARY = {"schema": {"type": "string", "format": "binary"}}
BODY = {
    "requestBody": {
        "required": True,
        "content": {
            FORM: {
                "schema": {
                    "type": "object",
                    "properties": {"file": {"type": "string", "format": "binary"}},
                    "required": ["file"],
                    "additionalProperties": False,
                }
            },
            "application/octet-stream": BINARY,
            "image/*": BINARY,
        },
    }
}
Disposition = Annotated[
    str | None,
    Header(
        alias="Content-Disposition",
        description="the name of a raw body as in RFC 6266: `attachment; filename*=UTF-8''crack%20in%20pier.jpg`",
    ),
]
FullName = Annotated[
    str, Field(max_length=1000, description="the name of a raw body, where no header says it")
]


BYTES = ERRORS | {304: None, 412: Problem}


def _bytes_of(kind: str) -> dict[str, Any]:
    """What the document says of an answer that is no JSON."""
    return {"responses": {200: {"description": "The bytes", "content": {kind: BINARY}}}}


@router.get(
    "/tasks/{id}/attachments",
    auth=READ,
    response={200: AttachmentList} | ERRORS,
    operation_id="list_attachments",
)
def list_attachments(request: HttpRequest, id: Id, after: Id = "", limit: Limit = 50) -> HttpResponse:
    """Photos and files of a task, `limit` at a time; `Link: rel="next"` leads on."""
    task = one(Task.objects.visible_to(request.auth), public_id=id)  # type: ignore[attr-defined]
    rows = Attachment.objects.current().filter(task=task).order_by("pk")
    if after:
        # Also if that one was removed meanwhile.
        rows = rows.filter(pk__gt=position(Attachment.objects.filter(task=task), public_id=after))
    found = rows.values_list(*SHAPE.values())[: limit + 1]
    return page(request, [_with_sender(dict(zip(SHAPE, row, strict=True))) for row in found], limit, "id")


@router.post(
    "/tasks/{id}/attachments",
    auth=WRITE,
    response={201: AttachmentOut, 503: Problem, 507: Problem} | ERRORS | CLASHES,
    operation_id="create_attachment",
    openapi_extra=BODY,
)
@replays
def create_attachment(
    request: HttpRequest, id: Id, name: FullName = "", content_disposition: Disposition = None
) -> HttpResponse:
    """Attach one photo or file: as the part `file` of a form, or as the body itself with a name.

    What it is is found from its content. A JPEG, PNG, GIF or WebP is a photo and gets a preview.
    """
    # Before a byte of it is read.
    try:
        actions_attachments.check_task(request.auth, id)  # type: ignore[attr-defined]
    except (Http404, NotPossible):
        if not is_kept(request):
            raise
    upload = _sent(request, name, content_disposition)
    try:
        with actions_attachments.stored(upload) as given:

            def attach() -> HttpResponse:
                made = actions_attachments.attach(request.auth, id, given)  # type: ignore[attr-defined]
                return answer(_told(made), 201)

            return answered(request, attach, lambda: f"{given.name}\n{given.sha256}".encode())
    finally:
        upload.close()


def _sent(request: HttpRequest, name: str, disposition: str | None) -> Upload:
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise HttpError(415, "Send the file as it is, without Content-Encoding.")
    kind = (request.content_type or "").lower()
    if kind == WEB_FORM:
        raise HttpError(415, f"Send {FORM}, or the file itself with its own Content-Type.")
    if kind != FORM:
        return uploading.read_raw(request, _name(disposition) or name)
    uploading.expect_files(request, 1)
    files = uploading.read_form(request)
    unknown = [field for field in (*request.POST, *files) if field != "file"]
    if unknown:
        raise NotValid(unknown[0], "There is no such field: the form has one part, `file`.")
    if "file" not in files or "file" in request.POST:
        raise NotValid("file", "Send the file as the part `file`, with a filename.")
    return files["file"][0]


def _name(disposition: str | None) -> str:
    """The filename of a Content-Disposition (RFC 6266 section 4.3); empty when it has none."""
    if not disposition:
        return ""
    # WSGI gives headers as Latin-1, whatever was sent.
    with contextlib.suppress(UnicodeError):
        disposition = disposition.encode("latin-1").decode("utf-8")
    try:
        _kind, parameters = parse_header_parameters(disposition)
    except (ValueError, LookupError):
        return ""
    return str(parameters.get("filename", ""))


def _visible(request: HttpRequest, public_id: str) -> Attachment:
    rows = Attachment.objects.visible_to(request.auth).select_related("task")  # type: ignore[attr-defined]
    return one(rows, public_id=public_id)


@router.get(
    "/attachments/{id}", auth=READ, response={200: AttachmentOut} | ERRORS, operation_id="read_attachment"
)
def read_attachment(request: HttpRequest, id: Id) -> HttpResponse:
    """What one is; not its bytes."""
    return answer(_told(_visible(request, id)))


@router.get(
    "/attachments/{id}/content",
    auth=READ,
    response=BYTES,
    operation_id="download_attachment",
    openapi_extra=_bytes_of("*/*"),
)
def download_attachment(request: HttpRequest, id: Id) -> HttpResponseBase:
    """The bytes that were sent; `ETag` is their SHA-256 and `If-None-Match` spares sending them again (304)."""
    return downloads.original(request, _visible(request, id))


def _picture(request: HttpRequest, public_id: str, size: str) -> HttpResponseBase:
    row = _visible(request, public_id)
    if row.preview == Attachment.Preview.WAITING:
        soon = problem(404, "not_drawn", "The preview is being drawn. Try again.")
        soon.headers["Retry-After"] = str(PAUSE)
        return soon
    return downloads.picture(request, row, size)


@router.get(
    "/attachments/{id}/thumbnail",
    auth=READ,
    response=BYTES,
    operation_id="read_thumbnail",
    openapi_extra=_bytes_of(downloads.PREVIEW_TYPE),
)
def read_thumbnail(request: HttpRequest, id: Id) -> HttpResponseBase:
    """A photo at 480 pixels at most, drawn by us, upright and without EXIF; 404 while `preview` is not `ready`."""
    return _picture(request, id, THUMBNAIL)


@router.get(
    "/attachments/{id}/display",
    auth=READ,
    response=BYTES,
    operation_id="read_display",
    openapi_extra=_bytes_of(downloads.PREVIEW_TYPE),
)
def read_display(request: HttpRequest, id: Id) -> HttpResponseBase:
    """The same at 1600 pixels at most."""
    return _picture(request, id, DISPLAY)


@router.delete(
    "/attachments/{id}", auth=WRITE, response={204: None} | ERRORS | CLASHES, operation_id="delete_attachment"
)
def delete_attachment(request: HttpRequest, id: Id) -> Any:
    """Remove it; its bytes are gone shortly after."""
    actions_attachments.remove(request.auth, id)  # type: ignore[attr-defined]
    return Status(204, None)
