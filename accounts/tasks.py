"""The timetable's door to accounts; every task may run twice or late."""

from celery import shared_task

from accounts import checking, mail, replaying, retention
from accounts.views import health


@shared_task(name="accounts.send_mail")
def send_mail(mail_id: int) -> None:
    """Send one outbox row."""
    mail.send(mail_id)


@shared_task(name="accounts.send_due_mail")
def send_due_mail() -> None:
    """Send what a lost message forgot, and what is due again."""
    health.note_timetable()
    mail.send_due()


@shared_task(name="accounts.verify_record")
def verify_record(check_id: int) -> None:
    """One run of "Verify"."""
    checking.run(check_id)


@shared_task(name="accounts.wake_due_checks")
def wake_due_checks() -> None:
    """Runs of "Verify" that were forgotten or whose worker was killed."""
    checking.wake_due()


@shared_task(name="accounts.sweep")
def sweep() -> None:
    """Forget old mail rows, old runs of "Verify", answers kept for repeated calls, and expired sessions."""
    from django.core.management import call_command

    mail.sweep()
    checking.sweep()
    retention.finish_all()
    replaying.sweep()
    call_command("clearsessions")
