"""`/api/v1/groups`: groups, who is in them, and changing them."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from pydantic import ConfigDict, Field

from accounts import grouping, hooks
from accounts.answers import Id, Limit, answer, page, position
from accounts.api import ERRORS, Name, Needs, Problem, Text
from accounts.models import Group, Membership
from accounts.permissions import Actor, Power
from accounts.replaying import once

router = Router(tags=["Groups"])
READ, WRITE = Needs(Power.READ_GROUPS), Needs(Power.MANAGE_GROUPS)
# The name is taken, or it is the built-in Everyone.
TAKEN: dict[int, Any] = {409: Problem}


class GroupOut(Schema):
    """A group as it leaves the house."""

    id: str
    name: str
    description: str
    is_everyone: bool = Field(description="the built-in one: it follows the membership and is not changed")
    created_at: datetime


class InGroupOut(Schema):
    """Somebody, or a robot, in a group."""

    id: str
    name: str


class GroupWithAllOut(GroupOut):
    """A group with who is in it."""

    people: list[InGroupOut]
    robots: list[InGroupOut]


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


@router.post("", auth=WRITE, response={201: GroupOut} | ERRORS | TAKEN, operation_id="create_group")
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
    robots = [{"id": row["id"], "name": row["name"]} for row in hooks.group_members.rows(actor, group)]
    return answer(_told(group) | {"people": _people(group), "robots": robots})


@router.patch("/{id}", auth=WRITE, response={200: GroupOut} | ERRORS | TAKEN, operation_id="update_group")
def update_group(request: HttpRequest, id: Id, body: GroupPatch) -> HttpResponse:
    """Change what is given."""
    wanted = body.dict(exclude_unset=True)
    return answer(_told(grouping.update(request.auth, id, **wanted)))  # type: ignore[attr-defined]


@router.delete("/{id}", auth=WRITE, response={204: None} | ERRORS | TAKEN, operation_id="delete_group")
def delete_group(request: HttpRequest, id: Id) -> Any:
    """Delete it: people and robots in it stay what they are. Its id is never used again."""
    grouping.delete(request.auth, id)  # type: ignore[attr-defined]
    return Status(204, None)


def _people(group: Group) -> list[dict[str, str]]:
    """Never `str(user)`: without a name that is the address."""
    rows = Membership.objects.current().filter(organization=group.organization_id)
    if not group.is_everyone:
        rows = rows.filter(groups=group)
    there = rows.order_by("pk").values_list("user__public_id", "user__name")
    return [{"id": public_id, "name": name} for public_id, name in there]


def _told(group: Group) -> dict[str, Any]:
    same = ("name", "description", "is_everyone", "created_at")
    return {"id": group.public_id} | {name: getattr(group, name) for name in same}
