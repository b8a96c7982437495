"""Connect, the operators' side: what is open, review, question, grant, decline; each look and change is recorded."""

from typing import Any

import pytest
from django.test import Client

from accounts import connect, connect_deciding
from accounts.models import ConnectRequest, Record, User
from accounts.permissions import OPERATOR, Refused
from tests.accounts.conftest import together
from tests.accounts.forms import Page
from tests.accounts.wishes import PAGE, WISH, asked
from tests.cast import Cast
from tests.conftest import Mailbox

VERBS = ("take", "question", "grant", "decline")
GRANT = {"setup": "A gateway to Power BI", "setup_by": "Kim Aalto, Halden IT"}


def desk(found: ConnectRequest) -> str:
    return f"/operator/organizations/{found.organization.public_id}/connect/{found.public_id}/"


def sent(operator: Client, found: ConnectRequest, verb: str, **typed: Any) -> dict[str, Any]:
    """What the form of that verb would send."""
    return Page(operator.get(desk(found)).content.decode()).form(f"/{verb}/") | typed


def types(cast: Cast) -> list[str]:
    rows = Record.objects.filter(organization_id=cast.home.pk, actor_kind="operator")
    return list(rows.exclude(type="operator.looked").order_by("seq").values_list("type", flat=True))


@pytest.mark.parametrize("who", ["visitor", "mia", "adam", "carl", "olga", "stan"])
def test_nobody_else_finds_it(cast: Cast, who: str) -> None:
    found, client = asked(cast), cast.client(who)
    refused = 302 if who == "visitor" else 404
    assert client.get(desk(found)).status_code == refused
    for verb in VERBS:
        answer = client.post(desk(found) + verb + "/", GRANT | {"version": 1, "text": "?", "reason": "No"})
        assert answer.status_code == refused
    found.refresh_from_db()
    assert found.state == "sent"


def test_nobody_decides_but_an_operator(cast: Cast) -> None:
    found = asked(cast)
    with pytest.raises(Refused):
        connect_deciding.grant(cast.actor("olga"), cast.home.public_id, found.public_id, 1, **GRANT)


def test_the_home_lists_what_is_open_and_counts_what_waits(cast: Cast, operator: Client) -> None:
    assert "for you" not in operator.get("/operator/").content.decode()
    found = asked(cast)
    page = operator.get("/operator/").content.decode()
    assert "1 request waits for you" in page and desk(found) in page
    # What they want is read on its own page, where the look is recorded.
    assert "Power BI" not in page
    connect_deciding.question(OPERATOR, cast.home.public_id, found.public_id, 1, "How many rows?")
    page = operator.get("/operator/").content.decode()
    assert "0 requests wait for you" in page and "More information wanted" in page
    connect.withdraw(cast.actor("olga"), found.public_id)
    assert desk(found) not in operator.get("/operator/").content.decode()
    assert desk(found) in operator.get(f"/operator/organizations/{cast.home.public_id}/").content.decode()


def test_a_look_is_recorded_and_the_wish_is_shown(cast: Cast, operator: Client) -> None:
    found = asked(cast)
    page = operator.get(desk(found)).content.decode()
    assert "SAP S/4HANA" in page and "Nightly figures" in page and "mailto:olga@halden.example" in page
    line = Record.objects.filter(organization_id=cast.home.pk).order_by("seq").last()
    assert line is not None and (line.type, line.actor_kind) == ("operator.looked", "operator")
    olga = cast.client("olga")
    assert "Looked at" in olga.get("/o/halden/record/").content.decode()


def test_from_review_to_grant(cast: Cast, operator: Client, mailbox: Mailbox) -> None:
    found, olga = asked(cast), cast.client("olga")
    operator.post(desk(found) + "take/")
    assert "Being reviewed" in olga.get(PAGE).content.decode()
    operator.post(desk(found) + "question/", sent(operator, found, "question", text="How many rows?"))
    assert "How many rows?" in olga.get(PAGE).content.decode()
    connect.update(cast.actor("olga"), found.public_id, 2, "A million", **WISH)
    mailbox.read().clear()
    assert operator.post(desk(found) + "grant/", sent(operator, found, "grant", **GRANT)).status_code == 302
    page = olga.get(PAGE).content.decode()
    assert "A gateway to Power BI" in page and "Kim Aalto, Halden IT" in page and "Granted" in page
    # The organization sees that an operator acted, not who.
    assert "Stan" not in page and "Stan" in operator.get(desk(found)).content.decode()
    assert [mail["To"] for mail in mailbox.read()] == ["olga@halden.example", "stan@halden.example"]
    assert "A gateway to Power BI" in mailbox.text()
    assert types(cast) == ["connect.taken", "connect.questioned", "connect.granted"]


