"""`GET /api/v1/tokens`: whose tokens there are, for automation. Neither values nor hints."""

from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from accounts.api import ERRORS, Needs
from accounts.permissions import Power, person_powers
from tokens.models import PersonalToken

router = Router(tags=["Tokens"])

State = Literal["active", "stopped", "expired", "revoked"]


class TokenPersonOut(Schema):
    """Whose it is."""

    id: str
    name: str


class TokenOut(Schema):
    """A personal access token as it leaves the house."""

    id: str
    name: str
    person: TokenPersonOut
    scopes: list[str] | None = Field(description="null: everything its person may do")
    state: State = Field(description="stopped: its person has no API access or is deactivated")
    created_at: datetime
    rotated_at: datetime | None
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    last_used_from: str
    last_used_client: str


class TokenList(Schema):
    """A page of tokens, in order of creation."""

    items: list[TokenOut]
    next: str | None = Field(None, description="the next page's `after`; null on the last page")


Limit = Annotated[int, Field(ge=1, le=200)]
Id = Annotated[str, Field(max_length=64)]
READ = Needs(Power.MANAGE_PEOPLE)


@router.get("", auth=READ, response={200: TokenList} | ERRORS, operation_id="list_tokens")
def list_tokens(request: HttpRequest, response: HttpResponse, after: Id = "", limit: Limit = 50) -> Any:
    """Every personal access token of the organization, also those that ended in the last 90 days."""
    everything = PersonalToken.objects.visible_to(request.auth)  # type: ignore[attr-defined]
    rows = everything.listed().filter(membership__retired_at=None)
    if after:
        position = everything.filter(public_id=after).values_list("pk", flat=True).first()
        if position is None:
            raise Http404
        rows = rows.filter(pk__gt=position)
    rows = rows.select_related("membership__user", "membership__organization").order_by("pk")
    page = list(rows[: limit + 1])
    following = page[limit - 1].public_id if len(page) > limit else None
    if following:
        query = urlencode({"after": following, "limit": limit})
        response.headers["Link"] = f'<{request.build_absolute_uri(f"{request.path}?{query}")}>; rel="next"'
    return {"items": [_told(token) for token in page[:limit]], "next": following}


def _told(token: PersonalToken) -> dict[str, Any]:
    person = token.membership.user
    same = (
        "name scopes created_at rotated_at expires_at revoked_at last_used_at last_used_from last_used_client"
    )
    return {
        "id": token.public_id,
        "person": {"id": person.public_id, "name": str(person)},
        "state": _state(token),
    } | {field: getattr(token, field) for field in same.split()}


def _state(token: PersonalToken) -> State:
    if token.ended_at is not None:
        return "revoked" if token.ended_at == token.revoked_at else "expired"
    return "active" if Power.USE_API in person_powers(token.membership) else "stopped"
