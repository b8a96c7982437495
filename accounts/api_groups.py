"""`/api/v1/groups`: groups, who is in them, and changing them."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from pydantic import ConfigDict, Field

from accounts import grouping, hooks
from accounts.answers import Id, IfMatch, Limit, answer, page, position, versions
from accounts.api import CLASHES, ERRORS, Name, Needs, Text
from accounts.models import Group, Membership
from accounts.permissions import Actor, Power
from accounts.replaying import once

router = Router(tags=["Groups"])
READ, WRITE = Needs(Power.READ_GROUPS), Needs(Power.MANAGE_GROUPS)
# How many of each a group itself tells; the lists of its people and of its robots go on.
FIRST = 200


class GroupOut(Schema):
    """A group as it leaves the house."""

    id: str
    name: str
    description: str
    is_everyone: bool = Field(description="the built-in one: it follows the membership and is not changed")
    created_at: datetime
    version: int = Field(
        description="what `ETag` and `If-Match` compare: name and description, not who is in it"
    )


class InGroupOut(Schema):
    """Somebody, or a robot, in a group."""

    id: str
    name: str


class GroupWithAllOut(GroupOut):
    """A group with who is in it."""

    people: list[InGroupOut] = Field(description="the first 200")
    robots: list[InGroupOut] = Field(description="the first 200")


class InGroupList(Schema):
    """A page of who is in a group."""

    items: list[InGroupOut]
    next: str | None = Field(None, description="the next page's `after`; null on the last page")


class GroupIn(Schema):
    """A new group."""

    model_config = ConfigDict(extra="forbid")
    name: Name
    description: Text = ""


# May be left out; null is no text.
NOT_GIVEN: Any = Field(default_factory=str)


class GroupPatch(Schema):
    """JSON merge patch (RFC 7396): only what is given changes."""

    model_config = ConfigDict(extra="forbid")
    name: Name = NOT_GIVEN
    description: Text = NOT_GIVEN


class GroupList(Schema):
    """A page of groups, in order of creation."""

    items: list[GroupOut]
    next: str | None = Field(None, description="the next page's `after`; null on the last page")


@router.get("", auth=READ, response={200: GroupList} | ERRORS, operation_id="list_groups")
def list_groups(request: HttpRequest, after: Id = "", limit: Limit = 50) -> HttpResponse:
    """Every group of the organization."""
    actor: Actor = request.auth  # type: ignore[attr-defined]
    rows = grouping.visible(actor).order_by("pk")
    if after:
        everything = Group.objects.filter(organization=actor.home)
        rows = rows.filter(pk__gt=position(everything, public_id=after))
    return page(request, [_told(row) for row in rows[: limit + 1]], limit, "id")


@router.post("", auth=WRITE, response={201: GroupOut} | ERRORS | CLASHES, operation_id="create_group")
@once
def create_group(request: HttpRequest, body: GroupIn) -> HttpResponse:
    """Make a group; nobody is in it yet."""
    made = grouping.create(request.auth, body.name, body.description)  # type: ignore[attr-defined]
    return answer(_told(made), 201)


@router.get("/{id}", auth=READ, response={200: GroupWithAllOut} | ERRORS, operation_id="read_group")
def read_group(request: HttpRequest, id: Id) -> HttpResponse:
    """One group, with its people and robots. Who is deactivated is not counted in."""
    actor: Actor = request.auth  # type: ignore[attr-defined]
    group = grouping.fetch(actor, id)
    rows = hooks.group_members.rows(actor, group)[:FIRST]
    robots = [{"id": row["id"], "name": row["name"]} for row in rows]
    people = [_person(row) for row in grouping.people(group)[:FIRST]]
    return answer(_told(group) | {"people": people, "robots": robots})


@router.patch("/{id}", auth=WRITE, response={200: GroupOut} | ERRORS | CLASHES, operation_id="update_group")
def update_group(request: HttpRequest, id: Id, body: GroupPatch, if_match: IfMatch = None) -> HttpResponse:
    """Change what is given."""
    wanted = body.dict(exclude_unset=True)
    changed = grouping.update(request.auth, id, match=versions(if_match), **wanted)  # type: ignore[attr-defined]
    return answer(_told(changed))


@router.delete("/{id}", auth=WRITE, response={204: None} | ERRORS | CLASHES, operation_id="delete_group")
def delete_group(request: HttpRequest, id: Id, if_match: IfMatch = None) -> Any:
    """Delete it: people and robots in it stay what they are. Its id is never used again."""
    grouping.delete(request.auth, id, versions(if_match))  # type: ignore[attr-defined]
    return Status(204, None)


@router.get(
    "/{id}/people", auth=READ, response={200: InGroupList} | ERRORS, operation_id="list_people_in_group"
)
def list_people_in_group(request: HttpRequest, id: Id, after: Id = "", limit: Limit = 50) -> HttpResponse:
    """Who is in it, in the order in which they joined the organization."""
    actor: Actor = request.auth  # type: ignore[attr-defined]
    rows = grouping.people(grouping.fetch(actor, id))
    if after:
        everybody = Membership.objects.filter(organization=actor.home)
        rows = rows.filter(pk__gt=position(everybody, user__public_id=after))
    return page(request, [_person(row) for row in rows[: limit + 1]], limit, "id")


@router.put(
    "/{id}/people/{person_id}",
    auth=WRITE,
    response={200: InGroupOut} | ERRORS | CLASHES,
    operation_id="add_person_to_group",
)
def add_person(request: HttpRequest, id: Id, person_id: Id) -> HttpResponse:
    """From now on this person is in it."""
    return answer(_person(grouping.add_person(request.auth, id, person_id)))  # type: ignore[attr-defined]


@router.delete(
    "/{id}/people/{person_id}",
    auth=WRITE,
    response={204: None} | ERRORS | CLASHES,
    operation_id="remove_person_from_group",
)
def remove_person(request: HttpRequest, id: Id, person_id: Id) -> Any:
    """This person is not in it any more."""
    grouping.remove_person(request.auth, id, person_id)  # type: ignore[attr-defined]
    return Status(204, None)


def _person(row: Membership) -> dict[str, str]:
    """Never `str(user)`: without a name that is the address."""
    return {"id": row.user.public_id, "name": row.user.name}


def _told(group: Group) -> dict[str, Any]:
    same = ("name", "description", "is_everyone", "created_at", "version")
    return {"id": group.public_id} | {name: getattr(group, name) for name in same}
