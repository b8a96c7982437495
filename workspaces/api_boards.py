"""`/api/v1/…/boards` and `/api/v1/…/columns`: list, create, read, change, delete."""

from datetime import datetime
from typing import Annotated, Any

from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from pydantic import ConfigDict, Field

from accounts.api import CLASHES, ERRORS, Name
from accounts.replaying import once
from workspaces import actions_boards, actions_columns
from workspaces.answers import READ, WRITE, Id, IfMatch, answer, told, versions
from workspaces.api import NOT_GIVEN, visible
from workspaces.models import Board, Column

router = Router(tags=["Boards"])

SHAPE = {"id": "public_id", "workspace": "workspace__public_id"} | {
    field: field for field in ("name", "created_at", "updated_at", "version")
}
COLUMN_SHAPE = {"id": "public_id", "board": "board__public_id"} | {
    field: field for field in ("name", "created_at", "updated_at", "version")
}


class ColumnOut(Schema):
    """A column as it leaves the house."""

    id: str
    board: str = Field(description="the board's id")
    name: str
    created_at: datetime
    updated_at: datetime
    version: int = Field(description="what `ETag` and `If-Match` compare")


class BoardOut(Schema):
    """A board as it leaves the house."""

    id: str
    workspace: str = Field(description="the workspace's id")
    name: str
    columns: list[ColumnOut] = Field(description="from left to right")
    created_at: datetime
    updated_at: datetime
    version: int = Field(description="what `ETag` and `If-Match` compare; counts changes of columns, too")


class BoardList(Schema):
    """Every board of a workspace, in order of creation; there are at most 100."""

    items: list[BoardOut]


class BoardIn(Schema):
    """A new board; without `columns` it gets the three usual ones."""

    model_config = ConfigDict(extra="forbid")
    name: Name
    columns: Annotated[list[Name], Field(min_length=1, max_length=50)] | None = Field(
        None, description="names, from left to right"
    )


class BoardPatch(Schema):
    """JSON merge patch (RFC 7396): only what is given changes."""

    model_config = ConfigDict(extra="forbid")
    name: Name = NOT_GIVEN
    columns: Annotated[list[Id], Field(max_length=50)] = Field(
        default_factory=list, description="the ids of all its columns, in the order that they shall have"
    )


class ColumnIn(Schema):
    """A new column."""

    model_config = ConfigDict(extra="forbid")
    name: Name


class ColumnPatch(Schema):
    """JSON merge patch (RFC 7396): only what is given changes."""

    model_config = ConfigDict(extra="forbid")
    name: Name = NOT_GIVEN


def _told(board: Board, columns: list[Column]) -> dict[str, Any]:
    for column in columns:
        column.board = board
    return told(board, SHAPE) | {"columns": [told(column, COLUMN_SHAPE) for column in columns]}


def _whole(board: Board, status: int = 200) -> HttpResponse:
    return answer(_told(board, actions_boards.in_order(board)), status)


def _board(request: HttpRequest, public_id: str) -> Board:
    rows = Board.objects.visible_to(request.auth).select_related("workspace")  # type: ignore[attr-defined]
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


@router.get(
    "/workspaces/{id}/boards", auth=READ, response={200: BoardList} | ERRORS, operation_id="list_boards"
)
def list_boards(request: HttpRequest, id: Id) -> HttpResponse:
    """Every board of a workspace, with its columns."""
    in_order = Column.objects.filter(retired_at=None).order_by("position", "pk")
    rows = Board.objects.filter(workspace=visible(request, id), retired_at=None).select_related("workspace")
    rows = rows.order_by("pk").prefetch_related(Prefetch("columns", in_order, to_attr="shown"))
    return answer({"items": [_told(board, board.shown) for board in rows]})


@router.post(
    "/workspaces/{id}/boards",
    auth=WRITE,
    response={201: BoardOut} | ERRORS | CLASHES,
    operation_id="create_board",
)
@once
def create_board(request: HttpRequest, id: Id, body: BoardIn) -> HttpResponse:
    """A further board."""
    return _whole(actions_boards.create(request.auth, id, body.name, body.columns), 201)  # type: ignore[attr-defined]


@router.get("/boards/{id}", auth=READ, response={200: BoardOut} | ERRORS, operation_id="read_board")
def read_board(request: HttpRequest, id: Id) -> HttpResponse:
    """One board with its columns."""
    return _whole(_board(request, id))


@router.patch(
    "/boards/{id}", auth=WRITE, response={200: BoardOut} | ERRORS | CLASHES, operation_id="update_board"
)
def update_board(request: HttpRequest, id: Id, body: BoardPatch, if_match: IfMatch = None) -> HttpResponse:
    """Change what is given: the name, or the order of the columns."""
    wanted = body.dict(exclude_unset=True)
    return _whole(actions_boards.update(request.auth, id, wanted, versions(if_match)))  # type: ignore[attr-defined]


@router.delete(
    "/boards/{id}", auth=WRITE, response={204: None} | ERRORS | CLASHES, operation_id="delete_board"
)
def delete_board(request: HttpRequest, id: Id, if_match: IfMatch = None) -> Any:
    """Delete it and the tasks on it. A workspace keeps at least one."""
    actions_boards.delete(request.auth, id, versions(if_match))  # type: ignore[attr-defined]
    return Status(204, None)


@router.post(
    "/boards/{id}/columns",
    auth=WRITE,
    response={201: ColumnOut} | ERRORS | CLASHES,
    operation_id="create_column",
)
@once
def create_column(request: HttpRequest, id: Id, body: ColumnIn) -> HttpResponse:
    """A further column, on the right."""
    made = actions_columns.create(request.auth, id, body.name)  # type: ignore[attr-defined]
    return answer(told(made, COLUMN_SHAPE), 201)


@router.get("/columns/{id}", auth=READ, response={200: ColumnOut} | ERRORS, operation_id="read_column")
def read_column(request: HttpRequest, id: Id) -> HttpResponse:
    """One column."""
    rows = Column.objects.visible_to(request.auth).select_related("board")  # type: ignore[attr-defined]
    found = rows.filter(public_id=id).first()
    if found is None:
        raise Http404
    return answer(told(found, COLUMN_SHAPE))


@router.patch(
    "/columns/{id}", auth=WRITE, response={200: ColumnOut} | ERRORS | CLASHES, operation_id="update_column"
)
def update_column(request: HttpRequest, id: Id, body: ColumnPatch, if_match: IfMatch = None) -> HttpResponse:
    """Give it another name. Its place is the board's business."""
    wanted = body.dict(exclude_unset=True)
    changed = actions_columns.update(request.auth, id, wanted, versions(if_match))  # type: ignore[attr-defined]
    return answer(told(changed, COLUMN_SHAPE))


@router.delete(
    "/columns/{id}", auth=WRITE, response={204: None} | ERRORS | CLASHES, operation_id="delete_column"
)
def delete_column(request: HttpRequest, id: Id, if_match: IfMatch = None) -> Any:
    """Delete an empty one. A board keeps at least one."""
    actions_columns.delete(request.auth, id, versions(if_match))  # type: ignore[attr-defined]
    return Status(204, None)
