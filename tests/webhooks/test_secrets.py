"""After every flow of a webhook: its secrets are readable nowhere but on the answer that shows one."""

import logging
import re
from typing import Any

import pytest

from tests.cast import Cast, assemble
from tests.conftest import Mailbox, bearer
from tests.leaks import Visitor, found
from tests.test_secrets import logged
from tests.tokens.conftest import in_a_month
from tokens import actions as tokens
from webhooks import credentials
from webhooks.models import Webhook

HERE = "/o/halden/settings/webhooks/"
TYPED = {
    "password": "Pass-phrase-of-the-ERP-4711",
    "header-0-value": "Hidden-value-of-the-ERP-0815",
}
FORM: dict[str, Any] = {
    "description": "ERP",
    "target_url": "https://erp.example/in",
    "where": "all",
    "events": ["task.created"],
    "auth": "basic",
    "username": "gatehouse",
    "header-0-name": "X-Key",
    "header-0-hide": "on",
}


@pytest.fixture
def talkative(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Our own loggers at their most talkative."""
    caplog.set_level(logging.DEBUG)
    logging.getLogger("django.db.backends").setLevel(logging.INFO)
    return caplog


def signing_secret(html: str) -> str:
    return re.search(r"whsec_[A-Za-z0-9+/]{43}=", html)[0]  # type: ignore[index]


def spelled(values: list[str]) -> list[str]:
    """With the pair as Basic sends it, and signing secrets without their prefix."""
    return [*values, *(value.removeprefix("whsec_") for value in values), "gatehouse:" + TYPED["password"]]


def test_making_editing_rotating_and_deleting_leaves_nothing_readable(
    committed: None, mailbox: Mailbox, talkative: pytest.LogCaptureFixture
) -> None:
    cast = assemble()
    olga = Visitor(cast.client("olga"))
    olga.ask("get", HERE + "?create")
    wrong = FORM | TYPED | {"target_url": "nowhere"}
    assert olga.ask("post", HERE, wrong).status_code == 422
    assert olga.ask("post", HERE, FORM | TYPED | {"more": "1"}).status_code == 200
    key = {"creation_key": "d" * 32}
    shown = olga.ask("post", HERE, FORM | TYPED | key, reveals=True).content.decode()
    olga.ask("post", HERE, FORM | TYPED | key)
    webhook = Webhook.objects.get()
    here = f"{HERE}{webhook.public_id}/"
    for path in (
        HERE,
        here,
        here + "edit/",
        here + "rotate/",
        here + "delete/",
        "/o/halden/",
        "/o/halden/record/",
    ):
        assert olga.ask("get", path).status_code == 200
    assert olga.ask("post", here + "edit/", FORM | {"version": 1, "description": "New"}).status_code == 302
    moved = FORM | {"version": 2, "description": "New", "target_url": "https://other.example/"}
    assert olga.ask("post", here + "edit/", moved, follow=True).status_code == 200
    rotate = {"overlap": "24", "version": 3}
    second = olga.ask("post", here + "rotate/", rotate, reveals=True).content.decode()
    olga.ask("post", here + "rotate/", rotate, follow=True)
    olga.ask("post", here + "test/", {"event": "task.created"}, follow=True)
    olga.ask("post", here + "delete/", {"sure": "on"}, follow=True)
    values = spelled([signing_secret(shown), signing_secret(second), *TYPED.values()])
    places = [*olga.kept, logged(talkative), ("mails", mailbox.text())]
    assert values[0] != values[1] and found(values, *places) == []


def test_a_webhook_made_by_api_tells_no_secret(committed: None, talkative: pytest.LogCaptureFixture) -> None:
    cast: Cast = assemble()
    machine = Visitor(cast.client("visitor"))
    value = tokens.create(cast.actor("olga"), "Sync", None, in_a_month())[1]
    body = {"description": "Sync", "target_url": "https://sync.example/", "events": ["task.created"]}
    headers = bearer(value) | {"Idempotency-Key": "one"}
    sent = {"content_type": "application/json", "headers": headers}
    for _ in range(2):
        assert machine.ask("post", "/api/v1/webhooks", body, **sent).status_code == 201
    webhook = Webhook.objects.get()
    machine.ask("get", f"/api/v1/webhooks/{webhook.public_id}", headers=bearer(value))
    [secret] = credentials.signing_secrets(webhook, webhook.created_at)
    assert found([secret, secret.removeprefix("whsec_")], *machine.kept, logged(talkative)) == []


def test_a_log_line_with_a_signing_secret_is_cut() -> None:
    from config.logs import redact

    assert redact(f"made {credentials.new_secret()} for X") == "made whsec_••• for X"


def test_a_new_webhook_says_nothing_about_its_secret(cast: Cast) -> None:
    from webhooks import actions

    given = {"description": "ERP", "target_url": "https://erp.example/", "events": ["task.created"]}
    made = actions.create(cast.actor("olga"), given)
    assert made.secret and made.secret not in repr(made) and "whsec_" not in repr(made)
