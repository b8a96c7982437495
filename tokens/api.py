"""`GET /api/v1/me`: who am I."""

import json
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from accounts.api import ERRORS, Needs

router = Router(tags=["Me"])


class OrganizationOut(Schema):
    """Where the caller belongs."""

    id: str
    slug: str
    name: str


class Me(Schema):
    """The caller as the API sees it."""

    kind: Literal["robot", "token"]
    id: str
    name: str
    organization: OrganizationOut
    scopes: list[str]
    read_only: bool


@router.get("/me", auth=Needs(), response={200: Me} | ERRORS, operation_id="me")
def me(request: HttpRequest) -> Any:
    """Who am I, where, and what may I do now."""
    actor = request.auth  # type: ignore[attr-defined]
    home = actor.organization
    # Bytes, so that the library does not validate our own words once more: this is what programs poll.
    told = {
        "kind": actor.kind.value,
        "id": actor.key,
        "name": actor.name,
        "organization": {"id": home.public_id, "slug": home.slug, "name": home.name},
        "scopes": list(actor.scopes),
        "read_only": actor.read_only,
    }
    return HttpResponse(json.dumps(told), content_type="application/json; charset=utf-8")
