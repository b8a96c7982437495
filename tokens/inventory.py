"""`GET /api/v1/tokens`: whose tokens there are, for automation. Neither values nor hints."""

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from accounts.answers import Id, Limit, page, position
from accounts.api import ERRORS, Needs
from accounts.permissions import Power, person_powers
from tokens.models import PersonalToken

router = Router(tags=["Tokens"])

State = Literal["active", "stopped", "expired", "revoked"]


class TokenPersonOut(Schema):
    """Whose it is."""

    id: str
    name: str = Field(description="empty for those who gave none")


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


READ = Needs(Power.MANAGE_PEOPLE)


@router.get("", auth=READ, response={200: TokenList} | ERRORS, operation_id="list_tokens")
def list_tokens(request: HttpRequest, after: Id = "", limit: Limit = 50) -> HttpResponse:
    """Every personal access token of the organization, also those that ended in the last 90 days."""
    everything = PersonalToken.objects.visible_to(request.auth)  # type: ignore[attr-defined]
    rows = everything.listed().filter(membership__retired_at=None)
    if after:
        rows = rows.filter(pk__gt=position(everything, public_id=after))
    rows = rows.select_related("membership__user", "membership__organization").order_by("pk")
    return page(request, [_told(token) for token in rows[: limit + 1]], limit, "id")


def _told(token: PersonalToken) -> dict[str, Any]:
    person = token.membership.user
    same = (
        "name scopes created_at rotated_at expires_at revoked_at last_used_at last_used_from last_used_client"
    )
    return {
        "id": token.public_id,
        # Never `str(person)`: without a name that is the address.
        "person": {"id": person.public_id, "name": person.name},
        "state": _state(token),
    } | {field: getattr(token, field) for field in same.split()}


def _state(token: PersonalToken) -> State:
    if token.ended_at is not None:
        return "revoked" if token.ended_at == token.revoked_at else "expired"
    return "active" if Power.USE_API in person_powers(token.membership) else "stopped"
