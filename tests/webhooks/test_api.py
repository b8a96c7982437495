"""`/api/v1/webhooks`: what a machine made itself, and nothing that is secret."""

import json
import socket
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import KeptAnswer, Record
from robots.models import Robot
from tests.cast import Cast
from tests.conftest import bearer
from tests.tokens.conftest import in_a_month
from tests.webhooks.conftest import piled_up
from tokens import actions as tokens
from tokens import revoking
from webhooks import actions, credentials, makers
from webhooks.models import Delivery, Tally, Webhook
from workspaces import actions as workspaces

HERE = "/api/v1/webhooks"
BODY: dict[str, Any] = {
    "description": "Sync",
    "target_url": "https://sync.example/in",
    "events": ["task.created", "task.moved"],
    "headers": [{"name": "X-Site", "value": "harbour"}],
}


@pytest.fixture
def token(cast: Cast) -> str:
    return tokens.create(cast.actor("olga"), "Sync", None, in_a_month())[1]


def call(token: str, method: str, path: str = "", body: Any = None, **headers: str) -> Any:
    told = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return getattr(Client(), method)(HERE + path, headers=bearer(token) | named, **told)


def made(token: str, **more: Any) -> dict[str, Any]:
    answer = call(token, "post", body=BODY | more)
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_a_machine_makes_reads_changes_and_deletes_its_own(cast: Cast, token: str) -> None:
    told = made(token)
    assert told["headers"] == [{"name": "X-Site", "value": "harbour", "hidden": False}]
    assert (told["workspaces"], told["is_on"], told["version"]) == (None, True, 1)
    webhook = Webhook.objects.get()
    assert webhook.by_machine and webhook.sealed_secret and webhook.maker_kind == "token"
    answer = call(token, "get", f"/{told['id']}")
    assert answer.json() == told and answer.headers["ETag"] == '"1"'
    assert call(token, "get").json()["items"] == [told]
    patched = call(token, "patch", f"/{told['id']}", {"description": "Renamed", "is_on": False}).json()
    assert patched["description"] == "Renamed" and not patched["is_on"] and patched["off_reason"] == "person"
    assert call(token, "delete", f"/{told['id']}").status_code == 204
    assert call(token, "get", f"/{told['id']}").status_code == 404


def test_no_answer_holds_a_secret(cast: Cast, token: str) -> None:
    answer = call(token, "post", body=BODY, Idempotency_Key="one")
    webhook = Webhook.objects.get()
    [secret] = credentials.signing_secrets(webhook, webhook.created_at)
    actions.update(cast.actor("olga"), webhook.public_id, {"username": "gate", "password": "pass-phrase"})
    seen = answer.content + call(token, "get").content
    assert secret.encode() not in seen and b"whsec_" not in seen and b"pass-phrase" not in seen
    assert "whsec_" not in KeptAnswer.objects.get().body
    again = call(token, "post", body=BODY, Idempotency_Key="one")
    assert again.headers["Idempotency-Replayed"] == "true" and Webhook.objects.count() == 1


def test_others_webhooks_are_not_there_not_even_for_an_owners_token(cast: Cast, token: str) -> None:
    given = {"description": "Olga's", "target_url": "https://erp.example/", "events": ["task.created"]}
    theirs = actions.create(cast.actor("olga"), given).webhook.public_id
    assert call(token, "get").json()["items"] == []
    for method in ("get", "patch", "delete"):
        body = {"description": "Mine"} if method == "patch" else None
        assert call(token, method, f"/{theirs}", body).status_code == 404
    assert call(token, "get", f"/{theirs}/deliveries").status_code == 404


def test_a_robot_hears_only_what_it_may_read_and_its_webhook_ends_with_it(cast: Cast, token_for: Any) -> None:
    Robot.objects.filter(pk=cast.robby.pk).update(scopes=["webhooks:read", "webhooks:write"])
    access = token_for(cast.robby_values)
    refused = call(access, "post", body=BODY | {"events": ["robot.created"]})
    assert refused.status_code == 422 and refused.json()["errors"][0]["field"] == "events"
    told = made(access)
    workspaces.create(cast.actor("olga"), "Harbour bridge")
    assert Delivery.objects.count() == 0
    from robots import switches

    switches.switch(cast.actor("olga"), cast.robby.public_id, on=False)
    makers.look()
    webhook = Webhook.objects.get(public_id=told["id"])
    assert not webhook.is_on and webhook.off_reason == "maker"


