"""Robots in groups. They carry no powers: whoever manages groups and may see robots puts them in and takes them out."""

from django.http import Http404

from accounts import grouping
from accounts.events import EventType, action, record
from accounts.models import Group
from accounts.permissions import Actor, Power, Refused
from robots.models import Robot


def add(actor: Actor, group_id: str, robot_id: str) -> Robot:
    """From now on this robot is in that group; twice is once. Raises Http404, NotPossible for Everyone, Refused."""
    with action(actor):
        robot = _locked(actor, robot_id)
        group = grouping.changeable(actor, group_id)
        regroup(robot, [*robot.groups.filter(retired_at=None), group])
    return robot


def remove(actor: Actor, group_id: str, robot_id: str) -> None:
    """This robot is not in that group any more. Raises Http404, also when it was not; NotPossible for Everyone, Refused."""
    with action(actor):
        robot = _locked(actor, robot_id)
        group = grouping.changeable(actor, group_id)
        there = list(robot.groups.filter(retired_at=None))
        if group not in there:
            raise Http404
        regroup(robot, [one for one in there if one != group])


def _locked(actor: Actor, robot_id: str) -> Robot:
    """The robot's row first, as every verb on a robot does."""
    if not actor.can(Power.MANAGE_GROUPS):
        raise Refused(Power.MANAGE_GROUPS, actor)
    if not actor.can(Power.READ_ROBOTS):
        raise Refused(Power.READ_ROBOTS, actor)
    rows = Robot.objects.visible_to(actor).select_for_update(no_key=True, of=("self",))
    found = rows.select_related("organization").filter(public_id=robot_id).first()
    if found is None:
        raise Http404
    return found


def regroup(robot: Robot, chosen: list[Group]) -> None:
    """Exactly these groups hold the locked robot; what changes nothing records nothing."""
    before = sorted(robot.groups.filter(retired_at=None).values_list("public_id", flat=True))
    after = sorted({group.public_id for group in chosen})
    if before != after:
        robot.groups.set(chosen)
        record(EventType.ROBOT_UPDATED, robot, changes={"groups": [before, after]})
