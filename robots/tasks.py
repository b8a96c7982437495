"""The timetable's door to robots."""

from celery import shared_task
from django.utils import timezone

from robots import nonces, oauth, renewal


@shared_task(name="robots.sweep")
def sweep() -> None:
    """Destroy what an overlap left behind; forget expired access tokens and spent nonces."""
    now = timezone.now()
    renewal.sweep(now)
    oauth.sweep_expired(now)
    nonces.sweep()
