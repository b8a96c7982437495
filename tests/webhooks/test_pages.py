"""The pages of webhooks: list, "Add new webhook", one webhook, editing, on and off, rotating, deleting."""

import re
import time
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from django.utils import timezone

from accounts.models import Record, RecordDetails
from tests.cast import Cast
from webhooks import credentials
from webhooks.models import Delivery, Webhook

HERE = "/o/halden/settings/webhooks/"
FORM: dict[str, Any] = {
    "description": "Tasks to the ERP",
    "target_url": "https://erp.example/hooks/gate",
    "where": "all",
    "events": ["task.created", "task.updated"],
    "auth": "none",
}
BASIC = {"auth": "basic", "username": "gatehouse", "password": "pass-phrase-of-the-erp"}
HIDDEN = {"header-0-name": "X-Key", "header-0-value": "hidden-value-of-the-erp", "header-0-hide": "on"}


def add(cast: Cast, who: str = "olga", **more: Any) -> Any:
    """The answer to "Add"."""
    return cast.client(who).post(HERE, FORM | more)


@pytest.fixture
def webhook(cast: Cast) -> Webhook:
    """With a password, a hidden header and a shown one."""
    shown = {"header-1-name": "X-Site", "header-1-value": "harbour"}
    assert add(cast, **BASIC, **HIDDEN, **shown).status_code == 200
    return Webhook.objects.get()


def address(webhook: Webhook, verb: str = "") -> str:
    return f"{HERE}{webhook.public_id}/{verb}"


def edit(cast: Cast, webhook: Webhook, **more: Any) -> Any:
    """The answer to "Update", with what the form shows and `more` typed."""
    webhook.refresh_from_db()
    shown = FORM | {"auth": "basic", "username": webhook.username, "version": webhook.version}
    rows: dict[str, Any] = {}
    for place, header in enumerate(webhook.headers.all()):
        rows |= {f"header-{place}-name": header.name, f"header-{place}-value": header.value}
        rows |= {f"header-{place}-hide": "on"} if header.is_hidden else {}
    told = {name: one for name, one in (shown | rows | more).items() if one is not None}
    return cast.client("olga").post(address(webhook, "edit/"), told)


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


def test_forty_headers_are_enough(cast: Cast) -> None:
    rows = {f"header-{n}-name": f"X-{n}" for n in range(41)} | {f"header-{n}-value": "v" for n in range(41)}
    assert "At most 40 headers" in add(cast, **rows).content.decode()
    del rows["header-40-name"], rows["header-40-value"]
    assert add(cast, **rows).status_code == 200 and Webhook.objects.get().headers.count() == 40


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
