"""Audit logs from our record: a page as JSON, and the newest lines as CSV (wire.md, A8)."""

import json
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from ninja import Query, Router
from pydantic import BaseModel, Field

from accounts import exports
from accounts import record_reading as reading
from accounts.models import Record, User
from accounts.permissions import Actor, Power
from accounts.record_forms import Chosen
from accounts.sentences import plain
from dialects.uipath.reading import MOST, NotAField, Paging, answer, descending, seven_digits
from dialects.uipath.scopes import Needs, actor_in

router = Router(tags=["AuditLogs"])
READ = Needs(Power.READ_RECORD, "PM.Audit", "PM.Audit.Read")
# Each is followed by the partition, or by nothing: it has moved several times.
PLACES = ("audit_/api/auditlogs", "identity_/api/AuditQuery", "portal_/api/auditLog")
COLUMNS = ("createdOn", "category", "action", "userName", "email", "message", "source", "auditLogDetails")
LARGEST_FILE = 10_000


class AuditLog(BaseModel):
    """A line of the record."""

    createdOn: str = Field(description="7 fraction digits and +00:00")
    category: str = Field(description="what it happened to")
    action: str = Field(description="our event type")
    auditLogDetails: str = Field(description="JSON as text: keys, names and changes")
    userName: str
    email: str | None = Field(description="null for those who don't manage people, and for robots")
    message: str
    detailsVersion: str
    source: str


class AuditLogs(BaseModel):
    """A page of them."""

    totalCount: int
    results: list[AuditLog]


class AuditPaging(Paging):
    """Newest first unless an order is asked for."""

    language: str = Field("", max_length=100, description="en or pl; others are answered in English")


class Download(BaseModel):
    """How much of it, in which language."""

    size: int = Field(MOST, ge=0, le=LARGEST_FILE)
    language: str = Field("", max_length=100)


def page(request: HttpRequest, paging: AuditPaging, partition: str = "") -> HttpResponse:
    """Lines of the record."""
    actor = actor_in(request, partition)
    where = reading.state(actor.home.pk, Chosen())
    total = _total(actor, where.seq)
    found = _ordered(actor, paging, where.seq, total)
    return answer({"totalCount": total, "results": _told(actor, found, paging.language)})


def download(request: HttpRequest, asked: Download, partition: str = "") -> HttpResponse:
    """The newest lines as a file."""
    actor = actor_in(request, partition)
    found = _lines(actor).order_by("-seq")[: asked.size]
    rows = [COLUMNS, *([line[name] for name in COLUMNS] for line in _told(actor, found, asked.language))]
    response = HttpResponse(b"".join(map(exports.csv_line, rows)), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="auditlogs.csv"'
    return response


def _lines(actor: Actor) -> Any:
    return reading.with_details(Record.objects.filter(organization_id=actor.home.pk)).annotate(
        email=Subquery(User.objects.filter(public_id=OuterRef("actor_key")).values("email")[:1])
    )


def _total(actor: Actor, last: int) -> int:
    """How many lines there are: numbers have no gaps, pruned is only the beginning."""
    first = (
        Record.objects.filter(organization_id=actor.home.pk).order_by("seq").values_list("seq", flat=True)[:1]
    )
    return last - first[0] + 1 if first else 0


def _ordered(actor: Actor, paging: AuditPaging, last: int, total: int) -> Any:
    """By time it is by number: where a page begins is counted, not searched. Raises NotAField."""
    columns = {"": "seq", "createdon": "seq", "category": "type", "email": "email"}
    column = columns.get(paging.sortBy.lower())
    if column is None:
        raise NotAField("sortBy")
    down = descending(paging.sortOrder, unless=not paging.sortBy)
    rows, low, high = _lines(actor), paging.skip, paging.skip + paging.top
    if column != "seq":
        minus = "-" if down else ""
        return rows.order_by(f"{minus}{column}", f"{minus}seq")[low:high]
    if down:
        return rows.filter(seq__lte=last - low).order_by("-seq")[: paging.top]
    return rows.filter(seq__gt=last - total + low, seq__lte=last).order_by("seq")[: paging.top]


def _told(actor: Actor, rows: Any, language: str) -> list[dict[str, Any]]:
    known = dict(settings.LANGUAGES)
    short = language.lower().partition("-")[0]
    shows_addresses = actor.can(Power.MANAGE_PEOPLE)
    with translation.override(short if short in known else "en"):
        return [_line(row, shows_addresses) for row in rows]


def _line(row: Any, shows_addresses: bool) -> dict[str, Any]:
    names = row.names or {}
    details = {
        "seq": row.seq,
        "actor": {"kind": row.actor_kind, "id": row.actor_key},
        "thing": {"kind": row.thing_kind, "id": row.thing_key},
        "names": names,
        "changes": row.changes,
        "address": row.address or "",
    }
    return {
        "createdOn": seven_digits(row.at) + "+00:00",
        "category": row.type.partition(".")[0].capitalize(),
        "action": row.type,
        "auditLogDetails": json.dumps(details, ensure_ascii=False),
        "userName": names.get("actor", ""),
        "email": row.email if shows_addresses else None,
        "message": plain(row.type, row.names, row.changes),
        "detailsVersion": "1.0",
        "source": "Gatehouse",
    }


def _mount(place: str, number: int) -> None:
    """One place's four addresses."""

    def read(request: HttpRequest, paging: Query[AuditPaging]) -> HttpResponse:
        """The token's partition."""
        return page(request, paging)

    def read_of(request: HttpRequest, id: str, paging: Query[AuditPaging]) -> HttpResponse:
        """Lines of the record, as `totalCount` and `results`."""
        return page(request, paging, id)

    def load(request: HttpRequest, asked: Query[Download]) -> HttpResponse:
        """The token's partition, as CSV."""
        return download(request, asked)

    def load_of(request: HttpRequest, id: str, asked: Query[Download]) -> HttpResponse:
        """The newest lines as CSV."""
        return download(request, asked, id)

    def at(path: str, view: Callable[..., HttpResponse], body: Any, name: str) -> None:
        router.get(place + path, auth=READ, response=body, operation_id=f"Audit{number}_{name}")(view)

    # Before "{id}", which would be it, too.
    at("/download", load, None, "DownloadOfToken")
    at("/{id}/download", load_of, None, "Download")
    at("", read, AuditLogs, "GetOfToken")
    at("/{id}", read_of, AuditLogs, "Get")


for number, place in enumerate(PLACES, 1):
    _mount(place, number)
