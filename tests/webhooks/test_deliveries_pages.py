"""Deliveries on their pages: filters, keyset paging, attempts, a test event, resending one and all that failed."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.catalogue import EventType
from accounts.models import Record
from tests.cast import Cast
from webhooks import actions, hearing
from webhooks.models import Attempt, Delivery, Tally, Webhook

HERE = "/o/halden/settings/webhooks/"


@pytest.fixture
def webhook(cast: Cast) -> Webhook:
    given = {"description": "ERP", "target_url": "https://erp.example/in", "events": ["task.created"]}
    return actions.create(cast.actor("olga"), given).webhook


def address(webhook: Webhook, more: str = "") -> str:
    return f"{HERE}{webhook.public_id}/{more}"


def delivery(webhook: Webhook, state: str = "delivered", **more: Any) -> Delivery:
    """One of them, a minute after the one before."""
    at = timezone.now() - timedelta(minutes=200 - Delivery.objects.count())
    told = {"event_type": "task.created", "body": b'{"type": "task.created"}', "created_at": at}
    ended = None if state == "pending" else at
    plain = {
        "organization_id": webhook.organization_id,
        "webhook": webhook,
        "state": state,
        "ended_at": ended,
    }
    return Delivery.objects.create(**(plain | told | more))


def listed(page: str) -> list[str]:
    """Their ids, in order."""
    return re.findall(r'class="visually-hidden"> ([0-9a-f-]{36})<', page)


def test_pages_of_deliveries_lead_on_and_back_without_repeating_or_losing_one(
    cast: Cast, webhook: Webhook
) -> None:
    made = [delivery(webhook).public_id for _ in range(60)][::-1]
    client, url, seen = cast.client("olga"), address(webhook), []
    for _page in range(3):
        page = client.get(url).content.decode()
        seen += listed(page)
        older = re.search(r'rel="next" href="([^"]+)"', page)
        url = older[1].replace("&amp;", "&") if older else ""
    assert seen == made and not url
    newer = re.search(r'rel="prev" href="([^"]+)"', page)
    assert newer and listed(client.get(newer[1].replace("&amp;", "&")).content.decode()) == made[25:50]


def test_filters_by_state_type_and_time(cast: Cast, webhook: Webhook) -> None:
    old = delivery(webhook, "failed", created_at=timezone.now() - timedelta(days=8))
    waits = delivery(webhook, "pending", event_type="task.moved")
    client = cast.client("olga")
    for query, found in {
        "state=failed": [old],
        "state=waiting": [waits],
        "type=task.moved": [waits],
        "time=week": [waits],
        "state=failed&time=week": [],
        "state=nonsense&type=nonsense&time=x&before=nobody&after=nobody": [waits, old],
    }.items():
        page = client.get(address(webhook, f"?{query}")).content.decode()
        assert listed(page) == [row.public_id for row in found], query
    assert "Nothing matches" in client.get(address(webhook, "?state=cancelled")).content.decode()


def test_an_attempts_request_and_answer_are_shown_and_escaped(cast: Cast, webhook: Webhook) -> None:
    row = delivery(webhook, "failed", attempts=1, last_outcome="status", last_status=503)
    told = {"began_at": row.created_at, "duration": 212, "outcome": "status", "status": 503}
    said = {"request_headers": [["X-Key", "•••"]], "answer_headers": [["Retry-After", "5"]]}
    Attempt.objects.create(delivery=row, number=1, answer_body="<script>x</script>", **told, **said)
    page = cast.client("olga").get(address(webhook, f"deliveries/{row.public_id}/")).content.decode()
    assert "503 after 212 ms" in page and "X-Key: •••" in page and "HTTP/1.1 503 Service Unavailable" in page
    assert "&lt;script&gt;x&lt;/script&gt;" in page and "<script>x" not in page


def test_a_test_event_waits_on_its_page_which_asks_again_until_it_is_in(cast: Cast, webhook: Webhook) -> None:
    client = cast.client("olga")
    answer = client.post(address(webhook, "test/"), {"event": "robot.created"})
    row = Delivery.objects.get()
    assert answer.headers["Location"].endswith(f"/deliveries/{row.public_id}/")
    assert (row.kind, row.event_type, row.state) == ("probe", "robot.created", "pending")
    page = client.get(answer.headers["Location"]).content.decode()
    assert 'hx-trigger="every 1s"' in page and "htmx" in page and "Reload" in page
    Delivery.objects.update(state="delivered", ended_at=timezone.now(), last_outcome="ok", last_status=200)
    part = client.get(answer.headers["Location"] + "state/").content.decode()
    assert "Delivered" in part and "hx-get" not in part and "<html" not in part
    assert Record.objects.filter(type="webhook.tested").count() == 1


def test_a_test_event_is_refused_with_a_sentence(cast: Cast, webhook: Webhook) -> None:
    client = cast.client("olga")
    assert "Choose one" in client.post(address(webhook, "test/"), {"event": "x"}).content.decode()
    for _ in range(10):
        client.post(address(webhook, "test/"), {"event": "task.created"})
    assert (
        "wait already" in client.post(address(webhook, "test/"), {"event": "task.created"}).content.decode()
    )
    actions.switch_off(cast.actor("olga"), webhook.public_id)
    off = client.post(address(webhook, "test/"), {"event": "task.created"})
    assert off.status_code == 422 and "It is off" in off.content.decode() and Delivery.objects.count() == 10


def test_one_is_resent_under_its_id_and_twice_is_once(cast: Cast, webhook: Webhook) -> None:
    row, client = delivery(webhook, "failed", attempts=10), cast.client("olga")
    there = address(webhook, f"deliveries/{row.public_id}/")
    client.post(there + "resend/")
    said = client.post(there + "resend/", follow=True).content.decode()
    row.refresh_from_db()
    assert (row.state, row.attempts, row.resend_count) == ("pending", 0, 1) and row.ended_at is None
    assert "It waits already" in said


def test_resending_what_failed_counts_first_then_shows_how_far_it_is(cast: Cast, webhook: Webhook) -> None:
    for state in ("failed", "failed", "delivered", "pending"):
        delivery(webhook, state)
    delivery(webhook, "failed", kind="probe")
    client, there = cast.client("olga"), address(webhook, "resend/")
    since = (timezone.localtime() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    assert "2 deliveries were given up" in client.get(there, {"since": since}).content.decode()
    assert Delivery.objects.filter(state="pending").count() == 1
    answer = client.post(there, {"since": since})
    page = client.get(answer.headers["Location"]).content.decode()
    assert "2 deliveries were put back" in page and "Waiting: 2" in page and 'hx-trigger="every 1s"' in page
    Delivery.objects.filter(state="pending").update(state="delivered", ended_at=timezone.now())
    part = client.get(answer.headers["Location"], headers={"HX-Request": "true"}).content.decode()
    assert "Delivered: 2. Waiting: 0." in part and "hx-get" not in part and "<html" not in part
    assert "Nothing failed since then" in client.post(there, {"since": since}).content.decode()


@pytest.mark.parametrize(
    "since", ["", "never", "2999-01-01T00:00", "0001-01-01T00:00", "0001-01-01T00:00:00+23:59", "\u00b2"]
)
def test_a_strange_moment_is_said_to_be_one(cast: Cast, webhook: Webhook, since: str) -> None:
    client = cast.client("olga")
    assert client.get(address(webhook, "resend/"), {"since": since}).status_code in (200, 422)
    assert client.post(address(webhook, "resend/"), {"since": since}).status_code == 422
    assert client.get(address(webhook, "resend/"), {"started": since}).status_code == 200


def test_the_week_is_a_picture_and_a_table(cast: Cast, webhook: Webhook) -> None:
    hour = timezone.now().replace(minute=0, second=0, microsecond=0) - timedelta(days=1)
    Tally.objects.create(webhook=webhook, hour=hour, delivered=3, failed=1, total_ms=800, slowest_ms=2400)
    page = cast.client("olga").get(address(webhook)).content.decode()
    assert "75 %" in page and "200 ms" in page and "2.4 s" in page
    assert page.count('role="img"') == 3 and "4 attempts from" in page and "Same as a table" in page
    assert "75 %" in cast.client("olga").get(HERE).content.decode()


def test_a_webhooks_page_asks_as_much_for_many_deliveries_as_for_few(
    cast: Cast, webhook: Webhook, queries: Any
) -> None:
    client = cast.client("olga")
    delivery(webhook)
    few = queries(lambda: client.get(address(webhook)))
    for state in ("failed", "pending", "delivered") * 5:
        delivery(webhook, state)
    assert queries(lambda: client.get(address(webhook))) == few


def test_every_event_type_can_be_chosen_in_exactly_one_group() -> None:
    offered = [kind for group in hearing.groups() for kind in group["types"]]
    assert sorted(offered) == sorted(kind.value for kind in EventType)
