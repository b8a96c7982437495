"""Editing a webhook: what is hidden stays hidden, and goes to no other server."""

import re
import time
from urllib.parse import parse_qs, urlsplit

import pytest

from accounts.models import Record, RecordDetails
from tests.cast import Cast
from tests.webhooks.forms import BASIC, FORM, HERE, HIDDEN, address, edit
from webhooks import credentials
from webhooks.models import Webhook


def test_hidden_values_are_sealed_and_kept_when_nothing_is_typed(cast: Cast, webhook: Webhook) -> None:
    page = cast.client("olga").get(address(webhook, "edit/")).content.decode()
    assert "harbour" in page and 'placeholder="Kept"' in page
    assert BASIC["password"] not in page and HIDDEN["header-0-value"] not in page
    before = credentials.sealed_values(webhook)
    assert edit(cast, webhook, description="Renamed").status_code == 302
    webhook.refresh_from_db()
    assert webhook.description == "Renamed" and credentials.sealed_values(webhook) == before


@pytest.mark.parametrize("url", ["https://other.example/hooks/gate", "https://erp.example:8443/hooks/gate"])
def test_another_server_gets_neither_password_nor_hidden_values(
    cast: Cast, webhook: Webhook, url: str
) -> None:
    answer = cast.client("olga").get(edit(cast, webhook, target_url=url).headers["Location"])
    del answer
    webhook.refresh_from_db()
    assert webhook.sealed_password is None and credentials.header_values(webhook) == [("X-Site", "harbour")]
    facts = RecordDetails.objects.get(seq=Record.objects.get(type="webhook.updated").seq).changes
    assert facts["dropped"] == "password, X-Key"


def test_they_go_along_when_typed_again_or_when_only_the_path_changes(cast: Cast, webhook: Webhook) -> None:
    edit(cast, webhook, target_url="https://erp.example/elsewhere")
    webhook.refresh_from_db()
    assert credentials.password_of(webhook) == BASIC["password"]
    typed = {"password": "another", "header-0-value": "anew"}
    edit(cast, webhook, target_url="https://other.example/", **typed)
    webhook.refresh_from_db()
    assert credentials.password_of(webhook) == "another"
    assert credentials.header_values(webhook)[0] == ("X-Key", "anew")


def test_switching_hide_value_off_empties_the_value(cast: Cast, webhook: Webhook) -> None:
    edit(cast, webhook, **{"header-0-hide": None})
    assert credentials.header_values(Webhook.objects.get()) == [("X-Key", ""), ("X-Site", "harbour")]


def test_a_header_is_removed_and_basic_switched_off(cast: Cast, webhook: Webhook) -> None:
    edit(cast, webhook, auth="none", **{"header-0-name": "", "header-0-value": ""})
    webhook.refresh_from_db()
    assert webhook.sealed_password is None and webhook.username == ""
    assert [header.name for header in webhook.headers.all()] == ["X-Site"]


def test_an_old_page_undoes_nothing(cast: Cast, webhook: Webhook) -> None:
    old = webhook.version
    edit(cast, webhook, description="By Carl")
    answer = edit(cast, webhook, version=old, description="From an old page")
    assert answer.status_code == 422 and "Somebody changed this webhook" in answer.content.decode()
    assert Webhook.objects.get().description == "By Carl"
    same = edit(cast, webhook, version=old, description="By Carl")
    assert same.status_code == 302


def test_a_lapsed_proof_costs_nobody_their_words(cast: Cast) -> None:
    client = cast.client("olga")
    session = client.session
    session["signed_in_at"] = 0
    session.save()
    answer = client.post(HERE, FORM | BASIC | {"target_url": "https://erp.example/secret/path"})
    back = parse_qs(urlsplit(answer.headers["Location"]).query)["next"][0]
    assert Webhook.objects.count() == 0 and "secret" not in back and BASIC["password"] not in back
    session["signed_in_at"] = time.time()
    session.save()
    page = client.get(back).content.decode()
    assert 'value="Tasks to the ERP"' in page and 'value="https://erp.example/"' in page
    assert re.search(r'value="task.created" checked', page)