def test_declined_with_a_reason_and_asked_again(cast: Cast, operator: Client, mailbox: Mailbox) -> None:
    found, olga = asked(cast), cast.client("olga")
    mailbox.read().clear()
    operator.post(desk(found) + "decline/", sent(operator, found, "decline", reason="No SAP licence yet"))
    page = olga.get(PAGE).content.decode()
    assert "No SAP licence yet" in page and "Declined" in page
    # Text and HTML, to whoever asked and to the operators.
    assert mailbox.text().count("No SAP licence yet") == 4
    assert olga.post(PAGE, WISH).status_code == 302
    page = olga.get(PAGE).content.decode()
    assert "Earlier requests" in page and "No SAP licence yet" in page
    assert ConnectRequest.objects.count() == 2


@pytest.mark.parametrize(
    ("verb", "empty"),
    [("question", "text"), ("grant", "setup"), ("grant", "setup_by"), ("decline", "reason")],
)
def test_nothing_is_decided_without_words(cast: Cast, operator: Client, verb: str, empty: str) -> None:
    found = asked(cast)
    typed = GRANT | {"text": "Typed", "reason": "Typed"}
    told = sent(operator, found, verb)
    told |= {name: value for name, value in typed.items() if name in told} | {empty: " "}
    answer = operator.post(desk(found) + verb + "/", told)
    page = answer.content.decode()
    assert answer.status_code == 422 and f'id="{verb}_{empty}_error"' in page
    if verb == "grant":
        assert GRANT["setup_by" if empty == "setup" else "setup"] in page
    found.refresh_from_db()
    assert found.state == "sent"


@pytest.mark.parametrize("verb", VERBS)
def test_a_double_click_decides_once(cast: Cast, operator: Client, verb: str, mailbox: Mailbox) -> None:
    found = asked(cast)
    mailbox.read().clear()
    told = {"version": 1} | GRANT | {"text": "Why?", "reason": "No"}
    assert [operator.post(desk(found) + verb + "/", told).status_code for _ in range(2)] == [302, 302]
    assert len(types(cast)) == 1 and len(mailbox.read()) == 2


def test_the_owner_edited_while_the_operator_decided(cast: Cast, operator: Client) -> None:
    found = asked(cast)
    told = sent(operator, found, "grant", **GRANT)
    connect.update(cast.actor("carl"), found.public_id, 1, **WISH | {"purpose": "Much more"})
    answer = operator.post(desk(found) + "grant/", told)
    page = answer.content.decode()
    assert answer.status_code == 422 and "Carl changed the request while your page was open" in page
    assert "Much more" in page and "A gateway to Power BI</textarea>" in page
    again = Page(page).form("/grant/")
    assert again["version"] == "2" and operator.post(desk(found) + "grant/", again).status_code == 302
    found.refresh_from_db()
    assert found.state == "granted"


@pytest.mark.parametrize("verb", ["question", "grant", "decline"])
def test_withdrawn_while_the_operator_decided(cast: Cast, operator: Client, verb: str) -> None:
    found = asked(cast)
    typed = GRANT | {"text": "My words", "reason": "My words"}
    told = sent(operator, found, verb)
    told |= {name: value for name, value in typed.items() if name in told}
    connect.withdraw(cast.actor("carl"), found.public_id)
    answer = operator.post(desk(found) + verb + "/", told)
    page = answer.content.decode()
    assert answer.status_code == 422 and "Carl withdrew the request" in page
    assert ("A gateway to Power BI" if verb == "grant" else "My words") in page
    page = operator.post(desk(found) + "take/", follow=True).content.decode()
    assert "Carl withdrew the request" in page
    found.refresh_from_db()
    assert found.state == "withdrawn"


def test_editing_and_deciding_at_the_same_moment(cast: Cast, committed: None) -> None:
    found, where = asked(cast), (cast.home.public_id,)
    olga = cast.actor("olga")
    results = together(
        lambda: connect.update(olga, found.public_id, 1, **WISH | {"purpose": "Other"}),
        lambda: connect_deciding.grant(OPERATOR, *where, found.public_id, 1, **GRANT),
        lambda: connect_deciding.decline(OPERATOR, *where, found.public_id, 1, "No"),
    )
    # Whoever was first; the others are told.
    assert sum(isinstance(result, (connect.Stale, connect.Ended)) for result in results) == 2
    found.refresh_from_db()
    assert (found.version, found.state) in [(2, "sent"), (1, "granted"), (1, "declined")]


def test_what_is_not_there(cast: Cast, operator: Client) -> None:
    found = asked(cast)
    elsewhere = f"/operator/organizations/{cast.elsewhere.public_id}/connect/{found.public_id}/"
    for where in (elsewhere, "/operator/organizations/nothing/connect/nothing/"):
        assert operator.get(where).status_code == 404
        for verb in VERBS:
            told = GRANT | {"version": 1, "text": "Typed", "reason": "Typed"}
            assert operator.post(where + verb + "/", told).status_code == 404


def test_an_operators_overview_counts(cast: Cast) -> None:
    connect.ask(cast.actor("stan"), **WISH)
    User.objects.filter(pk=cast.users["mia"].pk).update(is_staff=True)
    page = cast.client("mia").get("/o/halden/").content.decode()
    assert "1 request for Connect waits for you" in page and 'href="/operator/"' in page
    assert "waits for you" not in cast.client("ada").get("/o/halden/").content.decode()
