"""The mail about a share: what it says and never says, and what the owner sees when it does not go out."""

import re
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import OutgoingMail
from accounts.sealing import hint
from tests.cast import Cast
from tests.conftest import Mailbox
from tests.robots.conftest import page_of, shared_page
from tests.robots.test_sharing import receipt, reveal, share


def due_now() -> None:
    """The waiting is over."""
    OutgoingMail.objects.filter(state="waiting").update(due_at=timezone.now() - timedelta(seconds=1))


def send_again(cast: Cast) -> Any:
    """Olga presses the button; the page that she is led to."""
    return cast.client("olga").post(
        f"{page_of(cast.robby)}share/{cast.users['mia'].public_id}/mail/", follow=True
    )


def part(message: EmailMessage, kind: str) -> str:
    return message.get_body((kind,)).get_content()  # type: ignore[union-attr]


def test_it_says_who_shared_what_and_where_to_sign_in(cast: Cast, mailbox: Mailbox) -> None:
    share(cast, "mia")
    [message] = mailbox.read()
    assert (message["To"], message["Subject"]) == (
        "mia@halden.example",
        "Olga shared the robot Robby with you",
    )
    for kind in ("plain", "html"):
        assert f"http://testserver{shared_page(cast.robby)}" in part(message, kind)
        assert "Olga" in part(message, kind) and "Robby" in part(message, kind)
    assert message["Auto-Submitted"] == "auto-generated"


def test_no_secret_and_no_hint_is_in_it(cast: Cast, mailbox: Mailbox) -> None:
    share(cast, "mia")
    text = mailbox.text()
    for value in (
        cast.robby_values.client_secret,
        cast.robby_values.oauth1_token,
        cast.robby_values.oauth1_token_secret,
    ):
        assert value not in text and hint(value) not in text
        assert value[:11] not in text
    assert "gate_" not in text and cast.robby_values.client_id not in text


def test_its_link_works_only_with_a_sign_in(cast: Cast, mailbox: Mailbox) -> None:
    share(cast, "mia")
    links = set(re.findall(r"http://testserver(/[^\s\"<>]*)", mailbox.text()))
    assert shared_page(cast.robby) in links
    for link in links:
        assert cast.client("visitor").get(link).status_code in (200, 302)
        assert "gate_" not in cast.client("visitor").get(link, follow=True).content.decode()


def test_a_name_with_markup_or_line_breaks_stays_a_name(cast: Cast, mailbox: Mailbox) -> None:
    cast.robby.name = "<b>Bcc: a@b.example</b> & “Robby” 🤖 " + "x" * 60
    cast.robby.save()
    share(cast, "mia")
    [message] = mailbox.read()
    assert cast.robby.name in message["Subject"] and message["Bcc"] is None
    assert cast.robby.name in " ".join(part(message, "plain").split())
    assert "<b>Bcc" not in part(message, "html") and "&lt;b&gt;Bcc" in part(message, "html")


def test_its_body_is_destroyed_once_sent(cast: Cast, mailbox: Mailbox) -> None:
    share(cast, "mia")
    waiting = OutgoingMail.objects.get()
    assert waiting.sealed_message and "Robby" not in waiting.sealed_message
    mailbox.read()
    sent = OutgoingMail.objects.get()
    assert (sent.state, sent.sealed_message, sent.last_error) == ("sent", None, "")
    assert "Mail sent" in receipt(cast)


def test_a_refusal_is_shown_with_its_reason_and_can_be_sent_again(cast: Cast, mailbox: Mailbox) -> None:
    mailbox.refuse = "550 No such user here"
    share(cast, "mia")
    assert mailbox.read() == [] and OutgoingMail.objects.get().state == "failed"
    assert (
        "Mail failed" in receipt(cast)
        and "550 No such user here" in receipt(cast)
        and "Send again" in receipt(cast)
    )
    mailbox.refuse = ""
    assert "The mail to Mia goes out again." in send_again(cast).content.decode()
    [message] = mailbox.read()
    assert message["Message-ID"] == OutgoingMail.objects.get().message_id
    assert "Mail failed" not in receipt(cast) and "Send again" not in receipt(cast)


