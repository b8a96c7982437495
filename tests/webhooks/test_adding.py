"""Adding a webhook: its secret shown once, the webhook made once, and nothing typed is lost."""

import re
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from accounts.models import Record, RecordDetails
from tests.cast import Cast
from tests.webhooks.forms import BASIC, FORM, HERE, HIDDEN, add, address
from webhooks import credentials
from webhooks.models import Webhook


def test_the_first_webhook_is_added_and_its_secret_shown_once(cast: Cast) -> None:
    client = cast.client("olga")
    assert "No webhooks yet" in client.get(HERE).content.decode()
    assert "Hide value" in client.get(HERE + "?create").content.decode()
    answer = add(cast)
    secret = re.search(r"whsec_[A-Za-z0-9+/]{43}=", answer.content.decode())
    assert secret and answer.headers["Cache-Control"] == "no-store"
    webhook = Webhook.objects.get()
    assert credentials.signing_secrets(webhook, webhook.created_at) == [secret[0]]
    assert (webhook.maker_name, webhook.by_machine, webhook.is_on) == ("Olga", False, True)
    for page in (HERE, address(webhook), address(webhook, "edit/")):
        told = client.get(page).content.decode()
        assert secret[0] not in told and "Tasks to the ERP" in told
    line = Record.objects.get(type="webhook.created")
    facts = RecordDetails.objects.get(seq=line.seq).changes
    assert facts["target"] == "https://erp.example" and line.audience == "owners"


def test_the_same_form_twice_is_one_webhook(cast: Cast) -> None:
    key = {"creation_key": "c" * 32}
    first, second = add(cast, **key), add(cast, **key)
    assert "whsec_" in first.content.decode() and second.status_code == 200
    assert "whsec_" not in second.content.decode() and Webhook.objects.count() == 1


def test_a_group_of_events_is_ticked_at_once(cast: Cast) -> None:
    add(cast, events=["robot.created"], groups=["work"])
    events = Webhook.objects.get().events
    assert "task.moved" in events and "robot.created" in events and "robot.deleted" not in events


def test_chosen_workspaces_are_kept(cast: Cast) -> None:
    from workspaces import actions

    place = actions.create(cast.actor("olga"), "Harbour bridge")
    assert add(cast, where="chosen").status_code == 422
    add(cast, where="chosen", workspaces=[place.public_id])
    webhook = Webhook.objects.get()
    assert not webhook.all_workspaces and list(webhook.workspaces.all()) == [place]
    assert "Harbour bridge" in cast.client("olga").get(address(webhook)).content.decode()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"description": ""}, "This field is required"),
        ({"description": "a\x00b"}, "Null characters"),
        ({"target_url": "http://erp.example/"}, "Use https"),
        ({"target_url": "https://10.0.0.1/"}, "not a public one"),
        ({"events": []}, "Choose at least one event"),
        ({"events": ["task.exploded"]}, "One of these events is not known"),
        ({"where": "chosen", "workspaces": ["nowhere"]}, "not there"),
        ({"auth": "basic", "username": ""}, "Type the user name"),
        ({"auth": "basic", "username": "a:b"}, "has no colon"),
        ({"header-0-name": "Content-Language", "header-0-value": "en"}, "begin with “Content-”"),
        ({"header-0-name": "X-Key", "header-0-hide": "on"}, "Type the value that is to be hidden"),
        ({"header-0-name": "x" * 100_000, "header-0-value": "1"}, "at most 100"),
        (BASIC | {"header-0-name": "Authorization", "header-0-value": "x"}, "Choose one of the two"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(cast: Cast, wrong: Any, said: str) -> None:
    typed = {"header-7-name": "X-Kept", "header-7-value": "kept value"}
    answer = add(cast, **(typed | wrong))
    page = answer.content.decode()
    assert answer.status_code == 422 and said in page and "What you typed is still here" in page
    assert Webhook.objects.count() == 0 and "kept value" in page


def test_what_is_secret_is_never_written_into_the_page_again(cast: Cast) -> None:
    page = add(cast, target_url="nowhere", **BASIC, **HIDDEN).content.decode()
    assert "type those again" in page and "X-Key" in page
    assert BASIC["password"] not in page and HIDDEN["header-0-value"] not in page


def test_another_header_saves_nothing_and_keeps_what_was_typed(cast: Cast) -> None:
    answer = add(cast, more="1", description="", **{"header-0-name": "X-One", "header-0-value": "first"})
    page = answer.content.decode()
    assert answer.status_code == 200 and "Not saved." not in page and 'value="first"' in page
    assert page.count("data-header-row") > 4 and Webhook.objects.count() == 0


def test_a_lapsed_proof_is_asked_for_and_keeps_what_was_typed_but_for_secrets(cast: Cast) -> None:
    client = cast.client("olga")
    session = client.session
    session["signed_in_at"] = 0
    session.save()
    place = cast.home.workspaces.create(name="Harbour bridge").public_id
    more: dict[str, Any] = {"where": "chosen", "workspaces": [place], "groups": ["robots"]} | BASIC | HIDDEN
    there = client.post(HERE, FORM | more).headers["Location"]
    assert "reauthenticate" in there and not Webhook.objects.exists()
    assert BASIC["password"] not in unquote(unquote(there)) and HIDDEN["header-0-value"] not in there
    page = cast.client("olga").get(parse_qs(urlsplit(there).query)["next"][0]).content.decode()
    for kept in (
        'value="Tasks to the ERP"',
        'value="gatehouse"',
        'value="X-Key"',
        f'value="{place}" checked',
    ):
        assert kept in page, kept
    for ticked in ("task.created", "robot.created", "basic", "chosen"):
        assert f'value="{ticked}" checked' in page, ticked
    for said in (
        "Nothing is saved yet.",
        "Type it again: what was",
        'placeholder="Type it again"',
        "Complete it:",
    ):
        assert said in page, said


def test_a_form_that_lost_nothing_says_nothing_of_it(cast: Cast) -> None:
    for page in (cast.client("olga").get(HERE + "?create"), add(cast, more="1"), add(cast, description="")):
        assert "ype it again" not in page.content.decode() and "Complete it" not in page.content.decode()


def test_there_are_rows_enough_without_javascript(cast: Cast) -> None:
    page = cast.client("olga").get(HERE + "?create").content.decode()
    shown, further = page.split("<noscript>", 1)[0], page.split("<noscript>", 1)[1].split("</noscript>")[0]
    assert shown.count("data-header-row") == 2 and further.count("data-header-row") == 6
    rows = {f"header-{n}-name": f"X-{n}" for n in range(39)} | {f"header-{n}-value": "v" for n in range(39)}
    assert add(cast, more="1", **rows).content.decode().count("data-header-row") == 40


def test_forty_headers_are_enough(cast: Cast) -> None:
    rows = {f"header-{n}-name": f"X-{n}" for n in range(41)} | {f"header-{n}-value": "v" for n in range(41)}
    assert "At most 40 headers" in add(cast, **rows).content.decode()
    del rows["header-40-name"], rows["header-40-value"]
    assert add(cast, **rows).status_code == 200 and Webhook.objects.get().headers.count() == 40
