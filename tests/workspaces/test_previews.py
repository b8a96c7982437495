"""Previews: drawn apart, upright, without EXIF, by limits; what can't be drawn stays a file to download."""

import io
import signal
import struct
import subprocess
import sys
import zlib
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image

from tests.tokens.conftest import call, is_problem
from tests.workspaces.attaching import content, files, get, photo, send, with_a_place
from tests.workspaces.conftest import API, Place
from workspaces import drawing, tasks
from workspaces.models import Attachment


def colour(shown: Image.Image, x: int, y: int) -> tuple[int, int, int]:
    found: Any = shown.convert("RGB").getpixel((x, y))
    return found


def drawn(place: Place, task: str, sent: bytes, name: str = "pier.jpg") -> dict[str, Any]:
    """Attached, drawn, and what the API says of it."""
    made = send(place, task, sent, name)
    assert made.status_code == 201, made.content
    tasks.draw_previews()
    told: dict[str, Any] = get(place, made.json()["id"]).json()
    return told


def picture(place: Place, told: dict[str, Any], size: str) -> Image.Image:
    answer = get(place, told["id"], f"/{size}")
    found = Image.open(io.BytesIO(content(answer)))
    assert answer.headers["Content-Type"] == "image/webp" and found.format == "WEBP"
    assert "Content-Disposition" not in answer.headers
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    return found


@pytest.mark.parametrize(
    ("kind", "mode", "name"),
    [
        ("JPEG", "RGB", "a.jpg"),
        ("JPEG", "CMYK", "a.jpeg"),
        ("JPEG", "L", "a.jpg"),
        ("PNG", "RGBA", "a.png"),
        ("PNG", "P", "a.png"),
        ("PNG", "1", "a.png"),
        ("PNG", "I;16", "a.png"),
        ("GIF", "P", "a.gif"),
        ("WEBP", "RGB", "a.webp"),
        ("PNG", "RGB", "misnamed.jpg"),
    ],
)
def test_pictures_of_every_kind(bridge: Place, task: str, kind: str, mode: str, name: str) -> None:
    told = drawn(bridge, task, photo(kind, (2000, 1000), mode), name)
    assert (told["preview"], told["width"], told["height"]) == ("ready", 2000, 1000)
    assert picture(bridge, told, "thumbnail").size == (480, 240)
    assert picture(bridge, told, "display").size == (1600, 800)


def test_a_small_picture_stays_small_and_transparent(bridge: Place, task: str) -> None:
    told = drawn(bridge, task, photo("PNG", (30, 20), "RGBA"), "a.png")
    shown = picture(bridge, told, "display")
    assert shown.size == (30, 20)
    red, blue = colour(shown, 2, 2), colour(shown, 27, 2)
    assert red[0] > 200 > 60 > red[2] and blue[2] > 200 > 60 > blue[0]


