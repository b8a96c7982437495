"""What is not taken as an attachment: lies, nothing, too much, half of it; and nothing is left behind."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from accounts.models import Record
from tests.conftest import bearer
from tests.tokens.conftest import is_problem
from tests.workspaces.attaching import PDF, files, photo, send, send_raw
from tests.workspaces.conftest import API, Place
from workspaces.models import Attachment

MB = 1_000_000
EXE = b"MZ\x90\x00\x03" + b"\x00" * 100


@pytest.fixture(autouse=True)
def nothing_is_left(task: str) -> Iterator[None]:
    yield
    assert files() == [] and not Attachment.objects.exists()
    assert not Record.objects.filter(type__contains="attached").exists()


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (b"<html><script>alert(1)</script>", "pier.jpg", ""),
        (PDF, "pier.png", ""),
        (EXE, "report.pdf", ""),
        (EXE, "notes.txt", ""),
        (photo("PNG"), "report.pdf", ""),
        (photo("PNG"), "film.mp4", ""),
        (b"not a zip at all", "plans.docx", ""),
        (PDF, "pier", "image/jpeg"),
        (photo(), "report", "application/pdf"),
        (b"\xff\xd8" + b"\x00" * 50, "pier.jpg", "image/jpeg"),
    ],
)
def test_what_lies_about_its_type(bridge: Place, task: str, content: bytes, name: str, kind: str) -> None:
    for answer in (
        send(bridge, task, content, name, content_type=kind or "application/octet-stream"),
        send_raw(bridge, task, content, name, kind=kind or "application/octet-stream"),
    ):
        told = is_problem(answer, 422, "invalid")["errors"][0]
        assert told["field"] == "file" and "is not what it says" in told["message"]


def test_nothing(bridge: Place, task: str) -> None:
    for answer in (send(bridge, task, b"", "a.pdf"), send_raw(bridge, task, b"", "a.pdf")):
        told = is_problem(answer, 422, "invalid")
        assert told["errors"] == [{"field": "file", "message": "a.pdf is empty."}]


@pytest.mark.parametrize(
    "name",
    ["", " ", ".", "..", "a/..", "x" * 201, "a\tb.pdf", "in\u202exe.pdf", "\u200b"],
)
def test_names_that_are_none(bridge: Place, task: str, name: str) -> None:
    from urllib.parse import quote

    answer = send_raw(bridge, task, PDF, None, f"?name={quote(name)}")
    assert is_problem(answer, 422, "invalid")["errors"][0]["field"] == "name"
    header = f"attachment; filename*=UTF-8''{quote(name)}"
    answer = send_raw(bridge, task, PDF, None, Content_Disposition=header)
    assert is_problem(answer, 422, "invalid")["errors"][0]["field"] == "name"


@pytest.mark.parametrize(
    "given", ["attachment", "attachment; filename=", "x" * 5000, "attachment; filename*=x''%ff", ";;;"]
)
def test_headers_that_name_nothing(bridge: Place, task: str, given: str) -> None:
    answer = send_raw(bridge, task, PDF, None, Content_Disposition=given)
    assert is_problem(answer, 422, "invalid")["errors"][0]["field"] == "name"


def test_too_much_is_refused_unread(bridge: Place, task: str, settings: Any) -> None:
    settings.ATTACHMENT_MAX_SIZE = MB

    class Unread:
        def read(self, *args: Any) -> bytes:
            raise AssertionError("the body was read")

        readline = read

    for kind, size in (("image/jpeg", MB + 1), ("multipart/form-data; boundary=x", 3 * MB)):
        environ: Any = {"wsgi.input": Unread(), "CONTENT_LENGTH": str(size), "CONTENT_TYPE": kind}
        path = f"{API}/tasks/{task}/attachments"
        told = is_problem(
            Client().generic("POST", path, headers=bearer(bridge.token), **environ), 413, "too_large"
        )
        assert told["limit"] == MB and "at most 1 MB" in told["detail"]


def test_a_form_that_is_a_little_too_large(bridge: Place, task: str, settings: Any) -> None:
    settings.ATTACHMENT_MAX_SIZE = 100_000
    is_problem(send(bridge, task, photo() + b"\x00" * 100_000, "a.jpg"), 413, "too_large")


@pytest.mark.parametrize("cut", [1, 30, 60, 150])
def test_half_a_body(bridge: Place, task: str, cut: int) -> None:
    whole = (
        b"--x\r\n"
        b'Content-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n' + PDF + b"\r\n--x--\r\n"
    )
    for kind, body in (("multipart/form-data; boundary=x", whole), ("application/pdf", PDF * 10)):
        environ: Any = {"CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body[:-cut])}
        environ |= {"CONTENT_TYPE": kind, "HTTP_CONTENT_DISPOSITION": "attachment; filename=a.pdf"}
        path = f"{API}/tasks/{task}/attachments"
        is_problem(Client().generic("POST", path, headers=bearer(bridge.token), **environ), 400)


def test_a_connection_that_breaks(bridge: Place, task: str) -> None:
    class Broken(io.BytesIO):
        def read(self, *args: Any) -> bytes:
            raise ConnectionResetError("gone")

        readline = read  # type: ignore[assignment]

    for kind in ("multipart/form-data; boundary=x", "application/pdf"):
        environ: Any = {"CONTENT_LENGTH": "100", "wsgi.input": Broken(), "CONTENT_TYPE": kind}
        path = f"{API}/tasks/{task}/attachments?name=a.pdf"
        is_problem(Client().generic("POST", path, headers=bearer(bridge.token), **environ), 400)


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", "multipart/form-data; boundary=x", 422),
        (b"nothing like it", "multipart/form-data; boundary=x", 422),
        (b"nothing like it", "multipart/form-data", 400),
        (b"--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nno file\r\n--x--\r\n",
         "multipart/form-data; boundary=x", 422),
        (b"--x\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.pdf\"\r\n\r\n" + PDF + b"\r\n--x--\r\n",
         "multipart/form-data; boundary=x", 422),
        (b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n"
         b"Content-Transfer-Encoding: base64\r\n\r\n!!!!\r\n--x--\r\n", "multipart/form-data; boundary=x", 422),
        (b"--x\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\n1\r\n--x--\r\n",
         "multipart/form-data; boundary=x", 422),
        (b"name=a.pdf", "application/x-www-form-urlencoded", 415),
        (PDF, "application/pdf", 422),
    ],
)  # fmt: skip
def test_bodies_that_make_no_sense(bridge: Place, task: str, body: bytes, kind: str, status: int) -> None:
    answer = Client().post(
        f"{API}/tasks/{task}/attachments", body, content_type=kind, headers=bearer(bridge.token)
    )
    is_problem(answer, status, "invalid" if status == 422 else "")


def test_a_part_without_a_filename_is_told_so(bridge: Place, task: str) -> None:
    answer = Client().post(f"{API}/tasks/{task}/attachments", {"file": "text"}, headers=bearer(bridge.token))
    assert "with a filename" in is_problem(answer, 422, "invalid")["errors"][0]["message"]


def test_two_files_in_one_form(bridge: Place, task: str) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n' + PDF + b"\r\n"
    answer = Client().post(
        f"{API}/tasks/{task}/attachments",
        part * 2 + b"--x--\r\n",
        content_type="multipart/form-data; boundary=x",
        headers=bearer(bridge.token),
    )
    is_problem(answer, 413, "too_large")


def test_what_follows_the_form_is_not_kept(bridge: Place, task: str, settings: Any) -> None:
    settings.ATTACHMENT_MAX_SIZE = 1000
    part = b'--x\r\nContent-Disposition: form-data; name="file"; filename=""\r\n\r\n\r\n--x--\r\n'
    answer = Client().post(
        f"{API}/tasks/{task}/attachments",
        part + b"z" * 900_000,
        content_type="multipart/form-data; boundary=x",
        headers=bearer(bridge.token),
    )
    is_problem(answer, 400)


def test_a_packed_body_is_not_unpacked(bridge: Place, task: str) -> None:
    is_problem(send_raw(bridge, task, PDF, Content_Encoding="gzip"), 415)


def test_a_chunked_body_is_told_what_is_missing(bridge: Place, task: str) -> None:
    environ: Any = {"CONTENT_TYPE": "application/pdf", "HTTP_TRANSFER_ENCODING": "chunked"}
    answer = Client().generic(
        "POST", f"{API}/tasks/{task}/attachments?name=a.pdf", headers=bearer(bridge.token), **environ
    )
    assert "Content-Length" in is_problem(answer, 400)["detail"]


def test_a_full_disk(bridge: Place, task: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import errno

    from workspaces.storage import FolderStorage

    def full(*args: Any) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(FolderStorage, "_save", full)
    is_problem(send(bridge, task, PDF, "a.pdf"), 503, "no_room")


def test_a_page_takes_no_file() -> None:
    with open(__file__, "rb") as file:
        answer = Client().post("/accounts/login/", {"login": "x", "file": file})
    assert answer.status_code == 400
