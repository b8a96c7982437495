"""`/api/v1/…/tasks`: list, create one or many, read, change, move, delete."""

from typing import Annotated, Any

from django.db import connection
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Query, Router, Status
from pydantic import Field, ValidationError

from accounts.api import CLASHES, ERRORS
from accounts.models import Membership
from accounts.refusals import NotThere, NotValid
from accounts.replaying import once
from workspaces import actions_tasks, bulk, task_rows
from workspaces.answers import READ, WRITE, Id, IfMatch, Limit, answer, page, told, versions
from workspaces.models import Board, Column, Task, Workspace
from workspaces.task_schemas import (
    SHAPE,
    TaskBulk,
    TaskFilters,
    TaskIn,
    TaskList,
    TaskMove,
    TaskOut,
    TaskPatch,
    TaskResults,
)

router = Router(tags=["Tasks"])

Number = Annotated[int, Field(ge=0, le=2**31 - 1)]
PATHS = tuple(SHAPE.values())


def _with_done(row: dict[str, Any]) -> dict[str, Any]:
    row["done"] = row["done_at"] is not None
    return row


def _told(task: Task) -> dict[str, Any]:
    return _with_done(told(task, SHAPE))


@router.get("/workspaces/{id}/tasks", auth=READ, response={200: TaskList} | ERRORS, operation_id="list_tasks")
def list_tasks(
    request: HttpRequest, id: Id, filters: Query[TaskFilters], after: Number = 0, limit: Limit = 50
) -> HttpResponse:
    """The tasks of a workspace, `limit` at a time; `Link: rel="next"` leads on."""
    key, wanted = _sought(request, id, filters)
    if filters.done is not None:
        wanted["done" if filters.done else "open"] = filters.done
    if filters.updated_after is not None:
        wanted["updated_after"] = connection.ops.adapt_datetimefield_value(filters.updated_after)
    rows = task_rows.page((key, id), after, limit, wanted, filters.label)
    return page(request, rows, limit, "number")


def _sought(request: HttpRequest, workspace_id: str, filters: TaskFilters) -> tuple[int, dict[str, Any]]:
    """The keys of the workspace and of what filters name, all looked up in one query. Raises Http404."""
    ours = {"organization": request.auth.organization}  # type: ignore[attr-defined]
    sought: dict[str, Any] = {}
    if filters.board is not None:
        sought["board"] = Board.objects.filter(
            workspace=OuterRef("pk"), retired_at=None, public_id=filters.board, **ours
        )
    if filters.column is not None:
        sought["column"] = Column.objects.filter(
            board__workspace=OuterRef("pk"), retired_at=None, public_id=filters.column, **ours
        )
    if filters.assignee is not None:
        sought["assignee"] = Membership.objects.filter(user__public_id=filters.assignee, **ours)
    places = Workspace.objects.visible_to(request.auth).filter(public_id=workspace_id)  # type: ignore[attr-defined]
    queries = {f"{name}_sought": Subquery(rows.values("pk")[:1]) for name, rows in sought.items()}
    place = places.annotate(**queries).values("pk", *queries).first()
    if place is None:
        raise Http404
    wanted = {name: place[f"{name}_sought"] for name in sought}
    for name, key in wanted.items():
        if key is None:
            raise NotThere(name)
    return place["pk"], wanted


@router.post(
    "/workspaces/{id}/tasks",
    auth=WRITE,
    response={201: TaskOut} | ERRORS | CLASHES,
    operation_id="create_task",
)
@once
def create_task(request: HttpRequest, id: Id, body: TaskIn) -> HttpResponse:
    """Make a task, at the end of its column."""
    return answer(_told(bulk.create(request.auth, id, body.dict())), 201)  # type: ignore[attr-defined]


@router.post(
    "/workspaces/{id}/tasks/bulk",
    auth=WRITE,
    response={200: TaskResults} | ERRORS | CLASHES,
    operation_id="create_tasks",
)
@once
def create_tasks(request: HttpRequest, id: Id, body: TaskBulk) -> HttpResponse:
    """Make up to 200 tasks at once. Those that can be are made; the others say why not."""
    results: dict[int, dict[str, Any]] = {}
    fitting: dict[int, dict[str, Any]] = {}
    for index, one in enumerate(body.tasks):
        try:
            fitting[index] = TaskIn.model_validate(one).dict()
        except ValidationError as error:
            errors = [
                {
                    "field": ".".join(map(str, entry["loc"])),
                    "message": entry["msg"].removeprefix("Value error, "),
                }
                for entry in error.errors()
            ]
            results[index] = {"index": index, "status": 422, "task": None, "errors": errors}
    made = bulk.create_many(request.auth, id, list(fitting.values()))  # type: ignore[attr-defined]
    for index, result in zip(fitting, made, strict=True):
        results[index] = {"index": index} | _result(result)
    return answer({"results": [results[index] for index in sorted(results)]})


def _result(result: Task | bulk.Refusal) -> dict[str, Any]:
    if isinstance(result, Task):
        return {"status": 201, "task": _told(result), "errors": []}
    status, message = (
        (422, str(result)) if isinstance(result, NotValid) else (404, f"There is no such {result.field}.")
    )
    return {"status": status, "task": None, "errors": [{"field": result.field, "message": message}]}


@router.get("/tasks/{id}", auth=READ, response={200: TaskOut} | ERRORS, operation_id="read_task")
def read_task(request: HttpRequest, id: Id) -> HttpResponse:
    """One task."""
    rows = Task.objects.visible_to(request.auth).filter(public_id=id)  # type: ignore[attr-defined]
    found = rows.values_list(*PATHS).first()
    if found is None:
        raise Http404
    return answer(_with_done(dict(zip(SHAPE, found, strict=True))))


@router.patch(
    "/tasks/{id}", auth=WRITE, response={200: TaskOut} | ERRORS | CLASHES, operation_id="update_task"
)
def update_task(request: HttpRequest, id: Id, body: TaskPatch, if_match: IfMatch = None) -> HttpResponse:
    """Change what is given; a column of another board is refused."""
    wanted = body.dict(exclude_unset=True)
    return answer(_told(actions_tasks.update(request.auth, id, wanted, versions(if_match))))  # type: ignore[attr-defined]


@router.post(
    "/tasks/{id}/move", auth=WRITE, response={200: TaskOut} | ERRORS | CLASHES, operation_id="move_task"
)
@once
def move_task(request: HttpRequest, id: Id, body: TaskMove, if_match: IfMatch = None) -> HttpResponse:
    """Put it directly behind another task, in its column or another one of its board."""
    match = versions(if_match)
    return answer(_told(actions_tasks.move(request.auth, id, body.column, body.after, match)))  # type: ignore[attr-defined]


@router.delete("/tasks/{id}", auth=WRITE, response={204: None} | ERRORS | CLASHES, operation_id="delete_task")
def delete_task(request: HttpRequest, id: Id, if_match: IfMatch = None) -> Any:
    """Delete it; neither its id nor its number is used again."""
    actions_tasks.delete(request.auth, id, versions(if_match))  # type: ignore[attr-defined]
    return Status(204, None)
