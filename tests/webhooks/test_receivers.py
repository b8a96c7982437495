"""Who hears of what, decided and written in the event's transaction."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from accounts import grouping
from accounts.events import action
from accounts.models import Record
from accounts.wire import encoded, event_body
from tests.cast import Cast
from tests.tokens.conftest import in_a_month
from tests.webhooks.conftest import EVERYTHING, MADE, happen, listens, of, piled_up
from tokens import actions as tokens
from tokens import revoking
from webhooks import makers
from webhooks.models import Delivery, Webhook
from workspaces import actions as workspaces
from workspaces import bulk

URL = "https://erp.example/hook"


def types(webhook: Webhook) -> list[str]:
    return list(of(webhook).values_list("event_type", flat=True))


def test_the_body_is_the_event_as_the_feed_gives_it(cast: Cast) -> None:
    webhook = listens(cast, URL)
    [made] = happen(cast)
    sent = of(webhook).get()
    row = Record.objects.get(organization_id=cast.home.pk, seq=sent.record_seq)
    told = {"name": "Site 0", "description": ""}
    assert bytes(sent.body) == encoded(
        event_body(
            row,
            {"actor": "Olga", "thing": "Site 0"},
            json.loads(sent.body)["data"]["changes"],
            made.public_id,
        )
    )
    body = json.loads(sent.body)
    assert (body["type"], body["data"]["workspace"]) == ("workspace.created", made.public_id)
    assert body["data"]["changes"].items() >= told.items() and sent.workspace == made.public_id


def test_an_action_that_fails_plans_nothing(cast: Cast) -> None:
    webhook = listens(cast, URL)
    with pytest.raises(RuntimeError), action(cast.actor("olga")):
        happen(cast, 3)
        raise RuntimeError("no")
    assert types(webhook) == [] and not Record.objects.filter(type="workspace.created").exists()


def test_only_chosen_events_are_heard_and_by_those_who_are_on(cast: Cast) -> None:
    some, none = listens(cast, URL, ["task.created"]), listens(cast, URL, MADE, is_on=False)
    everything = listens(cast, URL, EVERYTHING)
    [site] = happen(cast)
    bulk.create(cast.actor("olga"), site.public_id, {"title": "Pour the deck"})
    grouping.create(cast.actor("olga"), "Cranes")
    assert types(some) == ["task.created"] and types(none) == []
    assert types(everything) == ["workspace.created", "task.created", "group.created"]


def test_chosen_workspaces_narrow_work_and_nothing_else(cast: Cast) -> None:
    here, there = happen(cast, 2)
    webhook = listens(cast, URL, EVERYTHING, all_workspaces=False)
    webhook.workspaces.add(here)
    for site in (here, there):
        bulk.create(cast.actor("olga"), site.public_id, {"title": "Pour the deck"})
    grouping.create(cast.actor("olga"), "Cranes")
    assert types(webhook) == ["task.created", "group.created"]
    assert of(webhook).first().workspace == here.public_id


def test_another_organization_hears_nothing(cast: Cast) -> None:
    webhook = listens(cast, URL, EVERYTHING)
    workspaces.create(cast.actor("stan"), "Elsewhere")
    assert types(webhook) == []


def machine(cast: Cast, person: str, scopes: list[str] | None) -> tuple[Any, Webhook]:
    token, _value = tokens.create(cast.actor(person), "Script", scopes, in_a_month())
    made = {"maker_kind": "token", "maker_key": token.public_id, "by_machine": True}
    return token, listens(cast, URL, EVERYTHING, **made)


def test_a_machines_webhook_hears_what_its_maker_may_read(cast: Cast) -> None:
    _, work = machine(cast, "olga", ["work:read", "webhooks:write"])
    _, everything = machine(cast, "olga", None)
    _, robots = (
        listens(cast, URL),
        listens(cast, URL, EVERYTHING, maker_kind="robot", maker_key=cast.robby.public_id, by_machine=True),
    )
    happen(cast)
    grouping.create(cast.actor("olga"), "Cranes")
    assert types(work) == types(robots) == ["workspace.created"]
    assert types(everything) == ["workspace.created", "group.created"]


def test_a_members_token_hears_of_their_workspaces_only(cast: Cast) -> None:
    here, there = happen(cast, 2)
    here.members.add(cast.membership("ada"))
    _, webhook = machine(cast, "ada", ["work:read", "webhooks:write"])
    for site in (here, there):
        bulk.create(cast.actor("olga"), site.public_id, {"title": "Pour the deck"})
    assert [row.workspace for row in of(webhook)] == [here.public_id]


def test_it_ends_with_its_maker(cast: Cast) -> None:
    token, webhook = machine(cast, "olga", None)
    other = listens(cast, URL, MADE)
    revoking.revoke(cast.actor("olga"), cast.membership("olga"), token.public_id)
    happen(cast)
    assert "workspace.created" not in types(webhook) and types(other) == MADE
    makers.look()
    webhook.refresh_from_db()
    other.refresh_from_db()
    assert (webhook.is_on, webhook.off_reason, other.is_on) == (False, "maker", True)
    assert Record.objects.filter(type="webhook.switched_off", actor_kind="timetable").count() == 1


def test_fanning_out_costs_the_same_however_many_listen(cast: Cast, queries: Callable[[Any], int]) -> None:
    listens(cast, URL)
    one = queries(lambda: happen(cast))
    for number in range(20):
        listens(cast, URL, all_workspaces=number % 2 == 0)
    assert queries(lambda: happen(cast)) - one <= 1
    assert Delivery.objects.count() == 1 + 11


def test_those_who_listen_to_something_else_cost_nothing_more(
    cast: Cast, queries: Callable[[Any], int]
) -> None:
    happen(cast)
    without = queries(lambda: happen(cast))
    listens(cast, URL, ["task.created"])
    assert queries(lambda: happen(cast)) == without


def test_a_hundred_deliveries_are_one_insert(cast: Cast) -> None:
    webhook = listens(cast, URL)
    piled_up(webhook, 100)
    assert of(webhook).count() == 100