def test_a_revoked_tokens_webhook_ends(cast: Cast, token: str) -> None:
    made(token)
    [row] = cast.home.tokens.all()
    revoking.revoke(cast.actor("olga"), cast.membership("olga"), row.public_id)
    makers.look()
    assert Webhook.objects.get().off_reason == "maker"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"target_url": "https://10.0.0.1/"}, "target_url"),
        ({"target_url": "x" * 5000}, "target_url"),
        ({"target_url": 7}, "target_url"),
        ({"description": "a\x00b"}, "description"),
        ({"description": None}, "description"),
        ({"events": []}, "events"),
        ({"events": ["task.exploded"]}, "events"),
        ({"events": "task.created"}, "events"),
        ({"workspaces": ["nowhere"]}, "workspaces"),
        ({"workspaces": ["a\x00b"]}, "workspaces"),
        ({"workspaces": []}, "workspaces"),
        ({"headers": [{"name": "Host", "value": "x"}]}, "headers.0"),
        ({"headers": [{"name": "X", "value": "a"}, {"name": "x", "value": "b"}]}, "headers.1"),
        ({"headers": [{"name": "X", "value": "é"}]}, "headers.0"),
        ({"headers": [{"name": "X-Key", "value": "typed", "hidden": True}]}, "headers.0.value"),
        ({"headers": [{"name": "X-Key", "hidden": True}]}, "headers.0"),
        ({"password": "pass"}, "password"),
        ({"secret": "whsec_mine"}, "secret"),
    ],
)
def test_bad_input_names_its_field(cast: Cast, token: str, wrong: Any, field: str) -> None:
    answer = call(token, "post", body=BODY | wrong)
    assert answer.status_code == 422 and answer.headers["Content-Type"] == "application/problem+json"
    assert field in [entry["field"] for entry in answer.json()["errors"]] and Webhook.objects.count() == 0
    there = made(token)["id"]
    assert call(token, "patch", f"/{there}", wrong).status_code == 422


