"""Robot accounts as programs keep them (`robots:write`): create, change, delete, groups.

No credentials and no settings: those stay with owners, in the browser (powers: closed to machines).
"""

from collections.abc import Collection, Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.events import action
from accounts.models import Group, Organization
from accounts.permissions import Actor, Power, Refused
from robots import switches
from robots.actions import NotPossible, new_robot
from robots.grouping import Unresolved, note_changed, regroup
from robots.models import Robot


def _may(actor: Actor) -> Organization:
    if not actor.can(Power.WRITE_ROBOT_ACCOUNTS):
        raise Refused(Power.WRITE_ROBOT_ACCOUNTS, actor)
    return actor.home


def _locked(home: Organization, ids: Iterable[str]) -> list[Robot]:
    """These robots, their rows locked in one order. Raises Unresolved."""
    wanted = set(ids)
    rows = Robot.objects.filter(organization=home, retired_at=None, public_id__in=wanted)
    found = list(rows.select_for_update(no_key=True, of=("self",)).order_by("pk"))
    if missing := wanted - {robot.public_id for robot in found}:
        raise Unresolved("robots", missing)
    return found


def groups_named(home: Organization, ids: Collection[str]) -> list[Group]:
    """These groups of the organization. Raises Unresolved."""
    found = list(Group.objects.filter(organization=home, retired_at=None, public_id__in=set(ids)))
    if missing := set(ids) - {group.public_id for group in found}:
        raise Unresolved("groups", missing)
    return found


def group_ids(robots: Collection[int] | QuerySet[Robot]) -> dict[int, list[str]]:
    """{robot's key: ids of its groups, sorted} for these robots' keys. One query."""
    through = Robot.groups.through.objects.filter(robot__in=robots, group__retired_at=None)
    told: dict[int, list[str]] = {}
    for robot_id, group_id in through.values_list("robot_id", "group__public_id").order_by(
        "group__public_id"
    ):
        told.setdefault(robot_id, []).append(group_id)
    # By code point, whatever the database's collation.
    return {robot_id: sorted(ids) for robot_id, ids in told.items()}


def create(
    actor: Actor, name: str, display_name: str = "", public_id: str = "", groups: Collection[str] = ()
) -> Robot:
    """A robot account without credentials. `name` stays for ever; people edit the display name.

    Raises NotPossible when name or id is taken or for Everyone, Unresolved, Refused.
    """
    home = _may(actor)
    given = {"public_id": public_id} if public_id else {}
    with action(actor):
        chosen = groups_named(home, groups)
        _people_only(chosen)
        try:
            with transaction.atomic():
                shown = display_name or name[:120]
                robot = new_robot(actor, home, name=shown, api_name=name, **given)
        except IntegrityError as error:
            if public_id and Robot.objects.filter(organization=home, public_id=public_id).exists():
                raise NotPossible(_("This id is taken, or was once: ids are never used again.")) from error
            raise NotPossible(_("There is a robot account with this name.")) from error
        regroup(actor, robot, chosen)
    return robot


def _people_only(groups: Iterable[Group]) -> None:
    if any(group.is_everyone for group in groups):
        raise NotPossible(_("Everyone holds people only: a robot can't be added to it."))


def change(
    actor: Actor,
    public_id: str,
    display_name: str | None = None,
    join: Collection[str] = (),
    leave: Collection[str] = (),
) -> Robot:
    """Its display name (None: as it is), groups to join and to leave. What is so already is no change.

    Raises NotPossible when a group is in both or is Everyone, Unresolved, Refused.
    """
    home = _may(actor)
    if set(join) & set(leave):
        raise NotPossible(_("The same group can't be added and removed at once."))
    with action(actor):
        [robot] = _locked(home, [public_id])
        joined, left = groups_named(home, join), groups_named(home, leave)
        _people_only(joined)
        changes: dict[str, Any] = {}
        if display_name is not None and display_name != robot.name:
            changes["name"] = [robot.name, display_name]
            robot.name = display_name
        before = group_ids([robot.pk]).get(robot.pk, [])
        after = sorted((set(before) | set(join)) - set(leave))
        if before != after:
            changes["groups"] = [before, after]
            robot.groups.add(*joined)
            robot.groups.remove(*left)
        if changes:
            note_changed(actor, robot, changes)
    return robot


def delete(actor: Actor, public_ids: Iterable[str]) -> None:
    """Delete all of these or none. Raises Unresolved, Refused."""
    home = _may(actor)
    with action(actor):
        for robot in _locked(home, public_ids):
            switches.retire(robot)
