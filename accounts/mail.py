"""Mail: rendered when written, in the recipient's language; a sealed outbox row; sent by a task that carries an id."""

import json
import smtplib
import time
from collections.abc import Sequence
from datetime import timedelta
from email.utils import formatdate
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.utils import timezone, translation

from accounts.events import writing
from accounts.models import Organization, OutgoingMail, User
from accounts.sealing import seal, unseal
from accounts.wake import wake

# Seconds to wait after the first, second, … failed attempt; after the last one the mail has failed.
BACK_OFF = (30, 120, 600, 3600, 4 * 3600, 12 * 3600)
LEASE = timedelta(minutes=2)


class MailRefused(Exception):
    """The server will not take this message, now or later."""


def _place(mail: OutgoingMail) -> dict[str, str]:
    organization = mail.organization.public_id if mail.organization else ""
    return {
        "table": "accounts_outgoingmail",
        "column": "sealed_message",
        "organization": organization,
        "row": mail.public_id,
    }


def post(
    kind: str, to: User, context: dict[str, Any], organization: Organization | None = None
) -> OutgoingMail:
    """Render `templates/mail/<kind>{_subject.txt,.txt,.html}` for `to` in their language and queue it."""
    context = {
        "organization": organization,
        "recipient_name": to.name,
        "base_url": settings.GATEHOUSE_URL,
    } | context
    with translation.override(to.language):
        subject = " ".join(render_to_string(f"mail/{kind}_subject.txt", context).split())
        message = EmailMultiAlternatives(
            subject, render_to_string(f"mail/{kind}.txt", context), to=[to.email]
        )
        message.attach_alternative(render_to_string(f"mail/{kind}.html", context), "text/html")
    return queue(message, kind, organization)


def queue(message: EmailMessage, kind: str, organization: Organization | None = None) -> OutgoingMail:
    """A sealed outbox row for `message` (one recipient), and a wake for the task that sends it."""
    domain = urlsplit(settings.GATEHOUSE_URL).hostname
    row = OutgoingMail(organization=organization, kind=kind, recipient=message.to[0])
    row.message_id = f"<{row.public_id}@{domain}>"
    told = {
        "subject": message.subject,
        "text": message.body,
        "html": next((body for body, _ in getattr(message, "alternatives", [])), None),
        "date": formatdate(),
    }
    row.sealed_message = seal(json.dumps(told), **_place(row))
    row.save()
    wake("accounts.send_mail", row.pk)
    return row


def open_message(mail: OutgoingMail) -> EmailMultiAlternatives:
    """The message of a row that has not been sent, as it goes to the server: the same Message-ID on every attempt."""
    told = json.loads(unseal(mail.sealed_message or "", **_place(mail)))
    headers = {"Message-ID": mail.message_id, "Date": told["date"], "Auto-Submitted": "auto-generated"}
    message = EmailMultiAlternatives(told["subject"], told["text"], to=[mail.recipient], headers=headers)
    if told["html"]:
        message.attach_alternative(told["html"], "text/html")
    return message


def send(mail_id: int) -> bool:
    """Send one waiting row if nobody else is at it; True when it went out. Never raises for the server's sake."""
    now = timezone.now()
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    with writing():
        claimed = OutgoingMail.objects.filter(free, pk=mail_id, state="waiting", due_at__lte=now).update(
            lease_until=now + LEASE, attempts=F("attempts") + 1
        )
    if not claimed:
        return False
    mail = OutgoingMail.objects.select_related("organization").get(pk=mail_id)
    try:
        _hand_over(open_message(mail))
    except Exception as error:
        _settle_failure(mail, error)
        return False
    with writing():
        OutgoingMail.objects.filter(pk=mail_id).update(
            state="sent", sent_at=timezone.now(), sealed_message=None, lease_until=None, last_error=""
        )
    return True


def _hand_over(message: EmailMessage) -> None:
    try:
        get_connection().send_messages([message])
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        raise (MailRefused if code >= 500 else OSError)(_words(code, words)) from error
    except smtplib.SMTPResponseException as error:
        refused = error.smtp_code >= 500 and not isinstance(error, smtplib.SMTPAuthenticationError)
        raise (MailRefused if refused else OSError)(_words(error.smtp_code, error.smtp_error)) from error


def _words(code: int, words: bytes | str) -> str:
    return f"{code} {words.decode('utf-8', 'replace') if isinstance(words, bytes) else words}"


def _settle_failure(mail: OutgoingMail, error: Exception) -> None:
    over = isinstance(error, MailRefused) or mail.attempts > len(BACK_OFF)
    wait = 0 if over else BACK_OFF[mail.attempts - 1]
    with writing():
        OutgoingMail.objects.filter(pk=mail.pk).update(
            state="failed" if over else "waiting",
            due_at=timezone.now() + timedelta(seconds=wait),
            lease_until=None,
            last_error=(str(error) or type(error).__name__)[:300],
        )


def send_again(mail: OutgoingMail) -> bool:
    """Put an unsent mail at the front of the queue with all its attempts; False when it has been sent or swept."""
    with writing():
        again = OutgoingMail.objects.filter(pk=mail.pk, sealed_message__isnull=False).update(
            state="waiting", attempts=0, due_at=timezone.now(), last_error=""
        )
        wake("accounts.send_mail", mail.pk)
    return bool(again)


def withdraw(mail: OutgoingMail | None) -> None:
    """Take an unsent mail back; one that is being sent at this moment goes out."""
    if mail is not None:
        OutgoingMail.objects.filter(pk=mail.pk, lease_until=None).exclude(state="sent").delete()


def send_due(limit: int = 200) -> int:
    """Send what is due, oldest first; how many went out."""
    due = OutgoingMail.objects.filter(state="waiting", due_at__lte=timezone.now()).order_by("due_at", "id")
    return sum(send(pk) for pk in list(due.values_list("pk", flat=True)[:limit]))


def sweep() -> int:
    """Forget rows of sent mail after 30 days, and failed ones with their message after 7; how many."""
    now = timezone.now()
    old = Q(state="sent", created_at__lt=now - timedelta(days=30)) | Q(
        state="failed", created_at__lt=now - timedelta(days=7)
    )
    with writing():
        return OutgoingMail.objects.filter(old).delete()[0]


class FileBackend(BaseEmailBackend):
    """Development without EMAIL_URL: one .eml file each in GATEHOUSE_VAR/mail/, readable at /outbox/."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write each message; how many."""
        folder = settings.MAIL_FOLDER
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for message in email_messages:
            name = f"{time.strftime('%Y%m%d-%H%M%S')}-{time.monotonic_ns() % 10**9:09d}.eml"
            (folder / name).write_bytes(message.message().as_bytes())
        return len(email_messages)
