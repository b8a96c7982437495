"""What the photos and files of an organization may take together: refused with what to do, and nothing is left behind."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Organization, Record
from tests.cast import Cast
from tests.conftest import bearer
from tests.tokens.conftest import call, is_problem
from tests.workspaces.attaching import PDF, attached, files, send, send_raw
from tests.workspaces.conftest import API, Place, place
from workspaces import leftovers, quota
from workspaces.models import Attachment, Task

MB = 1_000_000
# A little less than the limit below.
LARGE = PDF + b"\x00" * (MB - 500)


@pytest.fixture
def task(robby: str, storage: Path, settings: Any) -> str:
    """A task of robby's, in an organization that may keep one megabyte."""
    settings.STORAGE_LIMIT = MB
    return place(robby, "Bridge").task()["id"]


@pytest.fixture
def full(cast: Cast, task: str) -> Attachment:
    """Nearly all of it is taken."""
    return attached(cast.actor("olga"), task, LARGE, "plans.pdf")


def small(number: int = 0) -> bytes:
    return PDF + b"%d" % number + b"\x00" * 1000


def test_what_does_not_fit_is_refused_with_what_to_do(
    cast: Cast, bridge: Place, task: str, full: Attachment
) -> None:
    lines, kept = Record.objects.count(), files()
    for answer in (send(bridge, task, small(), "a.pdf"), send_raw(bridge, task, small(), "a.pdf")):
        told = is_problem(answer, 507, "storage_full")
        assert told["limit"] == MB and "Halden may take 1 MB together" in told["detail"]
        assert "Remove some" in told["detail"]
    assert files() == kept and Record.objects.count() == lines and Attachment.objects.count() == 1
    assert send(bridge, task, PDF, "fits.pdf").status_code == 201


def test_when_nothing_fits_any_more_nothing_is_read(bridge: Place, task: str, full: Attachment) -> None:
    Attachment.objects.update(size=MB)

    class Unread(io.BytesIO):
        def read(self, *args: Any) -> bytes:
            raise AssertionError("the body was read")

    environ: Any = {"wsgi.input": Unread(), "CONTENT_LENGTH": "1000", "CONTENT_TYPE": "application/pdf"}
    path = f"{API}/tasks/{task}/attachments?name=a.pdf"
    answer = Client().generic("POST", path, headers=bearer(bridge.token), **environ)
    is_problem(answer, 507, "storage_full")


def test_the_page_says_it_at_the_files(cast: Cast, task: str, full: Attachment) -> None:
    row = Task.objects.select_related("workspace").get(public_id=task)
    here = f"/o/halden/workspaces/{row.workspace.public_id}/tasks/{row.number}/"
    parts = [SimpleUploadedFile(name, sent) for name, sent in (("a.pdf", small()), ("fits.pdf", PDF))]
    answer = cast.client("olga").post(here + "attach/", {"files": parts})
    told = answer.content.decode()
    assert answer.status_code == 422 and "there is no room for this one" in told
    # The other one is there.
    assert list(Attachment.objects.order_by("pk").values_list("name", flat=True)) == ["plans.pdf", "fits.pdf"]


def test_what_was_removed_makes_room(bridge: Place, task: str, full: Attachment) -> None:
    assert call(f"{API}/attachments/{full.public_id}", bridge.token, "delete").status_code == 204
    leftovers.remove_files(Attachment.objects.all())
    assert quota.used(full.organization) == 0
    assert send(bridge, task, small(), "a.pdf").status_code == 201


def test_the_same_file_again_is_there_already(cast: Cast, task: str, full: Attachment) -> None:
    Attachment.objects.update(size=MB)
    row = Task.objects.select_related("workspace").get(public_id=task)
    here = f"/o/halden/workspaces/{row.workspace.public_id}/tasks/{row.number}/attach/"
    again = SimpleUploadedFile("plans.pdf", LARGE)
    assert cast.client("olga").post(here, {"files": [again]}).status_code == 302
    assert Attachment.objects.count() == 1


def test_each_organization_has_its_own(cast: Cast, full: Attachment) -> None:
    nordic = Organization.objects.get(slug="nordic")
    assert quota.used(nordic) == 0 and quota.used(full.organization) == len(LARGE)
    quota.check(nordic, MB)
    with pytest.raises(quota.StorageFull):
        quota.check(nordic, MB + 1)


def test_without_a_limit_nobody_counts(bridge: Place, task: str, settings: Any, queries: Any) -> None:
    settings.STORAGE_LIMIT = 0
    assert queries(lambda: quota.check(Organization.objects.none(), MB)) == 0  # type: ignore[arg-type]
    assert (
        send(bridge, task, LARGE, "a.pdf").status_code
        == send(bridge, task, LARGE, "b.pdf").status_code
        == 201
    )
