"""`/api/v1/workspaces`: list, create, read, change, archive, restore, delete, and who belongs to one."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from pydantic import ConfigDict, Field

from accounts.answers import one, position
from accounts.api import CLASHES, ERRORS, Name, Text
from accounts.models import Membership
from accounts.replaying import once
from workspaces import actions
from workspaces.answers import MANAGE, READ, Id, IfMatch, Limit, answer, page, told, versions
from workspaces.models import Workspace

router = Router(tags=["Workspaces"])

SHAPE = {"id": "public_id"} | {
    field: field for field in ("name", "description", "created_at", "updated_at", "archived_at", "version")
}


class WorkspaceOut(Schema):
    """A workspace as it leaves the house."""

    id: str
    name: str
    description: str
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None = Field(
        description="since when nothing of it changes; restore it first (409)"
    )
    version: int = Field(description="what `ETag` and `If-Match` compare")


class WorkspaceIn(Schema):
    """A new workspace."""

    model_config = ConfigDict(extra="forbid")
    name: Name
    description: Text = ""


# May be left out; null is no text.
NOT_GIVEN: Any = Field(default_factory=str)


class WorkspacePatch(Schema):
    """JSON merge patch (RFC 7396): only what is given changes."""

    model_config = ConfigDict(extra="forbid")
    name: Name = NOT_GIVEN
    description: Text = NOT_GIVEN


class WorkspaceList(Schema):
    """A page of workspaces, in order of creation."""

    items: list[WorkspaceOut]
    next: str | None = Field(None, description="the next page's `after`; null on the last page")


class MemberOut(Schema):
    """Somebody who belongs to a workspace."""

    id: str
    name: str = Field(description="empty for those who gave none")


class MemberList(Schema):
    """A page of members."""

    items: list[MemberOut]
    next: str | None = Field(None, description="the next page's `after`; null on the last page")


@router.get("", auth=READ, response={200: WorkspaceList} | ERRORS, operation_id="list_workspaces")
def list_workspaces(request: HttpRequest, after: Id = "", limit: Limit = 50) -> HttpResponse:
    """Every workspace that you may read, `limit` at a time; `Link: rel="next"` leads on."""
    rows = Workspace.objects.visible_to(request.auth).order_by("pk")  # type: ignore[attr-defined]
    if after:
        # Also if that workspace was deleted meanwhile.
        everything = Workspace.objects.filter(organization=request.auth.organization)  # type: ignore[attr-defined]
        rows = rows.filter(pk__gt=position(everything, public_id=after))
    return page(request, [told(row, SHAPE) for row in rows[: limit + 1]], limit, "id")


def visible(request: HttpRequest, public_id: str) -> Workspace:
    """That workspace. Raises Http404."""
    return one(Workspace.objects.visible_to(request.auth), public_id=public_id)  # type: ignore[attr-defined]


@router.post("", auth=MANAGE, response={201: WorkspaceOut} | ERRORS, operation_id="create_workspace")
@once
def create_workspace(request: HttpRequest, body: WorkspaceIn) -> HttpResponse:
    """Make a workspace; it begins with one board."""
    made = actions.create(request.auth, body.name, body.description)  # type: ignore[attr-defined]
    return answer(told(made, SHAPE), 201)


@router.get("/{id}", auth=READ, response={200: WorkspaceOut} | ERRORS, operation_id="read_workspace")
def read_workspace(request: HttpRequest, id: Id) -> HttpResponse:
    """One workspace."""
    return answer(told(visible(request, id), SHAPE))


@router.patch(
    "/{id}", auth=MANAGE, response={200: WorkspaceOut} | ERRORS | CLASHES, operation_id="update_workspace"
)
def update_workspace(
    request: HttpRequest, id: Id, body: WorkspacePatch, if_match: IfMatch = None
) -> HttpResponse:
    """Change what is given."""
    wanted = body.dict(exclude_unset=True)
    changed = actions.update(request.auth, id, wanted, versions(if_match))  # type: ignore[attr-defined]
    return answer(told(changed, SHAPE))


@router.post(
    "/{id}/archive",
    auth=MANAGE,
    response={200: WorkspaceOut} | ERRORS | CLASHES,
    operation_id="archive_workspace",
)
@once
def archive_workspace(request: HttpRequest, id: Id, if_match: IfMatch = None) -> HttpResponse:
    """Keep it as it is: readable, and neither its name, its members nor anything in it changes."""
    return answer(told(actions.archive(request.auth, id, versions(if_match)), SHAPE))  # type: ignore[attr-defined]


@router.post(
    "/{id}/restore",
    auth=MANAGE,
    response={200: WorkspaceOut} | ERRORS | CLASHES,
    operation_id="restore_workspace",
)
@once
def restore_workspace(request: HttpRequest, id: Id, if_match: IfMatch = None) -> HttpResponse:
    """Work in an archived one goes on."""
    return answer(told(actions.restore(request.auth, id, versions(if_match)), SHAPE))  # type: ignore[attr-defined]


@router.delete("/{id}", auth=MANAGE, response={204: None} | ERRORS | CLASHES, operation_id="delete_workspace")
def delete_workspace(request: HttpRequest, id: Id, if_match: IfMatch = None) -> Any:
    """Delete it; its id is never used again."""
    actions.delete(request.auth, id, versions(if_match))  # type: ignore[attr-defined]
    return Status(204, None)


@router.get("/{id}/members", auth=READ, response={200: MemberList} | ERRORS, operation_id="list_members")
def list_members(request: HttpRequest, id: Id, after: Id = "", limit: Limit = 50) -> HttpResponse:
    """Who belongs to it. Owners, co-owners, administrators and robots see every workspace without that."""
    belonging = Membership.objects.filter(workspaces=visible(request, id), retired_at=None)
    rows = belonging.select_related("user").order_by("pk")
    if after:
        everybody = Membership.objects.filter(organization=request.auth.organization)  # type: ignore[attr-defined]
        rows = rows.filter(pk__gt=position(everybody, user__public_id=after))
    return page(request, [_member(row) for row in rows[: limit + 1]], limit, "id")


def _member(row: Membership) -> dict[str, str]:
    return {"id": row.user.public_id, "name": row.user.name}


@router.put(
    "/{id}/members/{person_id}",
    auth=MANAGE,
    response={200: MemberOut} | ERRORS | CLASHES,
    operation_id="add_member",
)
def add_member(request: HttpRequest, id: Id, person_id: Id) -> HttpResponse:
    """From now on this person belongs to it."""
    return answer(_member(actions.add_member(request.auth, id, person_id)))  # type: ignore[attr-defined]


@router.delete(
    "/{id}/members/{person_id}",
    auth=MANAGE,
    response={204: None} | ERRORS | CLASHES,
    operation_id="remove_member",
)
def remove_member(request: HttpRequest, id: Id, person_id: Id) -> Any:
    """This person does not belong to it any more."""
    actions.remove_member(request.auth, id, person_id)  # type: ignore[attr-defined]
    return Status(204, None)
