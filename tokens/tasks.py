"""The timetable's door to tokens; every task may run twice or late."""

from celery import shared_task

from tokens import limits, timetable


@shared_task(name="tokens.sweep")
def sweep() -> None:
    """Notices before expiry, unused tokens, values before a rotation; limits nobody asks for any more."""
    timetable.sweep()
    limits.sweep()
