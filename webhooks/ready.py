"""What /readyz says about webhooks: how long the delivery that waits longest could have been sent."""

from django.utils import timezone

from webhooks.claiming import oldest_due

# Sweeps come every 5 or 15 seconds; a receiver that rests or waits for its next attempt is not late.
LATE_SECONDS = 120


def check() -> str:
    """ "ok", or what is wrong."""
    oldest = oldest_due()
    age = int((timezone.now() - oldest).total_seconds()) if oldest else 0
    return "ok" if age < LATE_SECONDS else f"the oldest delivery has been due for {age} s"
