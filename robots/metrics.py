"""What /metrics tells about robots."""

from robots.models import Robot


def rows() -> list[tuple[str, str, list[tuple[dict[str, str], float]]]]:
    """For the hook."""
    living = Robot.objects.filter(retired_at=None)
    off = living.filter(switched_off_at__isnull=False).count()
    states = [({"state": "on"}, float(living.count() - off)), ({"state": "off"}, float(off))]
    return [("robots", "Robots that have not been deleted.", states)]
