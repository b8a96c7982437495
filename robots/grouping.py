"""Robots in groups. They carry no powers: whoever manages groups and may see robots puts them in and takes them out."""

from collections.abc import Collection, Iterable
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _

from accounts import grouping
from accounts.actions import NotPossible
from accounts.events import EventType, action, record
from accounts.models import Group, Membership
from accounts.permissions import Actor, Power, Refused
from robots.models import Robot


def add(actor: Actor, group_id: str, robot_id: str) -> Robot:
    """From now on this robot is in that group; twice is once. Raises Http404, NotPossible for Everyone, Refused."""
    with action(actor):
        robot = _locked(actor, robot_id)
        group = grouping.changeable(actor, group_id)
        regroup(actor, robot, [*robot.groups.filter(retired_at=None), group])
    return robot


def remove(actor: Actor, group_id: str, robot_id: str) -> None:
    """This robot is not in that group any more. Raises Http404, also when it was not; NotPossible for Everyone, Refused."""
    with action(actor):
        robot = _locked(actor, robot_id)
        group = grouping.changeable(actor, group_id)
        there = list(robot.groups.filter(retired_at=None))
        if group not in there:
            raise Http404
        regroup(actor, robot, [one for one in there if one != group])


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


def regroup(actor: Actor, robot: Robot, chosen: Iterable[Group]) -> None:
    """Exactly these groups hold the locked robot; what changes nothing records nothing."""
    chosen = list(chosen)
    before = sorted(robot.groups.filter(retired_at=None).values_list("public_id", flat=True))
    after = sorted({group.public_id for group in chosen})
    if before != after:
        robot.groups.set(chosen)
        note_changed(actor, robot, {"groups": [before, after]})


def note_changed(actor: Actor, robot: Robot, changes: dict[str, Any]) -> None:
    """Record what became of the locked robot; a settings page that is open meanwhile notices by the version."""
    robot.version += 1
    robot.updated_by_name = actor.name
    robot.save(update_fields=["name", "version", "updated_by_name"])
    record(EventType.ROBOT_UPDATED, robot, changes=changes)


# ---------- people and robots together, as programs of other systems change them ----------


class Unresolved(Http404):
    """Ids that name nothing here: `kind` ("groups", "users", "robots") and the ids, in order."""

    def __init__(self, kind: str, ids: Iterable[str]) -> None:
        self.kind, self.ids = kind, sorted(ids)
        super().__init__(kind)


def create(actor: Actor, name: str, public_id: str, members: Collection[str] = ()) -> Group:
    """A group with these people and robots in it. Raises NotPossible, Unresolved, Refused."""
    with action(actor):
        made = grouping.create(actor, name, public_id=public_id)
        return change(actor, public_id, join=members) if members else made


def change(
    actor: Actor,
    public_id: str,
    name: str | None = None,
    join: Collection[str] = (),
    leave: Collection[str] = (),
) -> Group:
    """Its name (None: as it is), people and robots that join and leave. What is so already is no change.

    Raises NotPossible for Everyone or who is in both, Unresolved for ids that are nobody's here, Refused.
    """
    if not actor.can(Power.MANAGE_GROUPS):
        raise Refused(Power.MANAGE_GROUPS, actor)
    joining, leaving = set(join), set(leave)
    if joining & leaving:
        raise NotPossible(_("The same account can't be added and removed at once."))
    with action(actor):
        people = _people(actor, joining | leaving)
        robots = _robots(actor, (joining | leaving) - people)
        group = _there(actor, public_id)
        if name is not None:
            group = grouping.update(actor, public_id, name=name)
        if people:
            inside = set(group.members.values_list("user__public_id", flat=True))
            grouping.set_people(actor, public_id, (inside | (joining & people)) - leaving)
        for robot in robots:
            there = set(robot.groups.filter(retired_at=None))
            regroup(actor, robot, there | {group} if robot.public_id in joining else there - {group})
    return group


def delete(actor: Actor, public_ids: Collection[str]) -> None:
    """All of these groups or none. Raises Unresolved, NotPossible for Everyone, Refused."""
    if not actor.can(Power.MANAGE_GROUPS):
        raise Refused(Power.MANAGE_GROUPS, actor)
    with action(actor):
        # One order for everybody who locks several.
        for public_id in sorted(set(public_ids)):
            _there(actor, public_id)
            grouping.delete(actor, public_id)


def _there(actor: Actor, public_id: str) -> Group:
    """The group, its row locked. Raises Unresolved, NotPossible for Everyone."""
    try:
        return grouping.changeable(actor, public_id)
    except Http404 as error:
        raise Unresolved("groups", [public_id]) from error


def _people(actor: Actor, ids: Collection[str]) -> set[str]:
    rows = Membership.objects.filter(organization=actor.home, retired_at=None, user__public_id__in=ids)
    return set(rows.values_list("user__public_id", flat=True))


def _robots(actor: Actor, ids: Collection[str]) -> list[Robot]:
    """The rest of the ids, as robots with their rows locked in one order. Raises Unresolved, Refused."""
    if not ids:
        return []
    if not actor.can(Power.READ_ROBOTS):
        raise Refused(Power.READ_ROBOTS, actor)
    rows = Robot.objects.visible_to(actor).filter(public_id__in=ids)
    found = list(
        rows.select_for_update(no_key=True, of=("self",)).select_related("organization").order_by("pk")
    )
    if missing := set(ids) - {robot.public_id for robot in found}:
        raise Unresolved("users", missing)
    return found