def test_it_stands_upright_and_says_nothing_of_its_origin(bridge: Place, task: str) -> None:
    sent = photo("JPEG", (800, 400), exif=with_a_place(orientation=6), comment=b"Olga was here")
    assert b"Olga" in sent
    told = drawn(bridge, task, sent)
    assert (told["width"], told["height"]) == (400, 800)
    for size in ("thumbnail", "display"):
        shown = picture(bridge, told, size)
        assert shown.size[0] * 2 == shown.size[1] and not shown.getexif() and "exif" not in shown.info
        # Turned clockwise: what was on the left is on top.
        top = colour(shown, shown.size[0] // 2, 5)
        assert top[0] > 200 > 60 > top[2]
        assert b"Olga" not in content(get(bridge, told["id"], f"/{size}"))
    assert content(get(bridge, told["id"], "/content")) == sent


def test_until_it_is_drawn_one_is_asked_to_come_back(bridge: Place, task: str) -> None:
    made = send(bridge, task, photo()).json()["id"]
    for size in ("thumbnail", "display"):
        answer = get(bridge, made, f"/{size}")
        is_problem(answer, 404, "not_drawn")
        assert answer.headers["Retry-After"]
    tasks.draw_previews()
    answer = get(bridge, made, "/thumbnail")
    assert content(answer) and answer.headers["Cache-Control"] == "private, no-cache"
    again = get(bridge, made, "/thumbnail", If_None_Match=answer.headers["ETag"])
    assert again.status_code == 304


def bomb(width: int, height: int) -> bytes:
    """A PNG that says it is that large; a few kilobytes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = zlib.compress(b"\x00" * 1_000_000)
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        (bomb(60_000, 60_000), "bomb.png"),
        (bomb(2**31 - 1, 1), "long.png"),
        (photo()[:400], "cut.jpg"),
        (photo("PNG")[:-40], "cut.png"),
        (b"GIF89a" + b"\xff" * 300, "noise.gif"),
        (photo("PNG")[:50] + b"\x00" * 5000, "broken.png"),
    ],
)
def test_what_can_not_be_drawn_can_be_downloaded(bridge: Place, task: str, sent: bytes, name: str) -> None:
    told = drawn(bridge, task, sent, name)
    assert (told["kind"], told["preview"]) == ("photo", "failed")
    is_problem(get(bridge, told["id"], "/thumbnail"), 404)
    assert content(get(bridge, told["id"], "/content")) == sent and len(files()) == 1


def test_a_large_bomb_meets_the_limit_of_memory(bridge: Place, task: str) -> None:
    file = io.BytesIO()
    Image.new("RGBA", (10_900, 10_900)).save(file, "PNG")
    told = drawn(bridge, task, file.getvalue(), "large.png")
    # 475 MB of pixels and a copy of them: whichever limit it meets, it is answered for.
    assert told["preview"] in ("ready", "failed")


def test_the_drawer_is_held_by_the_kernel(tmp_path: Any) -> None:
    """Whatever it runs into: processor, memory, files."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import drawing_apart as d;"
        "d.SECONDS = 1; d.MEMORY = 300_000_000; d.WRITTEN = 1000; d.limit();"
    )
    folder = str(drawing.PROGRAM.parent)

    def ended(more: str) -> int:
        command = [sys.executable, "-I", "-c", code + more, folder]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, env={}, timeout=60).returncode

    assert ended("bytearray(10_000_000)") == 0
    assert ended("bytearray(400_000_000)") == 1
    # Not SIGKILL: that one is tried again, and a picture that takes too long would be, too.
    assert ended("\nwhile True: pass") == -signal.SIGXCPU
    assert ended("f = open('x', 'wb'); f.write(b'x' * 5000); f.flush()") != 0


def test_the_drawer_knows_nothing_of_us(bridge: Place, task: str, monkeypatch: Any) -> None:
    seen: dict[str, Any] = {}
    real = subprocess.Popen

    def popen(command: Any, **how: Any) -> Any:
        seen.update(how)
        return real(command, **how)

    monkeypatch.setattr(subprocess, "Popen", popen)
    assert drawn(bridge, task, photo())["preview"] == "ready"
    assert seen["env"] == {} and seen["cwd"] == "/"


def test_one_that_hangs_is_ended(bridge: Place, task: str, monkeypatch: Any, tmp_path: Any) -> None:
    program = tmp_path / "hang.py"
    program.write_text("import time; time.sleep(600)")
    monkeypatch.setattr(drawing, "PROGRAM", program)
    monkeypatch.setattr(drawing, "SECONDS", 1)
    assert drawn(bridge, task, photo())["preview"] == "failed"


def test_one_that_was_killed_is_tried_again_but_not_for_ever(
    bridge: Place, task: str, monkeypatch: Any, tmp_path: Any
) -> None:
    program = tmp_path / "killed.py"
    program.write_text("import os; os.kill(os.getpid(), 9)")
    monkeypatch.setattr(drawing, "PROGRAM", program)
    made = send(bridge, task, photo()).json()["id"]
    for attempt in range(1, drawing.MOST_ATTEMPTS + 1):
        tasks.draw_previews()
        row = Attachment.objects.get()
        assert (row.preview, row.preview_attempts) == ("waiting", attempt)
        assert row.preview_due_at and row.preview_due_at > timezone.now() + timedelta(minutes=1)
        Attachment.objects.update(preview_due_at=timezone.now())
    tasks.draw_previews()
    assert get(bridge, made).json()["preview"] == "failed"


def test_a_photo_removed_meanwhile_leaves_nothing(bridge: Place, task: str, monkeypatch: Any) -> None:
    made = send(bridge, task, photo()).json()["id"]
    real = drawing._drawn

    def late(*files: Any) -> Any:
        size = real(*files)
        call(f"{API}/attachments/{made}", bridge.token, "delete")
        return size

    monkeypatch.setattr(drawing, "_drawn", late)
    tasks.draw_previews()
    assert len(files()) == 1
    tasks.remove_files_of_task(Attachment.objects.get().task_id)
    assert files() == []


def test_removing_takes_the_previews_along(bridge: Place, task: str) -> None:
    told = drawn(bridge, task, photo())
    assert len(files()) == 3
    call(f"{API}/attachments/{told['id']}", bridge.token, "delete")
    tasks.remove_files_of_task(Attachment.objects.get().task_id)
    assert files() == []