def test_a_name_that_leads_inside_is_refused_before_anything_is_written(
    cast: Cast, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, where = f"/{made(token)['id']}", "1.1.1.1"

    def look_up(host: str, *args: Any, **kwargs: Any) -> Any:
        # The whole instance would wait for a slow name server, on SQLite.
        assert not connection.in_atomic_block or connection.savepoint_ids == depth
        return [(0, 0, 0, "", (where, 0))]

    depth = list(connection.savepoint_ids)
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    key = {"Idempotency_Key": "name"}
    first = call(token, "post", body=BODY, **key)
    where = "10.0.0.1"
    assert call(token, "post", body=BODY, **key).content == first.content
    for method, path, body in (("post", "", BODY), ("patch", there, {"target_url": "https://in.example/"})):
        answer = call(token, method, path, body)
        assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == "target_url"
        assert "10.0.0.1" not in answer.content.decode()
    assert call(token, "patch", there, {"description": "Renamed"}).status_code == 200
    assert Webhook.objects.count() == 2


def test_if_match_lets_nobody_undo_anothers_change(cast: Cast, token: str) -> None:
    there = f"/{made(token)['id']}"
    assert call(token, "patch", there, {"description": "One"}, If_Match='"1"').status_code == 200
    assert call(token, "patch", there, {"description": "Two"}, If_Match='"1"').status_code == 412
    assert call(token, "delete", there, If_Match='"1"').status_code == 412
    assert call(token, "delete", there, If_Match='"2"').status_code == 204


def test_another_server_drops_what_an_owner_typed(cast: Cast, token: str) -> None:
    there = made(token)["id"]
    typed = {"username": "gate", "password": "pass-phrase"}
    actions.update(cast.actor("olga"), there, typed)
    call(token, "patch", f"/{there}", {"target_url": "https://sync.example/elsewhere"})
    assert Webhook.objects.get().sealed_password is not None
    call(token, "patch", f"/{there}", {"target_url": "https://thief.example/"})
    assert Webhook.objects.get().sealed_password is None


def test_a_hidden_header_of_an_owner_is_kept_by_name(cast: Cast, token: str) -> None:
    from webhooks.headers import Wanted

    there = made(token)["id"]
    actions.update(cast.actor("olga"), there, {"headers": [Wanted("X-Key", "hidden value", True)]})
    listed = call(token, "get", f"/{there}").json()["headers"]
    assert listed == [{"name": "X-Key", "value": None, "hidden": True}]
    kept = [{"name": "X-Key", "hidden": True}, {"name": "X-More", "value": "1"}]
    assert call(token, "patch", f"/{there}", {"headers": kept}).status_code == 200
    values = credentials.header_values(Webhook.objects.get())
    assert values == [("X-Key", "hidden value"), ("X-More", "1")]


def test_deliveries_are_listed_read_and_resent(cast: Cast, token: str) -> None:
    there = made(token)["id"]
    for number in range(3):
        assert call(token, "post", f"/{there}/test", {"event": "task.created"}).status_code == 201, number
    first = call(token, "get", f"/{there}/deliveries?limit=2").json()
    assert len(first["items"]) == 2 and first["items"][0]["kind"] == "probe"
    rest = call(token, "get", f"/{there}/deliveries?limit=2&after={first['next']}").json()
    assert len(rest["items"]) == 1 and rest["next"] is None
    assert call(token, "get", f"/{there}/deliveries?state=failed").json()["items"] == []
    assert call(token, "get", f"/{there}/deliveries?state=lost").status_code == 422
    assert call(token, "get", f"/{there}/deliveries?event=task.exploded").status_code == 422
    for moment, found in (("2020-01-01T00:00:00Z", 3), ("2099-01-01T00:00:00Z", 0)):
        assert len(call(token, "get", f"/{there}/deliveries?since={moment}").json()["items"]) == found
    for moment in ("yesterday", "0001-01-01T00:00:00%2B23:59"):
        assert call(token, "get", f"/{there}/deliveries?since={moment}").status_code == 422
    one = f"/{there}/deliveries/{rest['items'][0]['id']}"
    details = call(token, "get", one).json()
    assert json.loads(details["body"])["data"]["test"] is True and details["tries"] == []
    assert call(token, "post", one + "/resend").status_code == 409
    Delivery.objects.update(state="failed", ended_at=cast.home.created_at)
    resent = call(token, "post", one + "/resend", Idempotency_Key="again").json()
    assert (resent["state"], resent["resend_count"]) == ("pending", 1)
    assert call(token, "post", one + "/resend", Idempotency_Key="again").json() == resent
    Delivery.objects.filter(state="failed").update(kind="event")
    since = {"since": "2020-01-01T00:00:00Z"}
    count = call(token, "get", f"/{there}/resend?since=2020-01-01T00:00:00Z")
    assert count.status_code == 200 and count.json() == {"total": 2}
    assert call(token, "post", f"/{there}/resend", since).json()["total"] == 2
    assert call(token, "post", f"/{there}/resend", since).status_code == 409
    assert Record.objects.filter(type="webhook.resent").count() == 2


def test_events_that_a_machine_may_not_read_any_more_are_neither_told_nor_resent(
    cast: Cast, token_for: Any
) -> None:
    everything = ["record:read", "webhooks:read", "webhooks:write"]
    Robot.objects.filter(pk=cast.robby.pk).update(scopes=everything)
    there = f"/{made(token_for(cast.robby_values), events=['webhook.tested'])['id']}"
    access = token_for(cast.robby_values)
    assert call(access, "post", f"{there}/test", {"event": "robot.created"}).status_code == 201
    assert len(call(access, "get", f"{there}/deliveries").json()["items"]) == 2
    Delivery.objects.update(state="failed", ended_at=cast.home.created_at)
    one = f"{there}/deliveries/{Delivery.objects.get(kind='event').public_id}"
    since = {"since": "2020-01-01T00:00:00Z"}
    Robot.objects.filter(pk=cast.robby.pk).update(scopes=everything[1:])
    assert [row["kind"] for row in call(access, "get", f"{there}/deliveries").json()["items"]] == ["probe"]
    assert call(access, "get", one).status_code == call(access, "post", one + "/resend").status_code == 404
    assert call(access, "post", f"{there}/resend", since).status_code == 409
    Robot.objects.filter(pk=cast.robby.pk).update(scopes=everything)
    assert call(access, "post", f"{there}/resend", since).json()["total"] == 1


def failed(webhook: Webhook, count: int, **fields: Any) -> None:
    """So many deliveries that were given up."""
    ended = timezone.now()
    fields = {"state": "failed", "ended_at": ended, "attempts": 10, "last_outcome": "timeout"} | fields
    piled_up(webhook, count, **fields)


def test_how_far_a_resend_is_until_nothing_waits(cast: Cast, token: str) -> None:
    there, webhook = f"/{made(token)['id']}", Webhook.objects.get()
    failed(webhook, 3)
    since, key = {"since": "2020-01-01T00:00:00Z"}, {"Idempotency_Key": "resend"}
    answer = call(token, "post", there + "/resend", since, **key)
    far = {"total": 3, "waiting": 3, "delivered": 0, "failed": 0}
    assert answer.status_code == 202 and answer.json().items() >= far.items()
    place = answer.headers["Location"].removeprefix(HERE)
    again = call(token, "post", there + "/resend", since, **key)
    assert again.content == answer.content and again.headers["Location"] == HERE + place
    assert again.headers["Idempotency-Replayed"] == "true"
    assert call(token, "get", place).json() == answer.json()
    first, second, third = webhook.deliveries.order_by("pk")
    for row, state in ((first, "delivered"), (second, "failed"), (third, "cancelled")):
        Delivery.objects.filter(pk=row.pk).update(state=state, ended_at=timezone.now())
    told = call(token, "get", place).json()
    assert told.items() >= {"total": 3, "waiting": 0, "delivered": 1, "failed": 2}.items()
    page = cast.client("olga").get(f"/o/halden/settings/webhooks{there}/resend/", {"started": told["id"]})
    assert "Delivered: 1. Waiting: 0. Given up: 2." in page.content.decode()


def test_each_resend_counts_its_own(cast: Cast, token: str) -> None:
    there, webhook = f"/{made(token)['id']}", Webhook.objects.get()
    failed(webhook, 4)
    since = {"since": "2020-01-01T00:00:00Z"}
    first = call(token, "post", there + "/resend", since).headers["Location"].removeprefix(HERE)
    ids = list(webhook.deliveries.values_list("pk", flat=True))
    Delivery.objects.filter(pk__in=ids[:1]).update(state="failed", ended_at=timezone.now())
    second = call(token, "post", there + "/resend", since).headers["Location"].removeprefix(HERE)
    told = [call(token, "get", place).json()["total"] for place in (first, second)]
    assert first != second and told == [3, 1]


def test_what_is_no_resend_is_not_found(cast: Cast, token: str) -> None:
    there = f"/{made(token)['id']}"
    for wrong in ("x", "20261122T110312123456Z", "99999999T999999999999Z", "²0261122T110312123456Z"):
        assert call(token, "get", f"{there}/resends/{wrong}").status_code == 404, wrong
    assert call(token, "get", f"{there}/resends/{'9' * 65}").status_code == 422
    for wrong in ("", "?since=yesterday", "?since=0001-01-01T00:00:00%2B23:59"):
        assert call(token, "get", f"{there}/resend{wrong}").status_code == 422, wrong
    assert call(token, "get", f"{there}/resend?since=2999-01-01T00:00:00Z").json() == {"total": 0}
    assert call(token, "get", "/nowhere/resend?since=2020-01-01T00:00:00Z").status_code == 404


def test_how_it_did_hour_by_hour(cast: Cast, token: str) -> None:
    there = made(token)["id"]
    webhook = Webhook.objects.get()
    hour = timezone.now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=2)
    Tally.objects.create(webhook=webhook, hour=hour, delivered=3, failed=1, total_ms=801, slowest_ms=500)
    told = {"organization_id": webhook.organization_id, "event_type": "task.created", "body": b"{}"}
    webhook.deliveries.create(**told)
    health = call(token, "get", f"/{there}/health").json()
    assert health["waiting"] == 1 and len(health["hours"]) == 168
    assert health["hours"][-3] == {
        "hour": hour.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "delivered": 3,
        "failed": 1,
        "average_ms": 200,
        "slowest_ms": 500,
        "waiting": 0,
    }
    assert health["hours"][0]["average_ms"] is None


def test_lists_ask_as_much_for_many_as_for_one(cast: Cast, token: str, queries: Any) -> None:
    made(token)
    few = queries(lambda: call(token, "get"))
    for _number in range(5):
        made(token)
    assert queries(lambda: call(token, "get")) == few
