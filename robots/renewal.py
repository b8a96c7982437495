"""Renewing secrets: a new generation at once, the old one ends now or after an overlap; destroying sealed values."""

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from accounts.events import EventType, action, record
from accounts.permissions import Actor
from robots import credentials
from robots.actions import locked, mail_holders, note_seen
from robots.models import AccessToken, Robot, Secret, Share

SEALED = {f"{part}_sealed": None for part in credentials.PARTS}


def end(secrets: QuerySet[Secret], now: datetime) -> int:
    """End these generations: their values stop, their sealed values and access tokens go; how many."""
    ids = list(secrets.values_list("pk", flat=True))
    AccessToken.objects.filter(secret__in=ids).delete()
    return Secret.objects.filter(pk__in=ids).update(ended_at=now, **SEALED)


def renew(
    actor: Actor, public_id: str, overlap: timedelta | None = None
) -> tuple[Robot, Secret, credentials.Credentials]:
    """New secrets; the present ones stop now, or `overlap` from now. Whoever renews has seen the new ones.

    Everyone the robot is shared with gets a mail and one new view. Raises Http404, Refused.
    """
    with action(actor):
        robot = locked(actor, public_id)
        now = timezone.now()
        # An older overlap ends with a renewal: never more than two generations work.
        end(robot.secrets.filter(ended_at=None, dies_at__isnull=False), now)
        current = robot.secrets.current()
        if overlap:
            current.update(dies_at=now + overlap)
        else:
            end(current, now)
        secret, values = credentials.make(robot, actor)
        note_seen(secret, actor)
        Share.objects.filter(robot=robot).update(opened_at=None)
        mail_holders(robot, "robot_renewed")
        hours = int(overlap.total_seconds() // 3600) if overlap else 0
        record(EventType.SECRET_RENEWED, robot, changes={"number": secret.number, "overlap_hours": hours})
    return robot, secret, values
