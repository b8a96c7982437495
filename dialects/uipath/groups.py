"""`/api/Group`: our groups with their people and robots, as that system's programs keep them (wire.md, A4)."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import BaseModel, Field, RootModel

from accounts import grouping as groups
from accounts.models import Group as OurGroup
from accounts.models import Membership
from accounts.permissions import Actor, Power
from dialects.uipath.mounts import canonical
from dialects.uipath.reading import (
    GivenId,
    GroupName,
    Id,
    Ids,
    OnlyIds,
    Paging,
    answer,
    nothing,
    seven_digits,
)
from dialects.uipath.scopes import Needs, actor_in
from robots import grouping
from robots.grouping import Unresolved
from robots.models import Robot

router = Router(tags=["Group"])
READ = Needs(Power.READ_GROUPS, "PM.Group", "PM.Group.Read")
WRITE = Needs(Power.MANAGE_GROUPS, "PM.Group", "PM.Group.Write")
# `id` is the partition, for PUT the group: one address, as that system has it.
ONE, MANY = "/{id}", "/{id}/{groupId}"
# What it calls kinds of groups and of accounts: numbers on the wire, whatever its document says.
BUILT_IN, CUSTOM = 0, 1
USER, ROBOT_ACCOUNT = 0, 4
NO_MORE = dict.fromkeys(("firstName", "lastName", "jobTitle", "companyName", "city", "department"))


class Member(BaseModel):
    """Somebody, or a robot, in a group."""

    objectType: str = Field(description="DirectoryUser or DirectoryRobotUser")
    source: str
    identifier: str
    name: str
    displayName: str
    email: str | None = Field(description="null for those who don't manage people, and for robots")


class Group(BaseModel):
    """A group; `members` is empty in lists, and for those who may only write."""

    id: str
    name: str
    displayName: str
    type: int = Field(description="0: built in, 1: one's own")
    creationTime: str
    lastModificationTime: str | None
    members: list[Member]
    mappingRole: str | None
    scope: str | None


class Belonging(BaseModel):
    """Who is in it, in short."""

    id: str
    type: int = Field(description="0: a person, 4: a robot account")


class Members(BaseModel):
    """A page of them."""

    totalCount: int
    results: list[Belonging]


class NewGroup(BaseModel):
    """What POST takes; the caller makes the id."""

    partitionGlobalId: GivenId = None
    id: Id
    name: GroupName
    directoryUserMemberIDs: Ids = []


class GroupChange(BaseModel):
    """What PUT takes; the name is needed even where it stays."""

    partitionGlobalId: GivenId = None
    name: GroupName
    directoryUserIDsToAdd: Ids = []
    directoryUserIDsToRemove: Ids = []


class GroupIds(BaseModel):
    """What DELETE of several takes."""

    groupIDs: list[Id] = Field(max_length=1000)


class SomeIds(RootModel[list[str]]):
    """A list, or an object with one: that system's name for it is not known."""

    root: OnlyIds


@router.get("", auth=READ, response=list[Group], operation_id="Group_GetAllOfToken")
def read_all_here(request: HttpRequest) -> HttpResponse:
    """As below, the partition being the token's."""
    return read_all(request, "")


@router.get(ONE, auth=READ, response=list[Group], operation_id="Group_GetAll")
def read_all(request: HttpRequest, id: str) -> HttpResponse:
    """A partition's groups: an array without a count."""
    return answer([told(group) for group in groups.listed(actor_in(request, id))])


@router.post("/BulkLoadByIds/{id}", auth=READ, response=list[Group], operation_id="Group_BulkLoadByIds")
def read_some(request: HttpRequest, id: str, body: SomeIds) -> HttpResponse:
    """Those of these groups that are here."""
    found = groups.listed(actor_in(request, id)).filter(public_id__in=body.root)
    return answer([told(group) for group in found])


@router.get(MANY, auth=READ, response=Group, operation_id="Group_Get")
def read_one(request: HttpRequest, id: str, groupId: str) -> HttpResponse:
    """One group, with everybody in it."""
    actor = actor_in(request, id)
    group = fetch(actor, groupId)
    return answer(told(group, _everybody(actor, group)))


@router.post("", auth=WRITE, response={201: Group}, operation_id="Group_Create")
def create(request: HttpRequest, body: NewGroup) -> HttpResponse:
    """Make one."""
    actor = actor_in(request, body.partitionGlobalId)
    made = grouping.create(actor, body.name, body.id, body.directoryUserMemberIDs)
    shown = told(made, _everybody(actor, made))
    return answer(shown | {"creationTime": f"{shown['creationTime']}Z"}, 201)


