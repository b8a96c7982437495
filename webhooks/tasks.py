"""The timetable's door to webhooks; every task may run twice or late."""

from typing import Any

from celery import shared_task
from celery.signals import worker_shutting_down

from webhooks import claiming, health, makers, pruning, running


@shared_task(name="webhooks.deliver")
def deliver() -> None:
    """Run the engine."""
    running.deliver()


@shared_task(name="webhooks.sweep")
def sweep() -> None:
    """Find what a lost message forgot, and what is due again; first stop what a machine's webhook may not tell any more."""
    makers.look()
    if claiming.is_any():
        running.deliver()


@shared_task(name=makers.LOOK)
def look_at_makers() -> None:
    """Something changed what robots or tokens may do."""
    makers.look()


@shared_task(name="webhooks.check_health")
def check_health() -> None:
    """Warn about webhooks that only fail, pause them in the end."""
    health.pause_failing()
    health.note_backlogs()


@shared_task(name="webhooks.prune")
def prune() -> None:
    """Let go of what waited too long, forget what is old."""
    pruning.expire()
    pruning.forget()


@worker_shutting_down.connect
def come_to_an_end(**kwargs: Any) -> None:
    """A worker that stops waits for its tasks: the engine must not go on for minutes."""
    running.stop()
