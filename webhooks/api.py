"""`/api/v1/webhooks`: those that the caller made itself. Secrets are typed and shown in the browser only: an owner rotates
the signing secret there to see one, and types passwords and hidden header values there.
"""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.core.exceptions import ValidationError
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from pydantic import ConfigDict, Field, StringConstraints

from accounts.answers import Id, IfMatch, Limit, answer, one, page, position, versions
from accounts.api import CLASHES, ERRORS, Name, Needs
from accounts.events import action
from accounts.permissions import Power
from accounts.refusals import NotValid
from accounts.replaying import answered, is_kept, once, replays
from webhooks import actions, headers, health, targets
from webhooks.models import Tally, Webhook
from workspaces.models import Workspace

router = Router(tags=["Webhooks"])
READ, WRITE = Needs(Power.READ_WEBHOOKS), Needs(Power.WRITE_OWN_WEBHOOKS)
Text = Annotated[str, StringConstraints(strict=True, max_length=4000)]
SAME = ("description", "target_url", "events", "is_on", "off_reason", "paused_at", "failing_since")
TIMES = ("created_at", "updated_at", "version")


class HeaderOut(Schema):
    """A header that is sent with every delivery."""

    name: str
    value: str | None = Field(description="null when it is hidden")
    hidden: bool


class WebhookOut(Schema):
    """A webhook as it leaves the house."""

    id: str
    description: str
    target_url: str
    events: list[str]
    workspaces: list[str] | None = Field(description="ids of those that it hears of; null: all")
    headers: list[HeaderOut]
    authentication: Literal["none", "basic"]
    is_on: bool
    off_reason: str = Field(
        description="why it is off: person, gone (the target answered 410), maker, or empty"
    )
    paused_at: datetime | None = Field(
        description="since when it waits for “Resume”, after three days of failures"
    )
    failing_since: datetime | None
    created_at: datetime
    updated_at: datetime
    version: int = Field(description="what `ETag` and `If-Match` compare")


class HeaderIn(Schema):
    """A header to send; `hidden` without a value keeps one that an owner typed in the browser."""

    model_config = ConfigDict(extra="forbid")
    name: Text
    value: Text | None = None
    hidden: bool = False


class WebhookIn(Schema):
    """A new webhook."""

    model_config = ConfigDict(extra="forbid")
    description: Name
    target_url: Text
    events: list[Text] = Field(max_length=500)
    workspaces: list[Id] | None = Field(None, max_length=1000, description="null: all")
    headers: list[HeaderIn] = Field(default_factory=list, max_length=100)


NOT_GIVEN: Any = Field(default_factory=str)


class WebhookPatch(Schema):
    """JSON merge patch (RFC 7396): only what is given changes; a list as a whole."""

    model_config = ConfigDict(extra="forbid")
    description: Name = NOT_GIVEN
    target_url: Text = NOT_GIVEN
    events: list[Text] = Field(default_factory=list, max_length=500)
    workspaces: list[Id] | None = Field(None, max_length=1000, description="null: all")
    headers: list[HeaderIn] = Field(default_factory=list, max_length=100)
    is_on: bool = True


class WebhookList(Schema):
    """A page of webhooks, in order of creation."""

    items: list[WebhookOut]
    next: str | None = Field(None, description="the next page's `after`; null on the last page")


class HourOut(Schema):
    """The attempts that ended in one hour; test events are not counted."""

    hour: datetime = Field(description="when it began")
    delivered: int
    failed: int
    average_ms: int | None = Field(description="how long an answer took; null without attempts")
    slowest_ms: int
    waiting: int = Field(description="the most deliveries that were seen waiting")


class HealthOut(Schema):
    """How a webhook did in seven days."""

    waiting: int = Field(description="deliveries that wait now")
    hours: list[HourOut] = Field(description="168, the present one last")


def visible(request: HttpRequest) -> QuerySet[Webhook]:
    """The caller's own, with what is told about them."""
    living = Workspace.objects.filter(retired_at=None).order_by("pk")
    rows = Webhook.objects.visible_to(request.auth)  # type: ignore[attr-defined]
    return rows.select_related("organization").prefetch_related("headers", Prefetch("workspaces", living))


def told(webhook: Webhook) -> dict[str, Any]:
    """A webhook in its shape."""
    places = None if webhook.all_workspaces else [row.public_id for row in webhook.workspaces.all()]
    listed = [
        {"name": row.name, "value": None if row.is_hidden else row.value, "hidden": row.is_hidden}
        for row in webhook.headers.all()
    ]
    more = {"headers": listed, "authentication": "basic" if webhook.username else "none"}
    same = {name: getattr(webhook, name) for name in (*SAME, *TIMES)}
    return {"id": webhook.public_id, "workspaces": places} | more | same


