"""What an owner does to a robot besides its secrets: on and off, check a value, delete."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.events import EventType, action, record
from accounts.models import Group, Record
from accounts.permissions import Actor
from accounts.sealing import PREFIXES, fingerprint, is_well_formed
from robots import grouping, renewal
from robots.actions import NotPossible, locked, stale, update
from robots.models import Robot, Share

CHECKS_AN_HOUR = 10
CHECKED = ("client_secret", "oauth1_token", "oauth1_token_secret")


def switch(actor: Actor, public_id: str, on: bool) -> Robot:
    """On or off, decided at use: off stops the next call, also with a token issued before; nothing is lost."""
    with action(actor):
        robot = locked(actor, public_id)
        if on != (robot.switched_off_at is None):
            robot.switched_off_at = None if on else timezone.now()
            robot.save(update_fields=["switched_off_at"])
            record(EventType.ROBOT_SWITCHED_ON if on else EventType.ROBOT_SWITCHED_OFF, robot)
    return robot


def set_groups(actor: Actor, public_id: str, group_ids: Iterable[str]) -> Robot:
    """Exactly these groups of the organization hold the robot; Everyone holds people only and is ignored."""
    with action(actor):
        robot = locked(actor, public_id)
        rows = Group.objects.filter(organization=robot.organization, retired_at=None, is_everyone=False)
        grouping.regroup(actor, robot, list(rows.filter(public_id__in=list(group_ids))))
    return robot


def set_further(
    actor: Actor, public_id: str, version: int, group_ids: Iterable[str] | None, **wanted: Any
) -> Robot:
    """Settings like actions.update() and, unless None, exactly these groups: both or neither. Raises Stale."""
    with action(actor):
        robot = locked(actor, public_id)
        if group_ids is not None and robot.version != version:
            inside = robot.groups.filter(retired_at=None).values_list("public_id", flat=True)
            if set(inside) != set(group_ids):
                raise stale(robot)
        robot = update(actor, public_id, version, **wanted)
        return robot if group_ids is None else set_groups(actor, public_id, group_ids)


def check_value(actor: Actor, public_id: str, value: str) -> tuple[str, str] | None:
    """Whether `value` is one of this robot's: (which one, "current" | "overlap" | "ended"), or None.

    By fingerprint; the value is never stored.

    Raises NotPossible after ten in an hour, over all robots: the record itself is what counts them.
    """
    with action(actor):
        robot = locked(actor, public_id)
        hour_ago = timezone.now() - timedelta(hours=1)
        mine = Record.objects.filter(
            organization_id=robot.organization_id, actor_key=actor.key, at__gt=hour_ago
        )
        if mine.filter(type=EventType.SECRET_CHECKED.value).count() >= CHECKS_AN_HOUR:
            raise NotPossible(
                _("You have checked %d values in the last hour. Wait a little.") % CHECKS_AN_HOUR
            )
        found = _find(robot, value.strip())
        record(EventType.SECRET_CHECKED, robot, changes={"matched": found is not None})
    return found


def _find(robot: Robot, value: str) -> tuple[str, str] | None:
    if not any(is_well_formed(value, prefix) for prefix in PREFIXES):
        return None
    wanted, now = fingerprint(value), timezone.now()
    for part in CHECKED:
        secret = robot.secrets.filter(**{f"{part}_fingerprint": wanted}).first()
        if secret is not None:
            state = "current" if secret.dies_at is None else "overlap"
            return part, state if secret.is_alive(now) else "ended"
    return None


def delete(actor: Actor, public_id: str) -> Robot:
    """Retire the robot: tokens, OAuth1 and shares stop at once; its id is never used again, the record keeps its name."""
    with action(actor):
        robot = locked(actor, public_id)
        retire(robot)
    return robot


def retire(robot: Robot) -> None:
    """What deleting is, inside an action that has locked the robot."""
    now = timezone.now()
    renewal.end(robot.secrets.filter(ended_at=None), now)
    Share.objects.filter(robot=robot).delete()
    robot.retired_at = now
    robot.save(update_fields=["retired_at"])
    record(EventType.ROBOT_DELETED, robot, changes={"name": robot.name})
