"""A request for Connect that is changed and answered while others edit it or an operator decides."""

import pytest

from accounts import connect, connect_deciding
from accounts.models import (
    ConnectRequest,
    ConnectStep,
    RecordDetails,
)
from accounts.permissions import OPERATOR
from tests.accounts.conftest import together
from tests.accounts.wishes import PAGE, WISH, asked, typed, types
from tests.cast import Cast
from tests.conftest import Mailbox


def test_changing_until_it_is_decided(cast: Cast) -> None:
    asked(cast)
    carl = cast.client("carl")
    assert carl.post(PAGE + "update/", typed(carl, platforms="Tableau", note="SAP later")).status_code == 302
    found = ConnectRequest.objects.get()
    assert (found.platforms, found.version, found.asked_by) == ("Tableau", 2, cast.users["olga"])
    page = carl.get(PAGE).content.decode()
    assert "Changed the request" in page and "SAP later" in page
    details = RecordDetails.objects.order_by("pk").last()
    assert details is not None
    assert details.changes == {"platforms": [WISH["platforms"], "Tableau"], "answer": "SAP later"}


def test_an_unchanged_form_changes_nothing(cast: Cast, mailbox: Mailbox) -> None:
    asked(cast)
    mailbox.read().clear()
    olga = cast.client("olga")
    # As browsers send the lines of a text area.
    sent = typed(olga, platforms=WISH["platforms"].replace("\n", "\r\n"))
    answer = olga.post(PAGE + "update/", sent, follow=True)
    assert "Nothing changed" in answer.content.decode() and types() == ["connect.requested"]
    assert mailbox.read() == [] and ConnectRequest.objects.get().version == 1


def test_a_note_sent_twice_is_there_once(cast: Cast) -> None:
    asked(cast)
    olga = cast.client("olga")
    sent = typed(olga, note="The licence is there", purpose="More")
    assert [olga.post(PAGE + "update/", sent).status_code for _ in range(2)] == [302, 302]
    assert [step.kind for step in ConnectStep.objects.all()] == ["sent", "updated"]


def test_the_later_of_two_editors_is_told_and_keeps_what_they_typed(cast: Cast) -> None:
    asked(cast)
    olga, carl = cast.client("olga"), cast.client("carl")
    first, second = typed(olga, purpose="Olga's words"), typed(carl, purpose="Carl's words", note="And this")
    assert olga.post(PAGE + "update/", first).status_code == 302
    answer = carl.post(PAGE + "update/", second)
    page = answer.content.decode()
    assert answer.status_code == 422 and "Olga changed the request while your page was open" in page
    assert "Carl&#x27;s words</textarea>" in page and "And this</textarea>" in page
    assert "Olga&#x27;s words" in page and ConnectRequest.objects.get().purpose == "Olga's words"
    assert carl.post(PAGE + "update/", second | {"version": 2}).status_code == 302
    assert ConnectRequest.objects.get().purpose == "Carl's words"


def test_two_editors_at_the_same_moment(cast: Cast, committed: None) -> None:
    asked(cast)
    olga, carl = cast.client("olga"), cast.client("carl")
    one, other = typed(olga, purpose="Olga's"), typed(carl, purpose="Carl's")
    answers = together(lambda: olga.post(PAGE + "update/", one), lambda: carl.post(PAGE + "update/", other))
    assert sorted(answer.status_code for answer in answers) == [302, 422]
    assert types() == ["connect.requested", "connect.updated"]


def test_a_question_is_answered(cast: Cast) -> None:
    found = asked(cast)
    connect_deciding.question(OPERATOR, cast.home.public_id, found.public_id, 1, "How many rows?")
    olga = cast.client("olga")
    page = olga.get(PAGE).content.decode()
    assert "How many rows?" in page and "Your answer" in page
    assert olga.post(PAGE + "update/", typed(olga)).status_code == 422
    assert olga.post(PAGE + "update/", typed(olga, note="A million")).status_code == 302
    found.refresh_from_db()
    assert (found.state, found.question) == ("reviewing", "")
    assert ConnectStep.objects.get(kind="answered").text == "A million"


def test_a_question_that_came_while_the_page_was_open(cast: Cast) -> None:
    found, olga = asked(cast), cast.client("olga")
    sent = typed(olga, purpose="Typed meanwhile")
    connect_deciding.question(OPERATOR, cast.home.public_id, found.public_id, 1, "How many rows?")
    answer = olga.post(PAGE + "update/", sent)
    page = answer.content.decode()
    assert answer.status_code == 422 and "The operator asked something while your page was open" in page
    assert "How many rows?" in page and "Typed meanwhile</textarea>" in page


def test_taking_it_into_review_disturbs_nobody_who_edits(cast: Cast) -> None:
    found, olga = asked(cast), cast.client("olga")
    sent = typed(olga, purpose="Typed meanwhile")
    connect_deciding.take(OPERATOR, cast.home.public_id, found.public_id)
    assert olga.post(PAGE + "update/", sent).status_code == 302
    found.refresh_from_db()
    assert (found.state, found.purpose) == ("reviewing", "Typed meanwhile")


@pytest.mark.parametrize("outcome", ["granted", "declined", "withdrawn"])
def test_decided_while_somebody_edits(cast: Cast, outcome: str) -> None:
    found, olga = asked(cast), cast.client("olga")
    sent = typed(olga, purpose="Typed meanwhile", note="And this")
    where = (cast.home.public_id, found.public_id)
    if outcome == "granted":
        connect_deciding.grant(OPERATOR, *where, 1, setup="A gateway", setup_by="Kim")
    elif outcome == "declined":
        connect_deciding.decline(OPERATOR, *where, 1, reason="No licence")
    else:
        connect.withdraw(cast.actor("carl"), found.public_id)
    answer = olga.post(PAGE + "update/", sent)
    page = answer.content.decode()
    assert answer.status_code == 422 and "while your page was open" in page
    # It is now a new request's form, with everything that was typed.
    assert "Typed meanwhile\n\nAnd this</textarea>" in page and f'action="{PAGE}"' in page
    found.refresh_from_db()
    assert found.state == outcome and found.purpose == WISH["purpose"]


def test_a_page_about_an_earlier_request_does_not_change_the_new_one(cast: Cast) -> None:
    old, olga = asked(cast), cast.client("olga")
    sent = typed(olga, purpose="About the old one")
    connect.withdraw(cast.actor("carl"), old.public_id)
    new = asked(cast, "carl", purpose="Carl's")
    answer = olga.post(PAGE + "update/", sent)
    assert answer.status_code == 422 and "About the old one</textarea>" in answer.content.decode()
    new.refresh_from_db()
    assert (new.purpose, new.version) == ("Carl's", 1)
