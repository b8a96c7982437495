"""An event as it leaves the house: the same body in the feed (`GET /api/v1/events`) and in webhooks.

Its shape is written down for each type in accounts/event_schemas.py.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from accounts.models import Record


def event_body(
    row: Record, names: Mapping[str, str] | None, changes: Mapping[str, Any] | None, workspace: str | None
) -> dict[str, Any]:
    """`{"type", "timestamp", "data"}` of a line of the record; `data.id` is its number there, the feed's cursor.

    `names` and `changes` are its details', None once they were erased; `workspace` is that workspace's public id, for work.
    """
    told = None if names is None else {key: one for key, one in names.items() if key not in _PARTIES and one}
    return {
        "type": row.type,
        "timestamp": moment(row.at),
        "data": {
            "id": str(row.seq),
            "actor": _party(row.actor_kind, row.actor_key, names, "actor"),
            "thing": _party(row.thing_kind, row.thing_key, names, "thing"),
            "workspace": workspace,
            "changes": changes,
            "names": told,
            "request_id": row.request_id,
        },
    }


_PARTIES = ("actor", "thing")


def _party(kind: str, key: str, names: Mapping[str, str] | None, part: str) -> dict[str, Any]:
    return {"kind": kind, "id": key, "name": None if names is None else names.get(part, "")}


def moment(at: datetime) -> str:
    """RFC 3339 in UTC, to the microsecond."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def encoded(body: Mapping[str, Any]) -> bytes:
    """The bytes that are sent, and signed."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
