"""The timetable's door to robots."""

from celery import shared_task
from django.utils import timezone

from robots import oauth


@shared_task(name="robots.sweep")
def sweep() -> None:
    """Delete expired access tokens."""
    oauth.sweep_expired(timezone.now())
