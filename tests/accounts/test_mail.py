"""The outbox: rendered when written, sealed, sent at least once with one Message-ID, gone once sent."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.utils import timezone

from accounts import mail
from accounts.models import OutgoingMail, User
from tests.accounts.conftest import together
from tests.cast import Cast
from tests.conftest import Mailbox


@pytest.fixture
def waiting(cast: Cast) -> OutgoingMail:
    """A mail to mia that waits to be sent."""
    return mail.queue(
        EmailMessage("Tide tables", "High water at nine.", to=["mia@halden.example"]), "test", cast.home
    )


def again(row: OutgoingMail) -> OutgoingMail:
    row.refresh_from_db()
    return row


def due(row: OutgoingMail) -> None:
    OutgoingMail.objects.filter(pk=row.pk).update(due_at=timezone.now() - timedelta(seconds=1))


def test_a_sent_mail_leaves_only_an_envelope(waiting: OutgoingMail, mailbox: Mailbox) -> None:
    assert "Tide" not in (waiting.sealed_message or "") and waiting.state == "waiting"
    [message] = mailbox.read()
    assert (message["Subject"], message["Message-ID"]) == ("Tide tables", waiting.message_id)
    assert message.get_content().strip() == "High water at nine."
    sent = again(waiting)
    assert (sent.state, sent.sealed_message, sent.attempts, sent.lease_until) == ("sent", None, 1, None)
    assert sent.sent_at is not None


def test_the_database_keeps_no_message_of_a_sent_mail(waiting: OutgoingMail) -> None:
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        OutgoingMail.objects.filter(pk=waiting.pk).update(state="sent")


def test_it_is_sent_once(waiting: OutgoingMail, mailbox: Mailbox) -> None:
    assert mail.send(waiting.pk) and not mail.send(waiting.pk)
    assert len(mailbox.read()) == 1


def test_a_mail_that_is_not_due_waits(waiting: OutgoingMail, mailbox: Mailbox) -> None:
    OutgoingMail.objects.update(due_at=timezone.now() + timedelta(minutes=1))
    assert not mail.send(waiting.pk) and mailbox.read() == []


def test_waits_grow_and_after_the_last_attempt_it_has_failed(waiting: OutgoingMail, mailbox: Mailbox) -> None:
    mailbox.refuse = "451 Greylisted"
    for seconds in mail.BACK_OFF:
        due(waiting)
        before = timezone.now()
        assert not mail.send(waiting.pk)
        wait = (again(waiting).due_at - before).total_seconds()
        assert waiting.state == "waiting" and seconds <= wait < seconds + 20
    due(waiting)
    mail.send(waiting.pk)
    assert (again(waiting).state, waiting.attempts) == ("failed", len(mail.BACK_OFF) + 1)
    assert "451 Greylisted" in waiting.last_error and waiting.sealed_message is not None
    assert list(mail.BACK_OFF) == sorted(mail.BACK_OFF)


@pytest.mark.parametrize(
    ("line", "state"), [("550 No such user", "failed"), ("452 Full", "waiting"), ("554 Spam", "failed")]
)
def test_5xx_is_for_good_and_4xx_for_now(
    waiting: OutgoingMail, mailbox: Mailbox, line: str, state: str
) -> None:
    mailbox.refuse = line
    mailbox.read()
    assert (again(waiting).state, waiting.last_error) == (state, line)


def test_a_server_that_is_away_is_asked_again_later(waiting: OutgoingMail, settings: Any) -> None:
    from scripts.servers import free_port

    settings.EMAIL_PORT = free_port()
    assert not mail.send(waiting.pk)
    assert again(waiting).state == "waiting" and waiting.last_error


def test_a_message_that_no_longer_opens_is_not_lost_silently(waiting: OutgoingMail, mailbox: Mailbox) -> None:
    OutgoingMail.objects.update(sealed_message="v1:k1:broken")
    mailbox.read()
    assert again(waiting).state == "waiting" and waiting.last_error and waiting.attempts == 1


def test_one_mail_that_cannot_be_sent_stops_no_other(
    cast: Cast, waiting: OutgoingMail, mailbox: Mailbox
) -> None:
    OutgoingMail.objects.update(sealed_message="")
    mail.queue(EmailMessage("Second", "x", to=["ada@halden.example"]), "test")
    assert [str(message["Subject"]) for message in mailbox.read()] == ["Second"]


def test_a_sender_that_died_holds_a_mail_for_two_minutes_only(
    waiting: OutgoingMail, mailbox: Mailbox
) -> None:
    OutgoingMail.objects.update(lease_until=timezone.now() + mail.LEASE, attempts=1)
    assert mailbox.read() == []
    OutgoingMail.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert len(mailbox.read()) == 1


def test_a_long_reply_of_the_server_is_shortened(waiting: OutgoingMail, mailbox: Mailbox) -> None:
    mailbox.refuse = "550 " + "n" * 400
    mailbox.read()
    assert len(again(waiting).last_error) == 300


def test_it_is_written_in_the_recipients_language_when_it_is_recorded(cast: Cast, mailbox: Mailbox) -> None:
    from django.utils import translation

    User.objects.filter(pk=cast.users["mia"].pk).update(language="pl")
    cast.users["mia"].refresh_from_db()
    told = {"sharer_name": "Olga", "robot_name": "Robby", "url": "http://testserver/x", "url_words": "x"}
    with translation.override("de"):
        mail.post("robot_shared", cast.users["mia"], told, cast.home)
        assert translation.get_language() == "de"
    [message] = mailbox.read()
    html = message.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert 'lang="pl"' in html


def test_the_sweep_forgets_old_rows_and_nothing_else(cast: Cast) -> None:
    def made(state: str, days: int) -> int:
        row = mail.queue(EmailMessage("x", "x", to=["mia@halden.example"]), "test")
        at = timezone.now() - timedelta(days=days)
        sealed = None if state == "sent" else row.sealed_message
        OutgoingMail.objects.filter(pk=row.pk).update(state=state, created_at=at, sealed_message=sealed)
        return row.pk

    kept = [made("sent", 29), made("failed", 6), made("waiting", 90)]
    made("sent", 31), made("failed", 8)
    assert mail.sweep() == 2
    assert sorted(OutgoingMail.objects.values_list("pk", flat=True)) == sorted(kept)


@pytest.mark.parametrize("typed", ["mia@halden.example", "MIA@halden.example", " mia@HALDEN.example "])
def test_allauths_mails_go_through_the_outbox_sealed(cast: Cast, mailbox: Mailbox, typed: str) -> None:
    cast.client("visitor").post("/accounts/password/reset/", {"email": typed})
    row = OutgoingMail.objects.get()
    [message] = mailbox.read()
    assert message["To"] == "mia@halden.example" and row.recipient == "mia@halden.example"
    assert (row.sealed_message or "").startswith("v1:")
    assert again(row).sealed_message is None


def test_an_unknown_address_gets_no_mail_and_the_same_answer(cast: Cast, mailbox: Mailbox) -> None:
    known = cast.client("visitor").post("/accounts/password/reset/", {"email": "mia@halden.example"})
    unknown = cast.client("visitor").post("/accounts/password/reset/", {"email": "nobody@halden.example"})
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert [str(message["To"]) for message in mailbox.read()] == ["mia@halden.example"]


def test_an_address_with_a_line_break_makes_no_header(cast: Cast, mailbox: Mailbox) -> None:
    mail.queue(EmailMessage("a\nBcc: x@y.example", "x", to=["mia@halden.example"]), "test")
    assert mailbox.read() == []
    assert OutgoingMail.objects.get().last_error


@pytest.mark.usefixtures("committed")
def test_eight_senders_at_once_send_it_once(waiting: OutgoingMail, mailbox: Mailbox) -> None:
    results = together(*[lambda: mail.send(waiting.pk)] * 8)
    assert sorted(results) == [False] * 7 + [True]
    assert len(mailbox.received) == 1
