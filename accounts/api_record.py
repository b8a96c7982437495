"""`GET /api/v1/record`: the lines of the record as its export gives them, a page at a time."""

from typing import Annotated, Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from accounts import record_reading as reading
from accounts.answers import Limit, answer, linked
from accounts.api import ERRORS, GONE, Moment, Needs
from accounts.catalogue import EventType
from accounts.exports import told
from accounts.permissions import Actor, Power
from accounts.record_forms import Chosen

router = Router(tags=["Record"])
READ = Needs(Power.READ_RECORD)
Cursor = Annotated[int, Field(ge=0, le=2**63 - 1)]


class LineOut(Schema):
    """A line of the record; what was erased is empty."""

    seq: int = Field(description="1, 2, 3 … without gaps; `after` takes it")
    at: str = Field(description="RFC 3339, to the microsecond: what the hash covers")
    type: str
    what: str = Field(description="a sentence for people")
    actor_kind: str = Field(description="person, token, robot, operator, timetable")
    actor_key: str
    actor: str
    thing_kind: str
    thing_key: str
    thing: str
    address: str
    request_id: str
    names: dict[str, str] | None = Field(description="what they were called then")
    changes: dict[str, Any] | None = Field(description="{field: [before, after]} or plain facts")
    erased: bool = Field(description="whether an operator erased the details")
    hash: str


class LineList(Schema):
    """A page of lines, oldest first."""

    items: list[LineOut]
    next: str | None = Field(None, description="the next page's `after`; null on the last page")
    head: str = Field(description="`seq:hash` where the record ends, to be noted and compared later")


@router.get("", auth=READ, response={200: LineList} | ERRORS | GONE, operation_id="list_record")
def list_record(
    request: HttpRequest,
    after: Cursor = 0,
    type: EventType | None = None,
    since: Moment | None = None,
    until: Moment | None = None,
    limit: Limit = 50,
) -> HttpResponse:
    """Everything that was recorded: `since` a moment, before `until`, of one type.

    A cursor that never was is 404, one whose lines were removed since is 410.
    """
    actor: Actor = request.auth  # type: ignore[attr-defined]
    chosen = Chosen(types=(type.value,) if type else (), since=since, until=until)
    where = reading.state(actor.home.pk, chosen)
    if after > where.seq:
        raise Http404
    found = reading.matching(actor.home.pk, chosen, max(where.low, after), where.high).order_by("seq")
    rows: list[Any] = list(reading.with_details(found)[: limit + 1])
    reading.still_there(actor.home.pk, after)
    for row in rows:
        row.details = row if row.names is not None else None
    following = str(rows[limit - 1].seq) if len(rows) > limit else None
    response = answer({"items": [told(row) for row in rows[:limit]], "next": following, "head": where.head})
    if following:
        linked(request, response, following, limit)
    return response
