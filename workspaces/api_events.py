"""`GET /api/v1/events`: what happened, to be polled; how a receiver finds what it missed."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from accounts.api import ERRORS, GONE, Needs
from accounts.catalogue import AUDIENCE_POWER, EventType
from accounts.refusals import NotThere, NotValid
from accounts.wire import event_body
from workspaces import feed
from workspaces.answers import Limit, answer, linked

router = Router(tags=["Events"])

# Whoever belongs to any audience; which events are theirs, each event's own audience decides.
HEAR = Needs(*AUDIENCE_POWER.values())
# Seconds until it is worth asking again when nothing more is there.
PAUSE = 5

Cursor = Annotated[int, Field(ge=0, le=2**63 - 1)]


class Event(Schema):
    """Something that happened; which types there are, and what each tells: accounts/event_schemas.py."""

    id: str
    type: str
    timestamp: datetime
    data: dict[str, Any]


class EventList(Schema):
    """A page of events, in the order in which they were committed."""

    items: list[Event]
    next: str = Field(description="what `after` takes next time, also when this page is empty")
    more: bool = Field(description="whether to ask again at once")


@router.get("/events", auth=HEAR, response={200: EventList} | ERRORS | GONE, operation_id="list_events")
def list_events(
    request: HttpRequest,
    after: Cursor = 0,
    types: Annotated[str, Field(max_length=4000, description="separated by commas; all if empty")] = "",
    limit: Limit = 50,
) -> HttpResponse:
    """Every event that you may hear of, from the beginning or after a cursor, without gaps and repetitions.

    Of the work you hear with `work:read`, of people with `people:write`, of everything else with `record:read`; one of them
    is enough to ask. A cursor whose events were removed since is 410 and says where it goes on.
    """
    wanted = [one for one in types.split(",") if one]
    if unknown := set(wanted) - {kind.value for kind in EventType}:
        raise NotValid("types", f"There is no event type {min(unknown)}.")
    page = feed.read(request.auth, after, wanted, limit)  # type: ignore[attr-defined]
    if page is None:
        raise NotThere("after")
    told = [
        {"id": str(row.seq)} | event_body(row, row.names, row.changes, row.workspace) for row in page.rows
    ]
    response = answer({"items": told, "next": str(page.next), "more": not page.is_last})
    if page.is_last:
        response.headers["Retry-After"] = str(PAUSE)
    else:
        linked(request, response, str(page.next), limit)
    return response
