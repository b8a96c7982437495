"""`/api/v1/groups/…/robots`: which robots are in a group, putting them in and taking them out."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status

from accounts.answers import Id, Limit, answer, page, position
from accounts.api import CLASHES, ERRORS
from accounts.api_groups import READ, WRITE, InGroupList, InGroupOut
from accounts.grouping import fetch
from accounts.permissions import Actor
from robots import grouping
from robots.models import Robot

router = Router(tags=["Groups"])


@router.get(
    "/{id}/robots", auth=READ, response={200: InGroupList} | ERRORS, operation_id="list_robots_in_group"
)
def list_robots_in_group(request: HttpRequest, id: Id, after: Id = "", limit: Limit = 50) -> HttpResponse:
    """Which robots are in it, in order of creation; `robots:read` is not needed for that."""
    actor: Actor = request.auth  # type: ignore[attr-defined]
    rows = Robot.objects.filter(groups=fetch(actor, id), retired_at=None).order_by("pk")
    if after:
        rows = rows.filter(pk__gt=position(Robot.objects.filter(organization=actor.home), public_id=after))
    return page(request, [_told(row) for row in rows[: limit + 1]], limit, "id")


@router.put(
    "/{id}/robots/{robot_id}",
    auth=WRITE,
    response={200: InGroupOut} | ERRORS | CLASHES,
    operation_id="add_robot_to_group",
)
def add_robot(request: HttpRequest, id: Id, robot_id: Id) -> HttpResponse:
    """From now on this robot is in it. Needs `robots:read`, too."""
    return answer(_told(grouping.add(request.auth, id, robot_id)))  # type: ignore[attr-defined]


@router.delete(
    "/{id}/robots/{robot_id}",
    auth=WRITE,
    response={204: None} | ERRORS | CLASHES,
    operation_id="remove_robot_from_group",
)
def remove_robot(request: HttpRequest, id: Id, robot_id: Id) -> Any:
    """This robot is not in it any more. Needs `robots:read`, too."""
    grouping.remove(request.auth, id, robot_id)  # type: ignore[attr-defined]
    return Status(204, None)


def _told(robot: Robot) -> dict[str, str]:
    return {"id": robot.public_id, "name": robot.name}
