"""`/api/v1/robots`: which robots there are, for automation. No credentials, no hints."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from accounts.answers import Id, Limit, answer, one, page, position
from accounts.api import ERRORS, Needs
from accounts.permissions import Power
from robots.models import Robot

router = Router(tags=["Robots"])
READ = Needs(Power.READ_ROBOTS)
SAME = ("name", "api_name", "description", "read_only", "switched_off_at", "created_at", "last_used_at")


class RobotOut(Schema):
    """A robot as it leaves the house."""

    id: str
    name: str
    api_name: str = Field(description="for programs; fixed when it was created")
    description: str
    read_only: bool
    scopes: list[str] = Field(description="all that it has now")
    switched_off_at: datetime | None = Field(description="null: it works")
    created_at: datetime
    last_used_at: datetime | None


class RobotList(Schema):
    """A page of robots, in order of creation."""

    items: list[RobotOut]
    next: str | None = Field(None, description="the next page's `after`; null on the last page")


@router.get("", auth=READ, response={200: RobotList} | ERRORS, operation_id="list_robots")
def list_robots(request: HttpRequest, after: Id = "", limit: Limit = 50) -> HttpResponse:
    """Every robot of the organization, also those that are switched off."""
    rows = Robot.objects.visible_to(request.auth).order_by("pk")  # type: ignore[attr-defined]
    if after:
        everything = Robot.objects.filter(organization=request.auth.home)  # type: ignore[attr-defined]
        rows = rows.filter(pk__gt=position(everything, public_id=after))
    return page(request, [_told(row) for row in rows[: limit + 1]], limit, "id")


@router.get("/{id}", auth=READ, response={200: RobotOut} | ERRORS, operation_id="read_robot")
def read_robot(request: HttpRequest, id: Id) -> HttpResponse:
    """One robot."""
    return answer(_told(one(Robot.objects.visible_to(request.auth), public_id=id)))  # type: ignore[attr-defined]


def _told(robot: Robot) -> dict[str, Any]:
    shown = {name: getattr(robot, name) for name in SAME}
    return {"id": robot.public_id, "scopes": list(robot.all_scopes())} | shown
