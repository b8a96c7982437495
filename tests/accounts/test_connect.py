"""Connect, the organization's side: ask, withdraw, ask again; one request is open at most, nothing typed is lost."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts import connect, connect_deciding
from accounts.models import (
    ConnectRequest,
)
from accounts.permissions import OPERATOR, Refused
from tests.accounts.conftest import browsers, together
from tests.accounts.wishes import PAGE, WISH, asked, types
from tests.cast import Cast
from tests.conftest import Mailbox


def test_asking_from_the_empty_page(cast: Cast) -> None:
    olga = cast.client("olga")
    assert "Nothing is connected yet" in olga.get(PAGE).content.decode()
    assert olga.post(PAGE, WISH).headers["Location"] == PAGE
    page = olga.get(PAGE).content.decode()
    assert "The operator of this instance looks at it next" in page and "SAP S/4HANA" in page
    made = ConnectRequest.objects.get()
    assert (made.state, made.asked_by, made.asked_by_name) == ("sent", cast.users["olga"], "Olga")
    assert types() == ["connect.requested"]


def test_the_form_begins_with_who_asks(cast: Cast) -> None:
    page = cast.client("carl").get(PAGE).content.decode()
    assert 'value="carl@halden.example"' in page and 'value="Carl"' in page


@pytest.mark.parametrize(
    ("field", "bad"),
    [
        ("platforms", " \n "),
        ("platforms", "x" * 4001),
        ("purpose", "Left \u202e right"),
        ("purpose", "a\0b"),
        ("contact_name", "https://evil.example"),
        ("contact_email", "nobody"),
        ("contact_phone", "1\n2"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_nothing_is_lost(cast: Cast, field: str, bad: str) -> None:
    answer = cast.client("olga").post(PAGE, WISH | {field: bad})
    page = answer.content.decode()
    assert answer.status_code == 422 and f'id="id_{field}_error"' in page and "What you typed" in page
    assert all(part in page for name, value in WISH.items() if name != field for part in value.splitlines())
    assert not ConnectRequest.objects.exists()


def test_sent_twice_is_asked_once(cast: Cast, mailbox: Mailbox) -> None:
    olga = cast.client("olga")
    assert [olga.post(PAGE, WISH).status_code for _ in range(2)] == [302, 302]
    assert ConnectRequest.objects.count() == 1 and types() == ["connect.requested"]
    assert len(mailbox.read()) == 1


def test_five_at_once_make_one(cast: Cast, committed: None) -> None:
    windows = browsers(cast, "olga", 5)
    answers = together(*(lambda window=window: window.post(PAGE, WISH) for window in windows))
    assert {answer.status_code for answer in answers} == {302}
    assert ConnectRequest.objects.count() == 1 and types() == ["connect.requested"]


def test_the_database_holds_one_open_request(cast: Cast) -> None:
    found = asked(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        ConnectRequest.objects.create(organization=cast.home, asked_by_name="Carl", **WISH)
    with pytest.raises(IntegrityError), transaction.atomic():
        ConnectRequest.objects.filter(pk=found.pk).update(state="granted")


def test_two_ask_at_once_and_the_later_one_keeps_what_they_typed(cast: Cast) -> None:
    carl = cast.client("carl")
    asked(cast)
    answer = carl.post(PAGE, WISH | {"platforms": "Tableau"})
    page = answer.content.decode()
    assert answer.status_code == 422 and "Olga sent a request while your page was open" in page
    assert "Tableau</textarea>" in page and "Power BI" in page
    # It is the other's request now; carl compared, and presses Update.
    sent = {"request": ConnectRequest.objects.get().public_id, "version": 1}
    assert carl.post(PAGE + "update/", WISH | sent | {"platforms": "Tableau"}).status_code == 302
    assert ConnectRequest.objects.get().platforms == "Tableau"


def test_withdrawing_and_asking_again(cast: Cast) -> None:
    found, olga = asked(cast), cast.client("olga")
    assert "You can ask again" in olga.get(PAGE + "withdraw/").content.decode()
    for _ in range(2):
        assert olga.post(PAGE + "withdraw/", {"request": found.public_id}).status_code == 302
    page = olga.get(PAGE).content.decode()
    assert "Earlier requests" in page and "Withdrawn" in page
    # What was asked before is where a new request begins.
    assert "SAP S/4HANA</textarea>" in page
    assert olga.post(PAGE, WISH).status_code == 302
    assert types() == ["connect.requested", "connect.withdrawn", "connect.requested"]


def test_withdrawing_what_was_decided_is_told(cast: Cast) -> None:
    found, olga = asked(cast), cast.client("olga")
    connect_deciding.decline(OPERATOR, cast.home.public_id, found.public_id, 1, "No licence")
    page = olga.post(PAGE + "withdraw/", {"request": found.public_id}, follow=True).content.decode()
    assert "was declined while your page was open" in page and "No licence" in page
    assert olga.get(PAGE + "withdraw/").headers["Location"] == PAGE


def test_nonsense_is_not_found(cast: Cast) -> None:
    asked(cast)
    elsewhere = connect.ask(cast.actor("stan"), **WISH)
    for request in ("", "nothing", "a\0b", elsewhere.public_id):
        for verb in ("update/", "withdraw/"):
            answer = cast.client("olga").post(PAGE + verb, WISH | {"request": request, "version": 1})
            assert answer.status_code == 404, (verb, request)
    found = ConnectRequest.objects.get(organization=cast.home)
    for version in ("", "x", "-1", "9" * 40):
        answer = cast.client("olga").post(
            PAGE + "update/", WISH | {"request": found.public_id, "version": version, "purpose": "Other"}
        )
        assert answer.status_code == 422 and "Other</textarea>" in answer.content.decode()
    assert ConnectRequest.objects.get(pk=elsewhere.pk).state == "sent"


@pytest.mark.parametrize("who", ["adam", "mia"])
def test_only_owners_ask(cast: Cast, who: str) -> None:
    with pytest.raises(Refused):
        asked(cast, who)
    assert connect.opened(cast.actor(who)) is None
    assert "Connect" not in cast.client(who).get("/profile/").content.decode()


def test_the_overview_says_that_a_question_waits(cast: Cast) -> None:
    found, line = asked(cast), "The operator wants to know more"
    assert line not in cast.client("olga").get("/o/halden/").content.decode()
    connect_deciding.question(OPERATOR, cast.home.public_id, found.public_id, 1, "How many rows?")
    assert line in cast.client("carl").get("/o/halden/").content.decode()
    assert line not in cast.client("adam").get("/o/halden/").content.decode()


def test_the_page_asks_the_database_as_often_with_ten_earlier_requests(cast: Cast, queries: Any) -> None:
    olga = cast.client("olga")
    connect.withdraw(cast.actor("olga"), asked(cast).public_id)
    olga.get(PAGE)
    few = queries(lambda: olga.get(PAGE))
    for _ in range(9):
        connect.withdraw(cast.actor("olga"), asked(cast).public_id)
    assert queries(lambda: olga.get(PAGE)) == few