def test_a_mail_that_failed_is_not_tried_by_itself(cast: Cast, mailbox: Mailbox) -> None:
    mailbox.refuse = "550 No such user here"
    share(cast, "mia")
    mailbox.read()
    mailbox.refuse = ""
    assert mailbox.read() == []


def test_a_temporary_failure_is_tried_again_later(cast: Cast, mailbox: Mailbox) -> None:
    mailbox.refuse = "451 Greylisted, come back"
    share(cast, "mia")
    mailbox.read()
    row = OutgoingMail.objects.get()
    assert (row.state, row.attempts) == ("waiting", 1) and row.due_at > timezone.now()
    assert "451 Greylisted, come back" in receipt(cast)
    mailbox.refuse = ""
    assert mailbox.read() == []
    due_now()
    assert len(mailbox.read()) == 1 and "Greylisted" not in receipt(cast)


def test_a_mail_that_will_be_tried_again_says_when_it_failed_and_not_when_it_is_due(
    cast: Cast, mailbox: Mailbox
) -> None:
    mailbox.refuse = "451 Greylisted, come back"
    share(cast, "mia")
    mailbox.read()
    OutgoingMail.objects.update(due_at=timezone.now() + timedelta(days=400))
    assert str((timezone.now() + timedelta(days=400)).year) not in receipt(cast)


def test_every_attempt_has_the_same_message_id(
    cast: Cast, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = mailbox.handle_DATA

    async def take_but_say_no(*given: Any) -> str:
        await take(*given)
        return "451 Taken, but the answer is lost"

    monkeypatch.setattr(mailbox, "handle_DATA", take_but_say_no)
    share(cast, "mia")
    for _ in range(3):
        mailbox.read()
        due_now()
    assert (
        len(mailbox.received) == 3 and len({str(message["Message-ID"]) for message in mailbox.received}) == 1
    )
    assert len({str(message["Date"]) for message in mailbox.received}) == 1


def test_send_again_while_it_waits_sends_at_once_and_only_once(cast: Cast, mailbox: Mailbox) -> None:
    mailbox.refuse = "451 Greylisted"
    share(cast, "mia")
    mailbox.read()
    mailbox.refuse = ""
    send_again(cast)
    send_again(cast)
    assert len(mailbox.read()) == 1 and OutgoingMail.objects.count() == 1


def test_send_again_after_it_was_sent_sends_a_fresh_one(cast: Cast, mailbox: Mailbox) -> None:
    share(cast, "mia")
    mailbox.read()
    send_again(cast)
    first, second = mailbox.read()
    assert first["Message-ID"] != second["Message-ID"]


def test_a_failed_mail_does_not_stop_the_reveal(cast: Cast, mailbox: Mailbox) -> None:
    mailbox.refuse = "550 No such user here"
    share(cast, "mia")
    mailbox.read()
    assert cast.robby_values.client_secret in reveal(cast).content.decode()


def test_an_unshared_persons_mail_is_not_sent_any_more(cast: Cast, mailbox: Mailbox) -> None:
    share(cast, "mia")
    cast.client("olga").post(f"{page_of(cast.robby)}share/{cast.users['mia'].public_id}/remove/")
    assert mailbox.read() == []


def test_send_again_for_somebody_else_is_not_found(cast: Cast) -> None:
    olga = cast.client("olga")
    for person in (cast.users["mia"].public_id, cast.users["stan"].public_id, "nobody"):
        assert olga.post(f"{page_of(cast.robby)}share/{person}/mail/").status_code == 404
        assert olga.post(f"{page_of(cast.robby)}share/{person}/remove/").status_code == 404