@router.put(ONE, auth=WRITE, response=Group, operation_id="Group_Update")
def update(request: HttpRequest, id: str, body: GroupChange) -> HttpResponse:
    """Change its name and who is in it."""
    actor = actor_in(request, body.partitionGlobalId)
    joining, leaving = body.directoryUserIDsToAdd, body.directoryUserIDsToRemove
    changed = grouping.change(actor, canonical(id), body.name, joining, leaving)
    return answer(told(changed, _everybody(actor, changed)))


@router.delete(MANY, auth=WRITE, response={204: None}, operation_id="Group_Delete")
def delete(request: HttpRequest, id: str, groupId: str) -> HttpResponse:
    """Delete one: who is in it stays what it is."""
    grouping.delete(actor_in(request, id), [canonical(groupId)])
    return nothing(204)


@router.delete(ONE, auth=WRITE, response={200: None}, operation_id="Group_DeleteMany")
def delete_many(request: HttpRequest, id: str, body: GroupIds) -> HttpResponse:
    """Delete those that the body names: all or none."""
    grouping.delete(actor_in(request, id), body.groupIDs)
    return nothing(200)


@router.get(MANY + "/Members", auth=READ, response=Members, operation_id="Group_GetMembers")
def read_members(request: HttpRequest, id: str, groupId: str, paging: Query[Paging]) -> HttpResponse:
    """Who is in it: people in the order in which they joined, then robots."""
    group = fetch(actor_in(request, id), groupId)
    people, robots = groups.people(group), _robots_in(group)
    count = people.count()
    low, high = paging.skip, paging.skip + paging.top
    shown = [(key, USER) for key in people.values_list("user__public_id", flat=True)[low:high]]
    rest = robots.values_list("public_id", flat=True)[max(low - count, 0) : max(high - count, 0)]
    shown += [(key, ROBOT_ACCOUNT) for key in rest]
    return answer({"totalCount": count + robots.count(), "results": _belonging(shown)})


@router.post(MANY + "/CheckMembers", auth=READ, response=Members, operation_id="Group_CheckMembers")
def check_members(request: HttpRequest, id: str, groupId: str, body: SomeIds) -> HttpResponse:
    """Those of these accounts that are in it."""
    group = fetch(actor_in(request, id), groupId)
    people = groups.people(group).filter(user__public_id__in=body.root)
    shown = [(key, USER) for key in people.values_list("user__public_id", flat=True)]
    robots = _robots_in(group).filter(public_id__in=body.root)
    shown += [(key, ROBOT_ACCOUNT) for key in robots.values_list("public_id", flat=True)]
    return answer({"totalCount": len(shown), "results": _belonging(shown)})


def fetch(actor: Actor, id: str) -> OurGroup:
    """One group. Raises Unresolved."""
    found = groups.visible(actor).filter(public_id=canonical(id)).first()
    if found is None:
        raise Unresolved("groups", [id])
    return found


def told(group: OurGroup, members: Iterable[dict[str, Any]] = ()) -> dict[str, Any]:
    """A group as that system writes it."""
    return {
        "id": group.public_id,
        "name": group.name,
        "displayName": group.name,
        "type": BUILT_IN if group.is_everyone else CUSTOM,
        "creationTime": seven_digits(group.created_at),
        "lastModificationTime": None,
        "members": list(members),
        "mappingRole": None,
        "scope": None,
    }


def _belonging(shown: Iterable[tuple[str, int]]) -> list[dict[str, Any]]:
    return [{"id": key, "type": kind} for key, kind in shown]


def _robots_in(group: OurGroup) -> Any:
    return Robot.objects.filter(groups=group, retired_at=None).order_by("pk")


def _everybody(actor: Actor, group: OurGroup) -> list[dict[str, Any]]:
    """People, then robots; nobody for those who may not read groups."""
    if not actor.can(Power.READ_GROUPS):
        return []
    return [*_people(actor, groups.people(group)), *_robots(_robots_in(group))]


def _people(actor: Actor, rows: Iterable[Membership]) -> Iterable[dict[str, Any]]:
    """An address is for those who manage people, as in our own API; without a name there is none."""
    for row in rows:
        address = row.user.email if actor.can(Power.MANAGE_PEOPLE) else None
        yield _member("DirectoryUser", row.user.public_id, row.user.name, row.user.name, address) | NO_MORE


def _robots(rows: Iterable[Robot]) -> Iterable[dict[str, Any]]:
    for row in rows:
        yield _member("DirectoryRobotUser", row.public_id, row.api_name, row.name, None)


def _member(kind: str, id: str, name: str, shown: str, email: str | None) -> dict[str, Any]:
    return {
        "objectType": kind,
        "source": "local",
        "identifier": id,
        "name": name,
        "displayName": shown,
        "email": email,
    }
