"""Connect, the organization's side: ask, change, answer, withdraw; nothing typed is lost, one request is open at most."""

from typing import Any
from unittest.mock import ANY

import pytest
from django.db import IntegrityError, transaction

from accounts import connect, connect_deciding
from accounts.models import (
    ConnectRequest,
    ConnectStep,
    Membership,
    Organization,
    Record,
    RecordDetails,
    Role,
    User,
)
from accounts.permissions import OPERATOR, Refused
from tests.accounts.conftest import browsers, together
from tests.accounts.wishes import PAGE, WISH, asked, typed
from tests.cast import Cast
from tests.conftest import Mailbox


def types() -> list[str]:
    return list(
        Record.objects.filter(type__startswith="connect.").order_by("pk").values_list("type", flat=True)
    )


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


def test_not_a_hundred_mails_a_day(cast: Cast) -> None:
    found, olga = asked(cast), cast.client("olga")
    many = [ConnectStep(request=found, kind="noted", by_name="Olga") for _ in range(connect.STEPS_A_DAY - 2)]
    ConnectStep.objects.bulk_create(many)
    assert olga.post(PAGE + "update/", typed(olga, purpose="Second")).status_code == 302
    answer = olga.post(PAGE + "update/", typed(olga, purpose="Third"))
    assert answer.status_code == 422 and "Change it again tomorrow" in answer.content.decode()
    assert "Third</textarea>" in answer.content.decode()
    # Withdrawing is always possible.
    assert olga.post(PAGE + "withdraw/", typed(olga)).status_code == 302


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


def test_mails_at_each_step_in_the_readers_language(cast: Cast, mailbox: Mailbox) -> None:
    User.objects.filter(pk=cast.users["stan"].pk).update(is_staff=True, language="pl")
    found = asked(cast)
    desk = f"/operator/organizations/{cast.home.public_id}/connect/{found.public_id}/"
    assert [(mail["To"], mail["Subject"]) for mail in mailbox.read()] == [
        ("olga@halden.example", "Your request for Connect is sent"),
        ("stan@halden.example", ANY),
    ]
    assert "prosi" in mailbox.received[1]["Subject"] and desk in mailbox.text()
    mailbox.received.clear()
    connect.update(cast.actor("carl"), found.public_id, 1, "A note", **WISH | {"purpose": "Other"})
    assert [mail["To"] for mail in mailbox.read()] == ["olga@halden.example", "stan@halden.example"]
    assert "Carl changed what you ask for" in mailbox.text()
    # A mail of ours carries nobody's typed words to the operators.
    assert "Power BI" not in mailbox.text() and "A note" not in mailbox.text()


def test_the_owner_hears_for_somebody_who_left(cast: Cast, mailbox: Mailbox) -> None:
    found = asked(cast, "carl")
    Membership.objects.filter(user=cast.users["carl"]).update(role=Role.MEMBER)
    mailbox.read().clear()
    connect_deciding.take(OPERATOR, cast.home.public_id, found.public_id)
    assert [mail["To"] for mail in mailbox.read()] == ["olga@halden.example"]


def test_a_name_with_signs_is_itself_in_subject_and_text_and_harmless_in_html(
    cast: Cast, mailbox: Mailbox
) -> None:
    Organization.objects.filter(pk=cast.home.pk).update(name="Tom & <b>Sons</b>")
    User.objects.filter(pk=cast.users["stan"].pk).update(is_staff=True)
    asked(cast)
    told = mailbox.read()[1]
    assert told["Subject"] == "Tom & <b>Sons</b> asks for Connect"
    plain, html = (told.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None and "Tom & <b>Sons</b> asks for Connect" in plain.get_content()
    assert html is not None and "Tom &amp; &lt;b&gt;Sons&lt;/b&gt; asks" in html.get_content()
    assert "<b>" not in html.get_content()
