"""Photos and files of a task through the API: sent in two ways, read, downloaded, removed."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.models import Record
from tests.cast import Cast
from tests.conftest import bearer
from tests.tokens.conftest import call, is_problem, personal
from tests.workspaces.attaching import PDF, content, files, get, photo, send, send_raw
from tests.workspaces.conftest import API, Place
from workspaces.models import Attachment, Workspace

HERE = f"{API}/tasks/{{}}/attachments"


def listed(place: Place, task: str, query: str = "") -> list[dict[str, Any]]:
    return call(f"{API}/tasks/{task}/attachments?{query}", place.token).json()["items"]


def test_a_photo_is_attached_by_a_form(cast: Cast, bridge: Place, task: str) -> None:
    sent = photo()
    answer = send(bridge, task, sent, "północny filar.jpg", content_type="image/jpeg")
    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert told == listed(bridge, task)[0] == get(bridge, told["id"]).json()
    assert (told["kind"], told["name"], told["type"]) == ("photo", "północny filar.jpg", "image/jpeg")
    assert told["size"] == len(sent) and told["sha256"] == hashlib.sha256(sent).hexdigest()
    assert told["task"] == task and told["preview"] == "waiting" and told["width"] is None
    assert told["by"] == {"kind": "robot", "id": cast.robby.public_id, "name": "Robby"}
    assert len(files()) == 1 and "filar" not in files()[0]


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ('attachment; filename="deck plan.pdf"', "deck plan.pdf"),
        ("attachment; filename*=UTF-8''p%C3%B3%C5%82noc.pdf", "północ.pdf"),
        ("attachment; filename=\"x.pdf\"; filename*=UTF-8''%E2%82%AC.pdf", "€.pdf"),
        ('attachment; filename="../../etc/pass.pdf"', "pass.pdf"),
        ('attachment; filename="C:\\\\photos\\\\a.pdf"', "a.pdf"),
        ("attachment; filename=bare.pdf", "bare.pdf"),
    ],
)
def test_a_file_is_attached_as_the_body_itself(bridge: Place, task: str, given: str, name: str) -> None:
    answer = send_raw(bridge, task, PDF, None, Content_Disposition=given)
    assert answer.status_code == 201, answer.content
    assert (answer.json()["name"], answer.json()["kind"]) == (name, "file")
    assert answer.json()["type"] == "application/pdf" and answer.json()["preview"] == "none"


def test_the_name_may_stand_in_the_address(bridge: Place, task: str) -> None:
    answer = send_raw(bridge, task, PDF, None, "?name=deck.pdf")
    assert answer.status_code == 201 and answer.json()["name"] == "deck.pdf"


def test_what_was_sent_comes_back_to_be_saved_and_never_shown(bridge: Place, task: str) -> None:
    sent = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    made = send_raw(bridge, task, sent, "plan ę.svg", kind="image/svg+xml").json()
    assert made["kind"] == "file" and made["type"] == "text/plain"
    answer = get(bridge, made["id"], "/content")
    assert content(answer) == sent
    told = answer.headers
    assert told["Content-Type"] == "text/plain" and told["Content-Length"] == str(len(sent))
    assert told["Content-Disposition"] == "attachment; filename*=utf-8''plan%20%C4%99.svg"
    assert told["X-Content-Type-Options"] == "nosniff" and "sandbox" in told["Content-Security-Policy"]
    assert told["Cache-Control"] == "no-store" and told["ETag"] == f'"{made["sha256"]}"'


def test_bytes_that_one_has_are_not_sent_again(bridge: Place, task: str) -> None:
    made = send(bridge, task, PDF, "deck.pdf").json()
    again = get(bridge, made["id"], "/content", If_None_Match=f'"{made["sha256"]}"')
    assert again.status_code == 304 and not again.content
    is_problem(get(bridge, made["id"], "/content", If_Match='"other"'), 412)


def test_what_happened_is_told_with_its_origin(cast: Cast, bridge: Place, task: str) -> None:
    made = send(bridge, task, photo("PNG"), "a.png").json()
    other = send(bridge, task, PDF, "b.pdf").json()
    assert call(f"{API}/attachments/{made['id']}", bridge.token, "delete").status_code == 204
    events = call(f"{API}/events?types=photo.attached,file.attached,attachment.removed", bridge.token)
    first, second, third = events.json()["items"]
    facts = {key: made[key] for key in ("name", "size", "type", "sha256", "task")}
    told = first["data"]
    assert (first["type"], told["changes"]) == ("photo.attached", facts)
    assert told["thing"] == {"kind": "attachment", "id": made["id"], "name": "a.png"}
    assert told["actor"] == {"kind": "robot", "id": cast.robby.public_id, "name": "Robby"}
    assert told["names"] == {"task": "Photograph the piers"} and told["workspace"] == bridge.id
    assert second["type"] == "file.attached" and second["data"]["thing"]["id"] == other["id"]
    assert (third["type"], third["data"]["changes"]) == ("attachment.removed", facts | {"kind": "photo"})


def test_the_record_says_it_in_words(cast: Cast, bridge: Place, task: str) -> None:
    made = send(bridge, task, photo(), "a.jpg").json()
    call(f"{API}/attachments/{made['id']}", bridge.token, "delete")
    shown = cast.client("olga").get("/o/halden/record/?type=work").content.decode()
    assert ">a.jpg</a> to the task Photograph the piers" in shown and "Removed <a" in shown
    assert "<dt>Kind</dt><dd>Photo</dd>" in shown and "Checksum (SHA-256)" in shown


def test_a_list_leads_on_and_survives_what_is_removed(bridge: Place, task: str) -> None:
    made = [send(bridge, task, PDF, f"{number}.pdf").json()["id"] for number in range(3)]
    first = call(f"{API}/tasks/{task}/attachments?limit=2", bridge.token)
    assert first.json()["next"] == made[1] and 'rel="next"' in first.headers["Link"]
    call(f"{API}/attachments/{made[1]}", bridge.token, "delete")
    assert [one["id"] for one in listed(bridge, task, f"after={made[1]}")] == [made[2]]
    is_problem(call(f"{API}/tasks/{task}/attachments?after=nobody", bridge.token), 404)


def test_removing_takes_the_files_after_the_commit(committed: None, bridge: Place, task: str) -> None:
    from workspaces import tasks

    made = send(bridge, task, PDF, "a.pdf").json()["id"]
    assert call(f"{API}/attachments/{made}", bridge.token, "delete").status_code == 204
    row = Attachment.objects.get()
    assert row.retired_at and row.storage_key
    for _ in range(2):
        tasks.remove_files_of_task(row.task_id)
    row.refresh_from_db()
    assert row.storage_key is None and files() == []
    for path in ("", "/content", "/thumbnail", "/display"):
        is_problem(get(bridge, made, path), 404)
    is_problem(call(f"{API}/attachments/{made}", bridge.token, "delete"), 404)


@pytest.mark.parametrize("what", ["task", "board", "workspace"])
def test_what_is_deleted_takes_its_files_along(bridge: Place, task: str, what: str) -> None:
    from workspaces import tasks

    made = send(bridge, task, PDF, "a.pdf").json()["id"]
    row = Attachment.objects.select_related("task").get()
    call(f"{bridge.here}/boards", bridge.token, "post", {"name": "Other"})
    path = {
        "task": f"tasks/{task}",
        "board": f"boards/{bridge.board}",
        "workspace": f"workspaces/{bridge.id}",
    }
    assert call(f"{API}/{path[what]}", bridge.token, "delete").status_code == 204
    is_problem(get(bridge, made), 404)
    is_problem(call(HERE.format(task), bridge.token), 404)
    is_problem(send(bridge, task, PDF, "b.pdf"), 404)
    keys = {"task": row.task_id, "board": row.task.board_id, "workspace": row.task.workspace_id}
    getattr(tasks, f"remove_files_of_{what}")(keys[what])
    assert files() == []


def test_strangers_and_those_who_do_not_belong_find_nothing(cast: Cast, bridge: Place, task: str) -> None:
    made = send(bridge, task, PDF, "a.pdf").json()["id"]
    for name in ("stan", "ada"):
        other = Place(personal(cast, name), bridge.id)
        for path in ("", "/content", "/thumbnail", "/display"):
            is_problem(get(other, made, path), 404)
        is_problem(call(f"{API}/attachments/{made}", other.token, "delete"), 404)
        is_problem(send(other, task, PDF, "b.pdf"), 404)
        is_problem(call(HERE.format(task), other.token), 404)
    Workspace.objects.get().members.add(cast.membership("ada"))
    assert content(get(Place(personal(cast, "ada"), bridge.id), made, "/content")) == PDF


def test_who_may_only_read_attaches_and_removes_nothing(
    cast: Cast, bridge: Place, task: str, token_for
) -> None:
    made = send(bridge, task, PDF, "a.pdf").json()["id"]
    reader = Place(token_for(cast.reader_values), bridge.id)
    is_problem(send(reader, task, PDF, "b.pdf"), 403, "not_allowed")
    is_problem(send_raw(reader, task, PDF, "b.pdf"), 403, "not_allowed")
    is_problem(call(f"{API}/attachments/{made}", reader.token, "delete"), 403, "not_allowed")
    assert content(get(reader, made, "/content")) == PDF and len(files()) == 1


def test_in_an_archived_workspace_nothing_changes(bridge: Place, task: str) -> None:
    made = send(bridge, task, PDF, "a.pdf").json()["id"]
    call(f"{bridge.here}/archive", bridge.token, "post")
    is_problem(send(bridge, task, PDF, "b.pdf"), 409, "not_possible")
    is_problem(call(f"{API}/attachments/{made}", bridge.token, "delete"), 409, "not_possible")
    assert content(get(bridge, made, "/content")) == PDF and len(files()) == 1


def test_a_repeated_upload_happens_once(bridge: Place, task: str) -> None:
    key = {"Idempotency-Key": "k1"}
    first, again = (send(bridge, task, PDF, "a.pdf", headers=key) for _ in range(2))
    assert first.content == again.content and again.headers["Idempotency-Replayed"] == "true"
    raw = send_raw(bridge, task, PDF, "a.pdf", Idempotency_Key="k1")
    assert raw.content == first.content
    is_problem(send(bridge, task, PDF + b" ", "a.pdf", headers=key), 422, "key_reused")
    is_problem(send(bridge, task, PDF, "b.pdf", headers=key), 422, "key_reused")
    assert Attachment.objects.count() == 1 and len(files()) == 1
    assert Record.objects.filter(type="file.attached").count() == 1


@pytest.mark.parametrize("what", ["full", "archived", "deleted"])
def test_what_has_changed_since_hinders_no_repetition(
    bridge: Place, task: str, monkeypatch: Any, what: str
) -> None:
    """It was done; only its answer got lost."""
    first = send(bridge, task, PDF, "a.pdf", headers={"Idempotency-Key": "k1"})
    if what == "full":
        monkeypatch.setattr("workspaces.actions_attachments.MOST", 1)
    elif what == "archived":
        assert call(f"{bridge.here}/archive", bridge.token, "post").status_code == 200
    else:
        assert call(f"{API}/tasks/{task}", bridge.token, "delete").status_code == 204
    again = send(bridge, task, PDF, "a.pdf", headers={"Idempotency-Key": "k1"})
    assert again.headers["Idempotency-Replayed"] == "true"
    assert (again.status_code, again.content) == (201, first.content)
    for headers in ({}, {"Idempotency-Key": "k2"}):
        refused = send(bridge, task, PDF, "a.pdf", headers=headers)
        is_problem(refused, 404 if what == "deleted" else 409, "" if what == "deleted" else "not_possible")
    assert Attachment.objects.count() == 1


def test_a_task_has_only_so_many(bridge: Place, task: str, monkeypatch) -> None:
    monkeypatch.setattr("workspaces.actions_attachments.MOST", 1)
    assert send(bridge, task, PDF, "a.pdf").status_code == 201
    is_problem(send(bridge, task, PDF, "b.pdf"), 409, "not_possible")
    assert len(files()) == 1


def test_a_file_that_got_lost_is_missing_not_an_error(bridge: Place, task: str, storage: Path) -> None:
    made = send(bridge, task, PDF, "a.pdf").json()["id"]
    (storage / files()[0]).unlink()
    is_problem(get(bridge, made, "/content"), 404)


def test_the_door_refuses_before_a_byte_is_read(bridge: Place, task: str) -> None:
    class Unread:
        def read(self, *args: Any) -> bytes:
            raise AssertionError("the body was read")

        readline = read

    def posted(token: str, kind: str, where: str = task) -> int:
        environ = {"wsgi.input": Unread(), "CONTENT_LENGTH": "100", "CONTENT_TYPE": kind}
        return (
            Client().generic("POST", HERE.format(where), headers=bearer(token), **environ).status_code  # type: ignore[arg-type]
        )

    for kind in ("multipart/form-data; boundary=x", "image/jpeg"):
        assert posted("gate_pat_nothing", kind) == 401
        assert posted(bridge.token, kind, "nowhere") == 404
    call(f"{bridge.here}/archive", bridge.token, "post")
    assert posted(bridge.token, "image/jpeg") == 409
