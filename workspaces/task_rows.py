"""Pages of tasks, as rows: one statement for each combination of filters, planned once (accounts/statements.py).

A page walks along an index from its cursor, whatever the filter; tests/workspaces/test_task_rows.py asks the databases.
"""

from collections.abc import Mapping
from typing import Any

from orjson import Fragment

from accounts import statements

# What is called how; in the order of TaskOut.
COLUMNS = {
    "id": "t.public_id",
    "board": "b.public_id",
    "column": "c.public_id",
    "number": "t.number",
    "title": "t.title",
    "description": "t.description",
    "assignee": "u.public_id",
    "assignee_name": "t.assignee_name",
    "due_on": "t.due_on",
    "labels": "t.labels",
    "done_at": "t.done_at",
    "created_at": "t.created_at",
    "updated_at": "t.updated_at",
    "version": "t.version",
}
# What each filter asks for besides; its value goes where %s stands.
FILTERS = {
    "board": "t.board_id = %s",
    "column": "t.column_id = %s",
    "assignee": "t.assignee_id = %s",
    "updated_after": "t.updated_at > %s",
    "open": "t.done_at IS NULL",
    "done": "t.done_at IS NOT NULL",
}
LABELLED = "JOIN workspaces_tasklabel l ON l.task_id = t.id AND l.workspace_id = %s AND l.label = %s AND l.number > %s"
STATEMENT = """
SELECT {columns} FROM workspaces_task t {labelled}
JOIN workspaces_board b ON b.id = t.board_id AND b.retired_at IS NULL
JOIN workspaces_column c ON c.id = t.column_id
LEFT JOIN accounts_membership m ON m.id = t.assignee_id LEFT JOIN accounts_user u ON u.id = m.user_id
WHERE t.workspace_id = %s AND t.retired_at IS NULL AND t.number > %s {filters}
ORDER BY {order}.number LIMIT {limit}
"""
# Written into the statement, because a plan for an unknown number of rows would sort them all; few, so few plans.
LIMITS = (51, 201)


def page(
    workspace: tuple[int, str], after: int, limit: int, filters: Mapping[str, Any], label: str | None
) -> list[dict[str, Any]]:
    """At most `limit` and one more tasks of the workspace (key, public id) behind the number `after`, as TaskOut has them.

    `filters`: values by the names of FILTERS, keys not public ids; those without a place for a value have any.
    """
    key, public_id = workspace
    values: list[Any] = [key, label, after] if label is not None else []
    values += [key, after, *(value for name, value in filters.items() if "%s" in FILTERS[name])]
    most = next(size for size in LIMITS if size > limit)
    found = statements.rows(_statement(tuple(filters), label is not None, most), values)
    return [_told(public_id, row) for row in found[: limit + 1]]


def _statement(filters: tuple[str, ...], is_labelled: bool, limit: int) -> str:
    return STATEMENT.format(
        columns=", ".join(COLUMNS.values()),
        labelled=LABELLED if is_labelled else "",
        filters=" ".join(f"AND {FILTERS[name]}" for name in filters),
        order="l" if is_labelled else "t",
        limit=limit,
    )


def _told(workspace: str, row: tuple[Any, ...]) -> dict[str, Any]:
    told = dict(zip(COLUMNS, row, strict=True))
    told["workspace"] = workspace
    # JSON as it lies there.
    told["labels"] = Fragment(told["labels"])
    told["done"] = told["done_at"] is not None
    return told
