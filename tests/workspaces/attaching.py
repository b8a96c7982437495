"""Photos and files for tests, and how programs send them."""

import io
import os
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accounts.permissions import Actor
from tests.conftest import bearer
from tests.workspaces.conftest import API, Place
from workspaces import actions_attachments
from workspaces.models import Attachment
from workspaces.storage import attachments
from workspaces.uploading import Upload

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n"
EVERYTHING_ABOUT_A_PLACE = 0x8825


def photo(kind: str = "JPEG", size: tuple[int, int] = (800, 600), mode: str = "RGB", **saved: Any) -> bytes:
    """A picture: red on the left, blue on the right."""
    picture = Image.new(mode, size, "red" if mode in ("RGB", "RGBA", "P", "CMYK") else 0)
    if mode in ("RGB", "RGBA"):
        picture.paste("blue", (size[0] // 2, 0, *size))
    file = io.BytesIO()
    picture.save(file, kind, **saved)
    return file.getvalue()


def with_a_place(orientation: int = 1) -> Image.Exif:
    """EXIF that says where it was taken, by whom, and how the camera was held."""
    exif = Image.Exif()
    exif[0x0112], exif[0x013B] = orientation, "Olga's telephone"
    exif.get_ifd(EVERYTHING_ABOUT_A_PLACE)[1] = "N"
    return exif


def attached(actor: Actor, task: str, content: bytes, name: str = "pier.jpg") -> Attachment:
    """Attached by the verb itself, as pages and programs do."""
    upload = Upload(name)
    upload.take(content)
    with actions_attachments.stored(upload) as given:
        made = actions_attachments.attach(actor, task, given)
    upload.close()
    return made


def send(place: Place, task: str, content: bytes, name: str = "pier.jpg", **more: Any) -> Any:
    """As the part `file` of a form."""
    headers = bearer(place.token) | more.pop("headers", {})
    part = SimpleUploadedFile("x", content, more.pop("content_type", "application/octet-stream"))
    part._name = name
    return Client().post(f"{API}/tasks/{task}/attachments", {"file": part} | more, headers=headers)


def send_raw(
    place: Place,
    task: str,
    content: bytes,
    name: str | None = "pier.jpg",
    query: str = "",
    kind: str = "application/octet-stream",
    **headers: str,
) -> Any:
    """As the body, named in a header."""
    named = {"Content-Disposition": f'attachment; filename="{name}"'} if name is not None else {}
    return Client().post(
        f"{API}/tasks/{task}/attachments{query}",
        content,
        content_type=kind,
        headers=bearer(place.token)
        | named
        | {key.replace("_", "-"): value for key, value in headers.items()},
    )


def get(place: Place, attachment: str, more: str = "", **headers: str) -> Any:
    """What the API answers about it."""
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    return Client().get(f"{API}/attachments/{attachment}{more}", headers=bearer(place.token) | named)


def content(answer: Any) -> bytes:
    """Of a streamed answer."""
    assert answer.status_code == 200, (answer.status_code, getattr(answer, "content", b""))
    return b"".join(answer.streaming_content)


def files() -> list[str]:
    """Every name in the storage."""
    root = Path(attachments().location)  # type: ignore[attr-defined]
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def grow_old(name: str, seconds: float = 2 * 24 * 3600) -> None:
    """As if it had been stored that long ago."""
    path = attachments().path(name)
    then = os.stat(path).st_mtime - seconds
    os.utime(path, (then, then))
