"""The timetable's door to robots."""

from celery import shared_task
from django.utils import timezone

from robots import nonces, oauth, renewal, signing


@shared_task(name="robots.sweep")
def sweep() -> None:
    """Destroy what an overlap left behind; forget expired access tokens and spent nonces; replace old signing keys."""
    now = timezone.now()
    renewal.sweep(now)
    oauth.sweep_expired(now)
    nonces.sweep()
    signing.rotate(now)
