"""What /readyz and /metrics say about webhooks: how long the delivery that waits longest could have been sent."""

from django.utils import timezone

from accounts.views.health import Overdue
from webhooks.claiming import oldest_due


def overdue_seconds() -> int:
    """How long the delivery that waits longest could have been sent, 0 for none.

    Sweeps come every 5 or 15 seconds; a receiver that rests or waits for its next attempt is not late.
    """
    oldest = oldest_due()
    return int((timezone.now() - oldest).total_seconds()) if oldest else 0


CHECK = Overdue(
    "delivery",
    "webhook_overdue_seconds",
    "How long the delivery that waits longest could have been sent.",
    overdue_seconds,
)