def _anew(request: HttpRequest, public_id: str) -> dict[str, Any]:
    return told(one(visible(request), public_id=public_id))


@router.get("", auth=READ, response={200: WebhookList} | ERRORS, operation_id="list_webhooks")
def list_webhooks(request: HttpRequest, after: Id = "", limit: Limit = 50) -> HttpResponse:
    """The webhooks that you made."""
    rows = visible(request).order_by("pk")
    if after:
        everything = Webhook.objects.filter(organization=request.auth.home)  # type: ignore[attr-defined]
        rows = rows.filter(pk__gt=position(everything, public_id=after))
    return page(request, [told(row) for row in rows[: limit + 1]], limit, "id")


@router.post("", auth=WRITE, response={201: WebhookOut} | ERRORS | CLASHES, operation_id="create_webhook")
@replays
def create_webhook(request: HttpRequest, body: WebhookIn) -> HttpResponse:
    """Make one. It hears only of events that you may read, and ends with your credential.

    Its signing secret is not told here: an owner rotates it in the browser and puts it where your receiver reads it.
    """
    if not is_kept(request):
        _look_up(body.target_url)

    def created() -> HttpResponse:
        given = body.dict() | {"headers": _headers(body.headers)}
        made = actions.create(request.auth, given).webhook  # type: ignore[attr-defined]
        return answer(_anew(request, made.public_id), 201)

    return answered(request, created, lambda: request.body)


def _look_up(url: str) -> None:
    """Before the transaction: a name server may take its time. Raises NotValid."""
    try:
        targets.look_up(targets.check(url))
    except ValidationError as error:
        raise NotValid("target_url", error.messages[0]) from error


def _headers(wanted: list[HeaderIn]) -> list[headers.Wanted]:
    """Raises NotValid for a hidden value: those are typed in the browser."""
    for place, header in enumerate(wanted):
        if header.hidden and header.value is not None:
            raise NotValid(f"headers.{place}.value", "Hidden values are typed in the browser, by an owner.")
    return [headers.Wanted(one.name.strip(), one.value, one.hidden) for one in wanted]


@router.get("/{id}", auth=READ, response={200: WebhookOut} | ERRORS, operation_id="read_webhook")
def read_webhook(request: HttpRequest, id: Id) -> HttpResponse:
    """One webhook."""
    return answer(_anew(request, id))


@router.patch(
    "/{id}", auth=WRITE, response={200: WebhookOut} | ERRORS | CLASHES, operation_id="update_webhook"
)
def update_webhook(
    request: HttpRequest, id: Id, body: WebhookPatch, if_match: IfMatch = None
) -> HttpResponse:
    """Change what is given. Another scheme, host or port of the target drops its password and hidden values."""
    given = body.dict(exclude_unset=True)
    if "target_url" in given:
        _look_up(body.target_url)
    if "headers" in given:
        given["headers"] = _headers(body.headers)
    switch, actor = given.pop("is_on", None), request.auth  # type: ignore[attr-defined]
    with action(actor):
        actions.locked(actor, id, versions(if_match))
        actions.update(actor, id, given)
        if switch is not None:
            (actions.switch_on if switch else actions.switch_off)(actor, id)
    return answer(_anew(request, id))


@router.delete("/{id}", auth=WRITE, response={204: None} | ERRORS | CLASHES, operation_id="delete_webhook")
def delete_webhook(request: HttpRequest, id: Id, if_match: IfMatch = None) -> Any:
    """Delete it: its secrets are destroyed, what waits is not sent, its id is never used again."""
    actions.delete(request.auth, id, versions(if_match))  # type: ignore[attr-defined]
    return Status(204, None)


@router.post(
    "/{id}/resume", auth=WRITE, response={200: WebhookOut} | ERRORS | CLASHES, operation_id="resume_webhook"
)
@once
def resume_webhook(request: HttpRequest, id: Id) -> HttpResponse:
    """After a pause: what waits goes out."""
    actions.resume(request.auth, id)  # type: ignore[attr-defined]
    return answer(_anew(request, id))


@router.get("/{id}/health", auth=READ, response={200: HealthOut} | ERRORS, operation_id="read_webhook_health")
def read_webhook_health(request: HttpRequest, id: Id) -> HttpResponse:
    """Success, latency and backlog of the last seven days, hour by hour (UTC)."""
    found = one(Webhook.objects.visible_to(request.auth), public_id=id)  # type: ignore[attr-defined]
    waiting = health.waiting([found]).get(found.pk, 0)
    return answer({"waiting": waiting, "hours": [_hour(row) for row in health.week(found)]})


def _hour(row: Tally) -> dict[str, Any]:
    count = row.delivered + row.failed
    same = ("hour", "delivered", "failed", "slowest_ms", "waiting")
    return {"average_ms": round(row.total_ms / count) if count else None} | {
        name: getattr(row, name) for name in same
    }
