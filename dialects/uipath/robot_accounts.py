"""`/api/RobotAccount`: our robots, as that system's programs keep them (wire.md, A2)."""

from datetime import datetime
from typing import Annotated, Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from ninja import Query, Router
from pydantic import BaseModel, BeforeValidator, Field

from accounts.permissions import Power
from dialects.uipath.mounts import canonical
from dialects.uipath.reading import (
    DisplayName,
    FixedName,
    GivenId,
    Id,
    Ids,
    Paging,
    answer,
    given,
    nothing,
    order,
    seven_digits,
    streamed,
)
from dialects.uipath.scopes import Needs, actor_in
from robots import robot_accounts
from robots.grouping import Unresolved
from robots.models import Robot

router = Router(tags=["RobotAccount"])
READ = Needs(Power.READ_ROBOTS, "PM.RobotAccount", "PM.RobotAccount.Read")
WRITE = Needs(Power.WRITE_ROBOT_ACCOUNTS, "PM.RobotAccount", "PM.RobotAccount.Write")
# `id` is the partition for GET and DELETE and the robot account for PUT: one address, as that system has it.
ONE, MANY = "/{id}", "/{id}/{robotAccountId}"
COLUMNS = {
    "id": "public_id",
    "name": "api_name",
    "displayname": "name",
    "creationtime": "created_at",
    "lastlogintime": "last_used_at",
}
FIELDS = ("pk", *COLUMNS.values())


class RobotAccount(BaseModel):
    """A robot: `name` is for programs and stays for ever, `displayName` is the name on our pages."""

    id: str
    name: str
    displayName: str
    creationTime: str = Field(
        description="UTC, 7 fraction digits, without a zone (with Z in the answer to POST)"
    )
    lastLoginTime: str | None = Field(description="when it last used a credential")
    groupIds: list[str]


class RobotAccounts(BaseModel):
    """A page of them."""

    totalCount: int
    results: list[RobotAccount]


class NewRobotAccount(BaseModel):
    """What POST takes."""

    partitionGlobalId: GivenId = None
    id: GivenId = None
    name: FixedName
    displayName: Annotated[DisplayName | None, BeforeValidator(given)] = None
    groupIDsToAdd: Ids = []


class RobotAccountChange(BaseModel):
    """What PUT takes; `name` is not among it."""

    partitionGlobalId: GivenId = None
    displayName: DisplayName | None = None
    groupIDsToAdd: Ids = []
    groupIDsToRemove: Ids = []


class RobotAccountIds(BaseModel):
    """What DELETE of several takes."""

    robotAccountIDs: list[Id] = Field(max_length=1000)


@router.get("", auth=READ, response=RobotAccounts, operation_id="RobotAccount_GetAllOfToken")
def read_all_here(request: HttpRequest, paging: Query[Paging]) -> StreamingHttpResponse:
    """As below, the partition being the token's: what the documentation prints."""
    return read_all(request, "", paging)


@router.get(ONE, auth=READ, response=RobotAccounts, operation_id="RobotAccount_GetAll")
def read_all(request: HttpRequest, id: str, paging: Query[Paging]) -> StreamingHttpResponse:
    """A partition's robot accounts, at most 1,000 at once."""
    actor = actor_in(request, id)
    rows = Robot.objects.visible_to(actor)
    if paging.searchTerm:
        rows = rows.filter(Q(api_name__icontains=paging.searchTerm) | Q(name__icontains=paging.searchTerm))
    page = rows.order_by(*order(paging, COLUMNS, "created_at")).values_list(*FIELDS)
    found: list[Any] = list(page[paging.skip : paging.skip + paging.top])
    groups = robot_accounts.group_ids([row[0] for row in found])
    return streamed(rows.count(), (_row(groups.get(row[0], []), *row) for row in found))


@router.get(MANY, auth=READ, response=RobotAccount, operation_id="RobotAccount_Get")
def read_one(request: HttpRequest, id: str, robotAccountId: str) -> HttpResponse:
    """One of them."""
    actor = actor_in(request, id)
    found = Robot.objects.visible_to(actor).filter(public_id=canonical(robotAccountId)).first()
    if found is None:
        raise Unresolved("robots", [robotAccountId])
    return answer(told(found))


@router.post("", auth=WRITE, response={201: RobotAccount}, operation_id="RobotAccount_Create")
def create(request: HttpRequest, body: NewRobotAccount) -> HttpResponse:
    """Make one; it has no credentials until an owner makes them in the browser."""
    actor = actor_in(request, body.partitionGlobalId)
    made = robot_accounts.create(actor, body.name, body.displayName or "", body.id or "", body.groupIDsToAdd)
    shown = told(made)
    return answer(shown | {"creationTime": f"{shown['creationTime']}Z"}, 201)


@router.put(ONE, auth=WRITE, response=RobotAccount, operation_id="RobotAccount_Update")
def update(request: HttpRequest, id: str, body: RobotAccountChange) -> HttpResponse:
    """Change its display name and its groups."""
    actor = actor_in(request, body.partitionGlobalId)
    changed = robot_accounts.change(
        actor, canonical(id), body.displayName, body.groupIDsToAdd, body.groupIDsToRemove
    )
    return answer(told(changed))


@router.delete(MANY, auth=WRITE, response={204: None}, operation_id="RobotAccount_Delete")
def delete(request: HttpRequest, id: str, robotAccountId: str) -> HttpResponse:
    """Delete one."""
    robot_accounts.delete(actor_in(request, id), [canonical(robotAccountId)])
    return nothing(204)


@router.delete(ONE, auth=WRITE, response={200: None}, operation_id="RobotAccount_DeleteMany")
def delete_many(request: HttpRequest, id: str, body: RobotAccountIds) -> HttpResponse:
    """Delete those that the body names: all or none."""
    robot_accounts.delete(actor_in(request, id), body.robotAccountIDs)
    return nothing(200)


def told(robot: Robot) -> dict[str, Any]:
    """A robot as that system writes it."""
    groups = robot_accounts.group_ids([robot.pk]).get(robot.pk, [])
    return _row(groups, *(getattr(robot, field) for field in FIELDS))


def _row(
    groups: list[str], _key: int, id: str, name: str, shown: str, created: datetime, used: datetime | None
) -> dict[str, Any]:
    return {
        "id": id,
        "name": name,
        "displayName": shown,
        "creationTime": seven_digits(created),
        "lastLoginTime": seven_digits(used) if used else None,
        "groupIds": groups,
    }
