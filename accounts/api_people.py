"""`/api/v1/people`: who belongs to the organization."""

from typing import Any, Literal

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from accounts.answers import Id, Limit, answer, one, page, position
from accounts.api import ERRORS, Needs
from accounts.models import Membership
from accounts.permissions import Actor, Power

router = Router(tags=["People"])
READ = Needs(Power.VIEW_ORGANIZATION)


class PersonOut(Schema):
    """Somebody who belongs to the organization."""

    id: str
    name: str = Field(description="empty for those who gave none")
    role: Literal["owner", "co-owner", "administrator", "member"]
    active: bool = Field(description="false: deactivated, and may do nothing")
    email: str | None = Field(description="null for those who don't manage people")


class PeopleList(Schema):
    """A page of people, in the order in which they joined."""

    items: list[PersonOut]
    next: str | None = Field(None, description="the next page's `after`; null on the last page")


def _everybody(actor: Actor) -> QuerySet[Membership]:
    return Membership.objects.filter(organization=actor.home)


def _here(actor: Actor) -> QuerySet[Membership]:
    return _everybody(actor).filter(retired_at=None).select_related("user", "organization")


@router.get("", auth=READ, response={200: PeopleList} | ERRORS, operation_id="list_people")
def list_people(request: HttpRequest, after: Id = "", limit: Limit = 50) -> HttpResponse:
    """Everybody who belongs to the organization, also who is deactivated."""
    actor: Actor = request.auth  # type: ignore[attr-defined]
    rows = _here(actor).order_by("pk")
    if after:
        rows = rows.filter(pk__gt=position(_everybody(actor), user__public_id=after))
    return page(request, [_told(row, actor) for row in rows[: limit + 1]], limit, "id")


@router.get("/{id}", auth=READ, response={200: PersonOut} | ERRORS, operation_id="read_person")
def read_person(request: HttpRequest, id: Id) -> HttpResponse:
    """One person."""
    actor: Actor = request.auth  # type: ignore[attr-defined]
    return answer(_told(one(_here(actor), user__public_id=id), actor))


def _told(row: Membership, actor: Actor) -> dict[str, Any]:
    """Never `str(user)`: without a name that is the address."""
    return {
        "id": row.user.public_id,
        "name": row.user.name,
        "role": "owner" if row.is_owner else row.role,
        "active": row.deactivated_at is None and row.user.is_active,
        "email": row.user.email if actor.can(Power.MANAGE_PEOPLE) else None,
    }
