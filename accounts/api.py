"""What every API router shares: who may call an operation, strict text, and the errors it documents."""

import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from ninja import Schema
from ninja.security.base import AuthBase
from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from accounts.forms import no_controls, one_line
from accounts.permissions import SCOPE_POWERS, Actor, Power, Refused


class Needs(AuthBase):
    """`auth=Needs(Power.X)` on every operation: it asks `request.actor`, which the door made. Of several powers any will do."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __init__(self, *powers: Power) -> None:
        self.powers = powers
        super().__init__()

    def __call__(self, request: HttpRequest) -> Actor:
        """The actor. Raises Refused."""
        actor: Actor = request.actor  # type: ignore[attr-defined]
        if self.powers and not any(actor.can(power) for power in self.powers):
            raise Refused(self.powers[0], actor, *self.powers[1:])
        return actor


def scopes_for(*powers: Power) -> list[str]:
    """Which scopes would have opened what needs one of these."""
    return [scope for scope, opened in SCOPE_POWERS.items() if opened & set(powers)]


def _held_to(rule: Callable[[str], None], most: int) -> AfterValidator:
    """The rule that forms hold the same text to; NFC may make it longer, so its length is asked again."""

    def check(value: str) -> str:
        value = unicodedata.normalize("NFC", value)
        try:
            rule(value)
        except ValidationError as error:
            raise ValueError(error.messages[0]) from error
        if len(value) > most:
            raise ValueError(f"must have at most {most} characters")
        return value

    return AfterValidator(check)


def line(most: int) -> Any:
    """A type: one line, not empty, without outer spaces."""
    constraints = StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=most)
    return Annotated[str, constraints, _held_to(one_line, most)]


def text(most: int) -> Any:
    """A type: any text, also none."""
    return Annotated[str, StringConstraints(strict=True, max_length=most), _held_to(no_controls, most)]


def _utc(value: datetime) -> datetime:
    """The same moment; at the ends of the calendar there may be none."""
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("is out of range") from error


Moment = Annotated[AwareDatetime, AfterValidator(_utc)]
Name = line(120)
Text = text(2000)


class Problem(Schema):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str = ""
    errors: list[dict[str, Any]] = Field(default_factory=list, description="one entry per invalid field")


# `response={200: X} | ERRORS` on every operation; config/api.py declares them as application/problem+json.
ERRORS: dict[int, Any] = dict.fromkeys((400, 401, 403, 404, 405, 413, 415, 422, 429), Problem)
# What operations document that can clash with the state of things, or with what `If-Match` names.
CLASHES: dict[int, Any] = dict.fromkeys((409, 412), Problem)
# What follows the record from a cursor documents that its lines may have been removed.
GONE: dict[int, Any] = {410: Problem}
