"""Photos and files on the page of a task: attached, shown, saved, removed; whoever can't is told what to do."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Record
from tests.cast import Cast
from tests.workspaces.attaching import PDF, attached, content, files, photo
from workspaces import actions, bulk, drawing
from workspaces.models import Attachment, Task, Workspace


@pytest.fixture
def bridge(cast: Cast, storage: Path) -> Workspace:
    made = actions.create(cast.actor("olga"), "Harbour bridge")
    bulk.create_many(cast.actor("olga"), made.public_id, [{"title": "Photograph the piers"}])
    return made


def page(bridge: Workspace, more: str = "") -> str:
    return f"/o/halden/workspaces/{bridge.public_id}/tasks/1/{more}"


def task() -> str:
    return Task.objects.get().public_id


def send(client: Client, bridge: Workspace, *given: tuple[str, bytes], **more: Any) -> Any:
    parts = [SimpleUploadedFile(name, sent, "application/octet-stream") for name, sent in given]
    return client.post(page(bridge, "attach/"), {"files": parts}, **more)


def test_several_are_attached_at_once(cast: Cast, bridge: Workspace) -> None:
    olga = cast.client("olga")
    answer = send(olga, bridge, ("pier.jpg", photo()), ("plan <b>.pdf", PDF))
    assert answer.status_code == 302 and answer.headers["Location"] == page(bridge) + "#attachments"
    shown = olga.get(page(bridge)).content.decode()
    assert "2 are attached." in shown and "The preview is being made" in shown
    assert "plan &lt;b&gt;.pdf" in shown and "Olga" in shown
    assert drawing.draw_due() == 1
    shown = olga.get(page(bridge)).content.decode()
    assert "being made" not in shown and "800 × 600" in shown and "/thumbnail/" in shown
    assert list(Record.objects.order_by("seq").values_list("type", flat=True))[-2:] == [
        "photo.attached",
        "file.attached",
    ]


def test_what_is_attached_already_stays_one(cast: Cast, bridge: Workspace) -> None:
    olga = cast.client("olga")
    for _ in range(2):
        assert send(olga, bridge, ("pier.jpg", photo())).status_code == 302
    assert Attachment.objects.count() == len(files()) == 1
    assert send(olga, bridge, ("other.jpg", photo())).status_code == 302
    assert Attachment.objects.count() == 2


def test_those_that_can_not_be_are_named_and_the_others_attached(
    cast: Cast, bridge: Workspace, settings: Any
) -> None:
    settings.ATTACHMENT_MAX_SIZE = 1_000_000
    lie, much = ("pier.jpg", b"<html>"), ("film.mp4", b"\x00" * 1_000_001)
    answer = send(cast.client("olga"), bridge, lie, ("plan.pdf", PDF), much, ("empty.txt", b""))
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "pier.jpg is not what it says" in shown and "save it again as JPG" in shown
    assert "film.mp4 is larger than 1 MB" in shown
    assert Attachment.objects.get().name == "plan.pdf" and "plan.pdf</a>" in shown
    assert len(files()) == 1


def test_a_choice_of_nothing_or_too_much(cast: Cast, bridge: Workspace, settings: Any) -> None:
    olga = cast.client("olga")
    answer = olga.post(page(bridge, "attach/"), {})
    assert answer.status_code == 422 and "Choose a photo or file first" in answer.content.decode()
    many = [(f"{number}.pdf", PDF) for number in range(11)]
    answer = send(olga, bridge, *many)
    assert answer.status_code == 413 and "at most 10 at a time" in answer.content.decode()
    settings.ATTACHMENT_MAX_SIZE = 1000
    answer = send(olga, bridge, ("a.bin", b"\x00" * 1_100_000))
    assert answer.status_code == 413 and not Attachment.objects.exists() and files() == []


def test_half_a_form(cast: Cast, bridge: Workspace) -> None:
    whole = (
        b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n'
        + PDF * 9
        + b"\r\n--x--\r\n"
    )
    environ: Any = {"CONTENT_LENGTH": str(len(whole)), "wsgi.input": io.BytesIO(whole[:-50])}
    environ |= {"CONTENT_TYPE": "multipart/form-data; boundary=x"}
    answer = cast.client("olga").generic("POST", page(bridge, "attach/"), **environ)
    assert answer.status_code == 400 and "Not everything arrived" in answer.content.decode()
    assert not Attachment.objects.exists() and files() == []


def test_a_form_from_elsewhere_is_refused(cast: Cast, bridge: Workspace) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.users["olga"])
    assert send(client, bridge, ("plan.pdf", PDF)).status_code == 403
    client.get(page(bridge))
    token = client.cookies["csrf"].value
    assert send(client, bridge, ("plan.pdf", PDF), headers={"X-CSRFToken": token}).status_code == 302
    assert Attachment.objects.count() == 1


def test_nobody_reads_the_files_of_somebody_who_may_not_attach(cast: Cast, bridge: Workspace) -> None:
    class Unread:
        def read(self, *args: Any) -> bytes:
            raise AssertionError("the body was read")

        readline = read

    environ: Any = {"wsgi.input": Unread(), "CONTENT_LENGTH": "100"}
    environ |= {"CONTENT_TYPE": "multipart/form-data; boundary=x"}
    for who, status in (("visitor", 302), ("stan", 404), ("mia", 404)):
        answer = cast.client(who).generic("POST", page(bridge, "attach/"), **environ)
        assert answer.status_code == status, who


def test_strangers_and_other_addresses_find_nothing(cast: Cast, bridge: Workspace) -> None:
    made = attached(cast.actor("olga"), task(), photo())
    drawing.draw_due()
    bulk.create(cast.actor("olga"), bridge.public_id, {"title": "Other"})
    here = f"attachments/{made.public_id}/"
    for more in ("", "thumbnail/", "display/", "remove/"):
        found = cast.client("olga").get(page(bridge, here + more))
        assert found.status_code == 200
        assert found.content if more == "remove/" else content(found)
        assert cast.client("mia").get(page(bridge, here + more)).status_code == 404
        elsewhere = page(bridge, here + more).replace("/tasks/1/", "/tasks/2/")
        assert cast.client("olga").get(elsewhere).status_code == 404


def test_the_original_is_saved_and_only_our_pictures_are_shown(cast: Cast, bridge: Workspace) -> None:
    made = attached(cast.actor("olga"), task(), photo())
    drawing.draw_due()
    olga, here = cast.client("olga"), page(bridge, f"attachments/{made.public_id}/")
    saved = olga.get(here)
    assert content(saved) == photo() and saved.headers["Content-Disposition"].startswith("attachment")
    for size in ("thumbnail", "display"):
        shown = olga.get(f"{here}{size}/")
        assert shown.headers["Content-Type"] == "image/webp" and content(shown)[8:12] == b"WEBP"
        again = olga.get(f"{here}{size}/", headers={"If-None-Match": shown.headers["ETag"]})
        assert again.status_code == 304
    for answer in (saved, shown):
        assert answer.headers["Content-Security-Policy"].endswith("sandbox")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_one_is_removed_on_a_page_of_its_own(cast: Cast, bridge: Workspace) -> None:
    made = attached(cast.actor("olga"), task(), PDF, "plan.pdf")
    adam, here = cast.client("adam"), page(bridge, f"attachments/{made.public_id}/remove/")
    assert "Remove plan.pdf" in adam.get(here).content.decode()
    assert adam.post(here).headers["Location"] == page(bridge) + "#attachments"
    shown = adam.get(page(bridge)).content.decode()
    assert "plan.pdf is removed." in shown and "Nothing is attached." in shown
    assert adam.post(here).status_code == adam.get(here).status_code == 404


def test_an_archived_workspace_shows_and_changes_nothing(cast: Cast, bridge: Workspace) -> None:
    made = attached(cast.actor("olga"), task(), PDF, "plan.pdf")
    actions.archive(cast.actor("olga"), bridge.public_id)
    olga = cast.client("olga")
    shown = olga.get(page(bridge)).content.decode()
    assert "plan.pdf</a>" in shown and "data-attach" not in shown and "/remove/" not in shown
    answer = send(olga, bridge, ("pier.jpg", photo()))
    assert answer.status_code == 422 and "archived" in answer.content.decode()
    assert olga.post(page(bridge, f"attachments/{made.public_id}/remove/")).status_code == 302
    assert Attachment.objects.current().count() == len(files()) == 1


def test_the_pages_cost_the_same_whatever_is_attached(cast: Cast, bridge: Workspace, queries: Any) -> None:
    olga, board = cast.client("olga"), f"/o/halden/workspaces/{bridge.public_id}/"
    attached(cast.actor("olga"), task(), PDF, "0.pdf")
    few = [queries(lambda where=where: olga.get(where)) for where in (page(bridge), board)]
    for number in range(1, 9):
        attached(cast.actor("olga"), task(), PDF, f"{number}.pdf")
    drawing.draw_due()
    assert [queries(lambda where=where: olga.get(where)) for where in (page(bridge), board)] == few
    assert "9 attachments" in olga.get(board).content.decode()
