"""`/api/v1/workspaces`: list, create, read, change, delete."""

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from pydantic import ConfigDict, Field

from accounts.api import ERRORS, Name, Needs, Text
from accounts.permissions import Power
from workspaces import actions
from workspaces.models import Workspace

router = Router(tags=["Workspaces"])


class WorkspaceOut(Schema):
    """A workspace as it leaves the house."""

    id: str = Field(validation_alias="public_id")
    name: str
    description: str
    created_at: datetime
    updated_at: datetime


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


Limit = Annotated[int, Field(ge=1, le=200)]
Id = Annotated[str, Field(max_length=64)]
READ, WRITE = Needs(Power.READ_WORK), Needs(Power.MANAGE_WORKSPACES)


@router.get("", auth=READ, response={200: WorkspaceList} | ERRORS, operation_id="list_workspaces")
def list_workspaces(request: HttpRequest, response: HttpResponse, after: Id = "", limit: Limit = 50) -> Any:
    """Every workspace that you may read, `limit` at a time; `Link: rel="next"` leads on."""
    rows = Workspace.objects.visible_to(request.auth).order_by("pk")  # type: ignore[attr-defined]
    if after:
        rows = rows.filter(pk__gt=_position(request, after))
    page = list(rows[: limit + 1])
    following = page[limit - 1].public_id if len(page) > limit else None
    if following:
        there = request.build_absolute_uri(
            f"{request.path}?{urlencode({'after': following, 'limit': limit})}"
        )
        response.headers["Link"] = f'<{there}>; rel="next"'
    return {"items": page[:limit], "next": following}


def _position(request: HttpRequest, public_id: str) -> int:
    """Where the page before ended, also if that workspace was deleted meanwhile. Raises Http404."""
    home = request.auth.organization  # type: ignore[attr-defined]
    found = (
        Workspace.objects.filter(organization=home, public_id=public_id).values_list("pk", flat=True).first()
    )
    if found is None:
        raise Http404
    return found


def _visible(request: HttpRequest, public_id: str) -> Workspace:
    found = Workspace.objects.visible_to(request.auth).filter(public_id=public_id).first()  # type: ignore[attr-defined]
    if found is None:
        raise Http404
    return found


@router.post("", auth=WRITE, response={201: WorkspaceOut} | ERRORS, operation_id="create_workspace")
def create_workspace(request: HttpRequest, body: WorkspaceIn) -> Any:
    """Make a workspace."""
    return Status(201, actions.create(request.auth, body.name, body.description))  # type: ignore[attr-defined]


@router.get("/{id}", auth=READ, response={200: WorkspaceOut} | ERRORS, operation_id="read_workspace")
def read_workspace(request: HttpRequest, id: Id) -> Any:
    """One workspace."""
    return _visible(request, id)


@router.patch("/{id}", auth=WRITE, response={200: WorkspaceOut} | ERRORS, operation_id="update_workspace")
def update_workspace(request: HttpRequest, id: Id, body: WorkspacePatch) -> Any:
    """Change what is given."""
    return actions.update(request.auth, id, body.dict(exclude_unset=True))  # type: ignore[attr-defined]


@router.delete("/{id}", auth=WRITE, response={204: None} | ERRORS, operation_id="delete_workspace")
def delete_workspace(request: HttpRequest, id: Id) -> Any:
    """Delete it; its id is never used again."""
    actions.delete(request.auth, id)  # type: ignore[attr-defined]
    return Status(204, None)
