"""What /readyz says about webhooks: how long the delivery that waits longest could have been sent."""

from django.utils import timezone

from webhooks.claiming import oldest_due

# Sweeps come every 5 or 15 seconds; a receiver that rests or waits for its next attempt is not late.
LATE_SECONDS = 120


def overdue_seconds() -> int:
    """How long the delivery that waits longest could have been sent, 0 for none."""
    oldest = oldest_due()
    return int((timezone.now() - oldest).total_seconds()) if oldest else 0


def check() -> str:
    """ "ok", or what is wrong."""
    age = overdue_seconds()
    return "ok" if age < LATE_SECONDS else f"the oldest delivery has been due for {age} s"
