"""Renewing secrets: a new generation at once, the old one ends now or after an overlap; destroying sealed values."""

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.events import EventType, action, record, writing
from accounts.permissions import Actor
from robots import credentials
from robots.actions import NotPossible, locked, note_seen
from robots.mails import mail_holders
from robots.models import AccessToken, Robot, Secret, Share

OVERLAPS = {"0": timedelta(), "1": timedelta(hours=1), "24": timedelta(hours=24), "168": timedelta(days=7)}
SEALED = {f"{part}_sealed": None for part in credentials.PARTS}
OAUTH1_SEALED = {f"{part}_sealed": None for part in credentials.PARTS if part.startswith("oauth1")}


def end(secrets: QuerySet[Secret], now: datetime) -> int:
    """End these generations: their values stop, their sealed values and access tokens go; how many."""
    ids = list(secrets.values_list("pk", flat=True))
    AccessToken.objects.filter(secret__in=ids).delete()
    return Secret.objects.filter(pk__in=ids).update(ended_at=now, **SEALED)


def dying(robot: Robot, now: datetime) -> QuerySet[Secret]:
    """The generation whose overlap is running."""
    return robot.secrets.filter(ended_at=None, dies_at__gt=now)


def renew(
    actor: Actor,
    public_id: str,
    overlap: timedelta = timedelta(),
    number: int | None = None,
    oauth1: bool = False,
) -> tuple[Robot, Secret, credentials.Credentials]:
    """New secrets; the present ones stop now, or `overlap` from now. Whoever renews has seen the new ones.

    `number` is the generation on the page that the button was on: when another renewal came first, NotPossible is raised
    and nothing happens. `oauth1` switches OAuth1 on again. Everyone the robot is shared with gets a mail and one new view.
    Raises Http404, Refused.
    """
    with action(actor):
        robot = locked(actor, public_id)
        now = timezone.now()
        current = robot.secrets.current()
        last = current.values_list("number", flat=True).first() or 0
        if number is not None and number != last:
            raise NotPossible(_("These secrets were renewed a moment ago. Nothing was changed this time."))
        # An older overlap ends with a renewal: never more than two generations work.
        end(robot.secrets.filter(ended_at=None, dies_at__isnull=False), now)
        if overlap:
            current.update(dies_at=now + overlap)
        else:
            end(current, now)
        robot.oauth1, robot.sharing_closed_at = robot.oauth1 or oauth1, None
        robot.save(update_fields=["oauth1", "sharing_closed_at"])
        secret, values = credentials.make(robot, actor)
        note_seen(secret, actor)
        Share.objects.filter(robot=robot).update(opened_at=None)
        mail_holders(robot, "robot_renewed")
        hours = int(overlap.total_seconds() // 3600)
        record(EventType.SECRET_RENEWED, robot, changes={"number": secret.number, "overlap_hours": hours})
    return robot, secret, values


def finish(actor: Actor, public_id: str) -> Robot:
    """End a running overlap now. Raises NotPossible when none is running any more."""
    with action(actor):
        robot = locked(actor, public_id)
        now = timezone.now()
        old = dying(robot, now).first()
        if old is None:
            raise NotPossible(_("No overlap is running: the old secrets have ended."))
        end(robot.secrets.filter(pk=old.pk), now)
        record(EventType.SECRET_ENDED, robot, changes={"number": old.number})
    return robot


def extend(actor: Actor, public_id: str, by: timedelta) -> Secret:
    """Let the old generation work `by` longer, at most 30 days from now. Raises NotPossible when it has ended."""
    with action(actor):
        robot = locked(actor, public_id)
        now = timezone.now()
        old = dying(robot, now).first()
        if old is None or old.dies_at is None:
            raise NotPossible(_("No overlap is running: the old secrets have ended."))
        before, old.dies_at = old.dies_at, min(old.dies_at + by, now + timedelta(days=30))
        old.save(update_fields=["dies_at"])
        told = {"number": old.number, "dies_at": [before.isoformat(), old.dies_at.isoformat()]}
        record(EventType.SECRET_EXTENDED, robot, changes=told)
    return old


def close_sharing(actor: Actor, public_id: str) -> Robot:
    """Destroy the sealed values, so that nobody can be shown them any more; OAuth1 needs them and is switched off.

    The secrets themselves go on working with OAuth2. "Add member" is refused until they are renewed.
    """
    with action(actor):
        robot = locked(actor, public_id)
        if robot.sharing_closed_at is None:
            robot.secrets.filter(ended_at=None).update(**SEALED)
            robot.sharing_closed_at, robot.oauth1 = timezone.now(), False
            robot.save(update_fields=["sharing_closed_at", "oauth1"])
            record(EventType.ROBOT_SHARING_CLOSED, robot)
    return robot


def switch_oauth1_off(actor: Actor, public_id: str) -> Robot:
    """Refuse signed requests and destroy the token pair's sealed values; switching it on again needs a renewal."""
    with action(actor):
        robot = locked(actor, public_id)
        if robot.oauth1:
            robot.secrets.filter(ended_at=None).update(**OAUTH1_SEALED)
            robot.oauth1 = False
            robot.save(update_fields=["oauth1"])
            record(EventType.ROBOT_UPDATED, robot, changes={"oauth1": [True, False]})
    return robot


def sweep(now: datetime) -> int:
    """Destroy the sealed values and tokens of generations whose overlap has run out (they stopped by themselves)."""
    with writing():
        return end(Secret.objects.filter(ended_at=None, dies_at__lte=now), now)
