"""Files and rows: whatever dies half-way, rows are the truth, and what no row leads to is swept."""

import os
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError

from accounts.models import Record
from accounts.record import verify
from tests.accounts.conftest import together
from tests.cast import Cast
from tests.tokens.conftest import call
from tests.workspaces.attaching import PDF, files, grow_old, photo, send, send_raw
from tests.workspaces.conftest import API, Place
from workspaces import drawing, leftovers, tasks
from workspaces.models import Attachment


def test_only_this_user_can_read_the_files(bridge: Place, task: str, storage: Path) -> None:
    send(bridge, task, PDF, "a.pdf")
    path = storage / files()[0]
    assert path.stat().st_mode & 0o777 == 0o600 and path.parent.stat().st_mode & 0o777 == 0o700


def test_the_sweep_takes_what_no_row_leads_to(bridge: Place, task: str, storage: Path) -> None:
    send(bridge, task, photo())
    drawing.draw_due()
    kept = files()
    assert len(kept) == 3
    key = next(name for name in kept if "." not in name)
    strays = ["ab/" + "ab" * 16, f"{key}.00000000.thumbnail", "cd/" + "cd" * 16 + ".11111111.display"]
    for name in strays:
        (storage / name).parent.mkdir(exist_ok=True)
        (storage / name).write_bytes(b"half")
    assert leftovers.sweep_folder() == 0
    for name in files():
        grow_old(name)
    assert leftovers.sweep_folder() == 3 and files() == kept


def test_a_sweep_of_nothing(storage: Path, cast: Cast) -> None:
    tasks.sweep_attachments()
    assert files() == []


def test_a_lost_message_is_made_good_by_the_sweep(bridge: Place, task: str) -> None:
    send(bridge, task, PDF, "a.pdf")
    call(f"{API}/workspaces/{bridge.id}", bridge.token, "delete")
    assert len(files()) == 1
    tasks.sweep_attachments()
    assert files() == [] and Attachment.objects.get().storage_key is None


def test_a_file_that_can_not_be_removed_is_tried_again(
    bridge: Place, task: str, storage: Path, monkeypatch: Any
) -> None:
    made = send(bridge, task, PDF, "a.pdf").json()["id"]
    call(f"{API}/attachments/{made}", bridge.token, "delete")

    def denied(*args: Any) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patched:
        patched.setattr(os, "remove", denied)
        tasks.sweep_attachments()
    assert len(files()) == 1 and Attachment.objects.get().storage_key
    tasks.sweep_attachments()
    assert files() == []


def test_an_upload_whose_row_is_not_written_leaves_nothing(
    bridge: Place, task: str, monkeypatch: Any
) -> None:
    def broken(**values: Any) -> None:
        raise DatabaseError("gone")

    with monkeypatch.context() as patched:
        patched.setattr(Attachment.objects, "create", broken)
        with pytest.raises(DatabaseError):
            send(bridge, task, PDF, "a.pdf")
    assert files() == [] and not Attachment.objects.exists()


def test_a_killed_upload_leaves_at_most_what_the_sweep_takes(
    bridge: Place, task: str, storage: Path, settings: Any
) -> None:
    """A process of its own that dies while it stores: nothing in the folder of half uploads, one stray in the storage."""
    child = os.fork()
    if child == 0:
        from workspaces.storage import FolderStorage
        from workspaces.uploading import Upload

        real = FolderStorage._save

        def dying(self: Any, name: str, content: Any) -> str:
            real(self, name, content)
            os._exit(9)

        FolderStorage._save = dying  # type: ignore[method-assign]
        upload = Upload("a.pdf")
        upload.take(PDF)
        from workspaces.actions_attachments import stored

        with stored(upload):
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert os.listdir(settings.FILE_UPLOAD_TEMP_DIR) == [] and len(files()) == 1
    grow_old(files()[0])
    tasks.sweep_attachments()
    assert files() == []


@pytest.mark.usefixtures("committed")
def test_eight_uploads_at_once_are_eight(cast: Cast, bridge: Place, task: str) -> None:
    answers = together(*(lambda n=n: send_raw(bridge, task, PDF, f"{n}.pdf") for n in range(8)))
    assert [answer.status_code for answer in answers] == [201] * 8
    assert Attachment.objects.count() == len(files()) == 8
    assert verify(cast.home).broken_at is None


@pytest.mark.usefixtures("committed")
def test_the_same_key_at_once_is_one(cast: Cast, bridge: Place, task: str) -> None:
    answers = together(*(lambda: send_raw(bridge, task, PDF, "a.pdf", Idempotency_Key="k") for _ in range(6)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert Attachment.objects.count() == len(files()) == 1


@pytest.mark.usefixtures("committed")
def test_of_eight_who_remove_it_one_does(cast: Cast, bridge: Place, task: str) -> None:
    made = send(bridge, task, PDF, "a.pdf").json()["id"]
    path = f"{API}/attachments/{made}"
    answers = together(*(lambda: call(path, bridge.token, "delete") for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [204] + [404] * 7
    assert Record.objects.filter(type="attachment.removed").count() == 1


@pytest.mark.usefixtures("committed")
def test_the_last_place_is_given_once(cast: Cast, bridge: Place, task: str, monkeypatch: Any) -> None:
    monkeypatch.setattr("workspaces.actions_attachments.MOST", 3)
    answers = together(*(lambda n=n: send_raw(bridge, task, PDF, f"{n}.pdf") for n in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [409] * 3
    assert Attachment.objects.count() == len(files()) == 3


@pytest.mark.usefixtures("committed")
def test_an_upload_to_a_task_that_is_deleted_at_once_leaves_nothing_for_long(
    cast: Cast, bridge: Place, task: str
) -> None:
    together(
        *(lambda n=n: send_raw(bridge, task, PDF, f"{n}.pdf") for n in range(4)),
        lambda: call(f"{API}/tasks/{task}", bridge.token, "delete"),
    )
    tasks.sweep_attachments()
    assert files() == []


@pytest.mark.usefixtures("committed")
def test_two_who_draw_the_same_draw_it_once(cast: Cast, bridge: Place, task: str) -> None:
    send(bridge, task, photo())
    row = Attachment.objects.get()
    together(lambda: drawing.draw(row), lambda: drawing.draw(row))
    row.refresh_from_db()
    assert row.preview == "ready" and len(files()) == 3
    assert all(row.preview_token in name for name in files() if "." in name)
