"""What tasks look like on their way in and out of the API."""

import re
import unicodedata
from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StrictBool

from accounts.api import Moment, line, text
from workspaces.answers import Id
from workspaces.api import NOT_GIVEN

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _day(value: Any) -> Any:
    """A day and nothing else: the library would take numbers for seconds since 1970."""
    if isinstance(value, date) or (isinstance(value, str) and _DAY.fullmatch(value)):
        return value
    raise ValueError("must be a day like 2026-12-31")


def _composed(value: str) -> str:
    """As labels are stored."""
    return unicodedata.normalize("NFC", value)


def _each_once(labels: list[str]) -> list[str]:
    return list(dict.fromkeys(labels))


Title: Any = line(200)
Description: Any = text(10_000)
Day = Annotated[date, BeforeValidator(_day)]
Label: Any = line(50)
Labels = Annotated[list[Label], Field(max_length=20), AfterValidator(_each_once)]

SHAPE = {
    "id": "public_id",
    "workspace": "workspace__public_id",
    "board": "board__public_id",
    "column": "column__public_id",
    "assignee": "assignee__user__public_id",
} | {
    field: field
    for field in (
        "number",
        "title",
        "description",
        "assignee_name",
        "due_on",
        "labels",
        "done_at",
        "created_at",
        "updated_at",
        "version",
    )
}


class TaskOut(Schema):
    """A task as it leaves the house."""

    id: str
    workspace: str = Field(description="the workspace's id")
    board: str = Field(description="the board's id")
    column: str = Field(description="the column's id")
    number: int = Field(description="1, 2, 3 … in its workspace; never used again")
    title: str
    description: str
    assignee: str | None = Field(description="a person's id")
    assignee_name: str = Field(description="what they were called when it was assigned to them")
    due_on: date | None
    labels: list[str]
    done: bool
    done_at: datetime | None
    created_at: datetime
    updated_at: datetime
    version: int = Field(description="what `ETag` and `If-Match` compare")


class TaskIn(Schema):
    """A new task."""

    model_config = ConfigDict(extra="forbid")
    title: Title
    description: Description = ""
    column: Id | None = Field(None, description="without one: the first column of the first board")
    assignee: Id | None = None
    due_on: Day | None = None
    labels: Labels = Field(default_factory=list)
    done: StrictBool = False


class TaskPatch(Schema):
    """JSON merge patch (RFC 7396): only what is given changes; null takes assignee and due_on away."""

    model_config = ConfigDict(extra="forbid")
    title: Title = NOT_GIVEN
    description: Description = NOT_GIVEN
    column: Id = Field(default_factory=str, description="moves it to that column's end")
    assignee: Id | None = NOT_GIVEN
    due_on: Day | None = NOT_GIVEN
    labels: Labels = NOT_GIVEN
    done: StrictBool = NOT_GIVEN


class TaskMove(Schema):
    """Where to."""

    model_config = ConfigDict(extra="forbid")
    column: Id | None = Field(None, description="a column of the same board; without one it stays in its own")
    after: Id | None = Field(description="the task that it shall stand directly behind; null: on top")


class TaskFilters(Schema):
    """Which of them."""

    board: Id | None = None
    column: Id | None = None
    assignee: Id | None = None
    done: bool | None = None
    label: Annotated[str, Field(max_length=50), AfterValidator(_composed)] | None = None
    updated_after: Moment | None = Field(None, description="RFC 3339")


class TaskList(Schema):
    """A page of tasks, in order of their numbers."""

    items: list[TaskOut]
    next: str | None = Field(None, description="the next page's `after`; null on the last page")


class TaskBulk(Schema):
    """Up to 200 new tasks."""

    model_config = ConfigDict(extra="forbid")
    # Each is read by itself, so that one that is not valid does not hinder the others.
    tasks: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=200)] = Field(
        description="each as for *create_task*", examples=[[{"title": "Paint it"}]]
    )


class TaskResult(Schema):
    """What became of one of them."""

    index: int = Field(description="its place in what was sent, from 0")
    status: Literal[201, 404, 422]
    task: TaskOut | None = None
    errors: list[dict[str, Any]] = Field(default_factory=list, description="one entry per invalid field")


class TaskResults(Schema):
    """What became of each."""

    results: list[TaskResult]
