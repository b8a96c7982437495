"""What /metrics tells about robots."""

from accounts.metrics import Row
from robots.models import Robot


def rows() -> list[Row]:
    """For the hook."""
    living = Robot.objects.filter(retired_at=None)
    off = living.filter(switched_off_at__isnull=False).count()
    states = [({"state": "on"}, float(living.count() - off)), ({"state": "off"}, float(off))]
    return [("robots", "Robots that have not been deleted.", states)]
