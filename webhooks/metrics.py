"""What /metrics tells about webhooks: how many do badly, what waits, how the last hour went."""

from datetime import timedelta

from django.db.models import Count, Q, Sum
from django.utils import timezone

from accounts.metrics import Row
from webhooks.models import Delivery, Tally, Webhook


def rows() -> list[Row]:
    """For the hook."""
    living = Webhook.objects.filter(retired_at=None)
    states = living.aggregate(
        off=Count("pk", filter=Q(is_on=False)),
        paused=Count("pk", filter=Q(is_on=True, paused_at__isnull=False)),
        failing=Count("pk", filter=Q(is_on=True, paused_at=None, failing_since__isnull=False)),
        well=Count("pk", filter=Q(is_on=True, paused_at=None, failing_since=None)),
    )
    hour = timezone.now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    done = Tally.objects.filter(hour=hour).aggregate(delivered=Sum("delivered"), failed=Sum("failed"))
    waiting = Delivery.objects.filter(state=Delivery.State.PENDING).count()
    return [
        (
            "webhooks",
            "Webhooks that have not been deleted.",
            [({"state": name}, n) for name, n in states.items()],
        ),
        ("webhook_deliveries_pending", "Deliveries that wait for their next attempt.", [({}, waiting)]),
        (
            "webhook_attempts_last_hour",
            "Attempts of the last full hour.",
            [({"outcome": name}, n or 0) for name, n in done.items()],
        ),
    ]
