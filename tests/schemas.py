"""Events held to their JSON Schemas, by a validator that is not ours."""

import functools
import json
from typing import Any

import jsonschema_rs

from accounts.catalogue import EventType
from accounts.event_schemas import component, components
from accounts.events import recorded
from accounts.wire import encoded, event_body

# Types that were recorded in this process.
seen: set[str] = set()


@functools.cache
def validator(name: str) -> Any:
    """Of a component of the document."""
    root = {"$ref": f"#/components/schemas/{name}", "components": {"schemas": components()}}
    return jsonschema_rs.Draft202012Validator(root, validate_formats=True)


def check(body: dict[str, Any]) -> None:
    """Raises jsonschema_rs.ValidationError."""
    validator(component(EventType(body["type"]))).validate(body)


def _each(sender: Any, records: list[Any], **_more: Any) -> None:
    for row, details in records:
        workspace = "w" if row.workspace_id else None
        check(json.loads(encoded(event_body(row, details.names, details.changes, workspace))))
        seen.add(row.type)


def hold_all() -> None:
    """From now on, in this process."""
    recorded.connect(_each, dispatch_uid="tests.schemas", weak=False)
