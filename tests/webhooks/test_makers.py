"""A machine's webhook tells only what its maker may read, also of what was recorded before the maker lost it."""

from collections.abc import Callable
from typing import Any

import pytest
from celery.signals import before_task_publish

from accounts.actions import NotPossible
from accounts.models import Membership, Record, RecordDetails, Role
from robots import switches
from robots.actions import update
from robots.models import Robot
from tests.cast import Cast
from tests.tokens.conftest import in_a_month
from tests.webhooks.conftest import EVERYTHING, listens, of, piled_up, states
from tests.webhooks.receivers import Receiver
from tokens import actions as tokens
from webhooks import actions, makers, resending
from webhooks.models import Webhook

URL = "https://sync.example/in"
READS = ["webhooks:read", "webhooks:write", "record:read"]


@pytest.fixture
def webhook(cast: Cast) -> Webhook:
    """Robby's, who may read the record: one event of the work waits, and two of the owners'."""
    Robot.objects.filter(pk=cast.robby.pk).update(scopes=READS)
    made = listens(cast, URL, EVERYTHING, maker_kind="robot", maker_key=cast.robby.public_id, by_machine=True)
    makers.look()
    makers.look()
    piled_up(made, 3)
    of(made).filter(pk__gt=of(made).first().pk).update(event_type="robot.created")
    return made


def gives(cast: Cast, scopes: list[str]) -> None:
    """An owner ticks exactly these."""
    cast.robby.refresh_from_db()
    update(cast.actor("olga"), cast.robby.public_id, cast.robby.version, scopes=scopes)


def outcomes(webhook: Webhook) -> list[tuple[str, str, str]]:
    return [(row.event_type, row.state, row.last_outcome) for row in of(webhook) if row.record_seq is None]


def test_what_its_maker_may_not_read_any_more_is_cancelled_and_the_rest_goes_out(
    cast: Cast, webhook: Webhook, queries: Callable[[Any], int]
) -> None:
    makers.look()
    assert states(webhook) == {"pending": 3}
    gives(cast, READS[:2])
    of(webhook).filter(event_type="robot.updated").delete()
    makers.look()
    assert outcomes(webhook) == [
        ("task.created", "pending", ""),
        ("robot.created", "cancelled", "unreadable"),
        ("robot.created", "cancelled", "unreadable"),
    ]
    line = Record.objects.get(type="webhook.updated", actor_kind="timetable")
    assert RecordDetails.objects.get(seq=line.seq).changes == {"cancelled": 2}
    page = cast.client("olga").get(f"/o/halden/settings/webhooks/{webhook.public_id}/").content.decode()
    assert page.count("Cancelled: its maker may not read it any more") == 2
    # Planned by somebody who did not see the change yet.
    piled_up(webhook, 1)
    of(webhook).filter(pk=of(webhook).last().pk).update(event_type="robot.created")
    makers.look()
    assert states(webhook) == {"pending": 1, "cancelled": 3}
    piled_up(webhook, 500)
    assert queries(makers.look) <= 4


def test_what_was_cancelled_is_not_resent_until_its_maker_may_read_it(cast: Cast, webhook: Webhook) -> None:
    olga, row = cast.actor("olga"), of(webhook).last()
    gives(cast, READS[:2])
    makers.look()
    with pytest.raises(NotPossible, match="may not read this event"):
        resending.resend(olga, webhook.public_id, row.public_id)
    of(webhook).filter(event_type="robot.created").update(state="failed")
    with pytest.raises(NotPossible, match="Nothing failed"):
        resending.resend_failed(olga, webhook.public_id, row.created_at)
    gives(cast, READS)
    resending.resend(olga, webhook.public_id, row.public_id)
    row.refresh_from_db()
    assert (row.state, row.resend_count) == ("pending", 1)


def test_it_is_off_when_its_maker_may_have_no_webhooks_any_more(cast: Cast, webhook: Webhook) -> None:
    gives(cast, ["record:read"])
    makers.look()
    webhook.refresh_from_db()
    assert (webhook.is_on, webhook.off_reason) == (False, "maker")
    assert of(webhook).filter(state="cancelled").count() == 0
    said = cast.client("olga").post(f"/o/halden/settings/webhooks/{webhook.public_id}/on/", follow=True)
    webhook.refresh_from_db()
    assert "has no access any more" in said.content.decode() and not webhook.is_on
    gives(cast, READS[:2])
    actions.switch_on(cast.actor("olga"), webhook.public_id)
    webhook.refresh_from_db()
    assert webhook.is_on and set(outcomes(webhook)) == {
        ("task.created", "pending", ""),
        ("robot.created", "cancelled", "unreadable"),
    }


def test_resuming_sends_nothing_that_its_maker_lost_a_moment_ago(cast: Cast, webhook: Webhook) -> None:
    Webhook.objects.filter(pk=webhook.pk).update(paused_at=webhook.created_at)
    gives(cast, READS[:2])
    actions.resume(cast.actor("olga"), webhook.public_id)
    assert of(webhook).filter(state="pending", event_type="robot.created").count() == 0


def test_read_only_leaves_a_reader_its_webhook(cast: Cast, webhook: Webhook) -> None:
    cast.robby.refresh_from_db()
    update(cast.actor("olga"), cast.robby.public_id, cast.robby.version, read_only=True)
    makers.look()
    webhook.refresh_from_db()
    assert webhook.is_on and of(webhook).filter(state="cancelled").count() == 0


def test_a_token_loses_it_with_its_person(cast: Cast) -> None:
    token, _value = tokens.create(cast.actor("carl"), "Script", None, in_a_month())
    webhook = listens(cast, URL, maker_kind="token", maker_key=token.public_id, by_machine=True)
    makers.look()
    Membership.objects.filter(pk=cast.membership("carl").pk).update(role=Role.ADMINISTRATOR, api_access=True)
    makers.look()
    webhook.refresh_from_db()
    assert (webhook.is_on, webhook.off_reason) == (False, "maker")


@pytest.mark.parametrize("is_made_by_one", [True, False])
def test_makers_are_looked_at_as_soon_as_something_changed(
    committed: None, cast: Cast, webhook: Webhook, is_made_by_one: bool
) -> None:
    told: list[str] = []

    def note(sender: str, **kwargs: Any) -> None:
        told.append(sender)

    Webhook.objects.update(by_machine=is_made_by_one)
    before_task_publish.connect(note)
    try:
        switches.switch(cast.actor("olga"), cast.robby.public_id, on=False)
    finally:
        before_task_publish.disconnect(note)
    assert (makers.LOOK in told) == is_made_by_one


def test_nothing_that_was_lost_is_sent(
    cast: Cast, webhook: Webhook, receiver: Receiver, run: Callable[[], None]
) -> None:
    Webhook.objects.filter(pk=webhook.pk).update(target_url=receiver.url())
    gives(cast, READS[:2])
    makers.look()
    run()
    assert len(receiver.heard) == 1 and not of(webhook).filter(state="pending").exists()
    assert set(outcomes(webhook)) == {
        ("task.created", "delivered", "ok"),
        ("robot.created", "cancelled", "unreadable"),
    }
