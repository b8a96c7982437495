"""The pages of webhooks: list, one webhook, on and off, rotating, deleting."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Record
from tests.cast import Cast
from tests.webhooks.forms import HERE, add, address
from webhooks import credentials
from webhooks.models import Delivery, Webhook


def test_off_and_on(cast: Cast, webhook: Webhook) -> None:
    client = cast.client("olga")
    client.post(address(webhook, "off/"))
    assert not Webhook.objects.get().is_on and "Off" in client.get(HERE).content.decode()
    client.post(address(webhook, "off/"))
    assert Record.objects.filter(type="webhook.switched_off").count() == 1
    client.post(address(webhook, "on/"))
    assert Webhook.objects.get().is_on


def test_resume_after_a_pause(cast: Cast, webhook: Webhook) -> None:
    client = cast.client("olga")
    Webhook.objects.update(paused_at=webhook.created_at, failing_since=webhook.created_at, warned=100)
    assert "Resume" in client.get(address(webhook)).content.decode()
    assert "Paused" in client.get("/o/halden/").content.decode()
    page = client.post(address(webhook, "resume/"), follow=True).content.decode()
    assert "goes on" in page and Webhook.objects.get().paused_at is None
    assert "not paused any more" in client.post(address(webhook, "resume/"), follow=True).content.decode()


def test_what_waited_in_a_pause_is_sent_however_old_it_is(cast: Cast, webhook: Webhook) -> None:
    at = timezone.now() - timedelta(days=9)
    Webhook.objects.update(paused_at=at, failing_since=at)
    told = {"organization_id": cast.home.pk, "event_type": "task.created", "body": b"{}", "created_at": at}
    Delivery.objects.create(webhook=webhook, due_at=timezone.now() + timedelta(hours=9), **told)
    page = cast.client("olga").post(address(webhook, "resume/"), follow=True).content.decode()
    row = Delivery.objects.get()
    assert "1 delivery goes out now" in page and row.state == "pending" and row.due_at <= timezone.now()


def test_why_it_fails_is_told_by_events_not_by_a_test_that_got_through(cast: Cast, webhook: Webhook) -> None:
    Webhook.objects.update(failing_since=timezone.now())
    told = {"organization_id": webhook.organization_id, "event_type": "task.created", "body": b"{}"}
    webhook.deliveries.create(**told, last_outcome="dns")
    webhook.deliveries.create(
        **told, kind="probe", state="delivered", ended_at=timezone.now(), last_outcome="ok", last_status=200
    )
    assert (
        "The name of the receiver was not found."
        in cast.client("olga").get(address(webhook)).content.decode()
    )


def test_rotating_with_an_overlap_and_finishing_it(cast: Cast, webhook: Webhook) -> None:
    client = cast.client("olga")
    [old] = credentials.signing_secrets(webhook, webhook.created_at)
    form = {"overlap": "24", "version": webhook.version}
    page = client.post(address(webhook, "rotate/"), form).content.decode()
    webhook.refresh_from_db()
    new, kept = credentials.signing_secrets(webhook, webhook.updated_at)
    assert kept == old and new in page and "until" in page
    again = client.post(address(webhook, "rotate/"), form, follow=True).content.decode()
    assert "was changed a moment ago" in again and "whsec_" + new[6:] not in again
    client.post(address(webhook, "rotate/finish/"))
    webhook.refresh_from_db()
    assert credentials.signing_secrets(webhook, webhook.updated_at) == [new]


def test_deleting_destroys_what_is_sealed_and_cancels_what_waits(cast: Cast, webhook: Webhook) -> None:
    client = cast.client("olga")
    client.post(address(webhook, "test/"), {"event": "task.created"})
    assert client.post(address(webhook, "delete/")).status_code == 422
    page = client.get(address(webhook, "delete/")).content.decode()
    assert "erp.example hears of nothing any more" in page and "1 waiting delivery" in page
    assert client.post(address(webhook, "delete/"), {"sure": "on"}).status_code == 302
    webhook.refresh_from_db()
    assert webhook.sealed_secret is webhook.sealed_password is None and not webhook.headers.exists()
    assert Delivery.objects.get().state == "cancelled" and client.get(address(webhook)).status_code == 404


def test_pages_ask_as_much_with_many_webhooks_as_with_one(cast: Cast, webhook: Webhook, queries: Any) -> None:
    client = cast.client("olga")
    few = queries(lambda: client.get(HERE))
    for number in range(12):
        add(cast, description=f"Number {number}", where="all")
    assert queries(lambda: client.get(HERE)) == few


@pytest.mark.parametrize("who", ["adam", "mia", "ada"])
def test_nobody_else_sees_webhooks(cast: Cast, webhook: Webhook, who: str) -> None:
    assert cast.client(who).get(address(webhook)).status_code == 403
    assert "Webhooks" not in cast.client(who).get("/o/halden/").content.decode()
