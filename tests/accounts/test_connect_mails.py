"""Mails about Connect: to whom, in whose language, how many."""

from unittest.mock import ANY

from accounts import connect, connect_deciding
from accounts.models import (
    ConnectStep,
    Membership,
    Organization,
    Role,
    User,
)
from accounts.permissions import OPERATOR
from tests.accounts.wishes import PAGE, WISH, asked, typed
from tests.cast import Cast
from tests.conftest import Mailbox


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
