"""What every API router shares: who may call an operation, strict text, and the errors it documents."""

import unicodedata
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Schema
from ninja.security.base import AuthBase
from pydantic import AfterValidator, Field, StringConstraints

from accounts.permissions import SCOPE_POWERS, Actor, Power, Refused


class Needs(AuthBase):
    """`auth=Needs(Power.X)` on every operation: the machine door made `request.actor`, this asks it."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __init__(self, power: Power | None = None) -> None:
        self.power = power
        super().__init__()

    def __call__(self, request: HttpRequest) -> Actor:
        """The actor. Raises Refused."""
        actor: Actor = request.actor  # type: ignore[attr-defined]
        if self.power and not actor.can(self.power):
            raise Refused(self.power, actor)
        return actor


def scopes_for(power: Power) -> list[str]:
    """Which scopes would have opened it."""
    return [scope for scope, powers in SCOPE_POWERS.items() if power in powers]


def _printable(value: str) -> str:
    for character in value:
        if unicodedata.category(character) in ("Cc", "Cs") and character not in "\r\n\t":
            raise ValueError("must not contain control characters")
    return unicodedata.normalize("NFC", value)


def _one_line(value: str) -> str:
    if any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in value):
        raise ValueError("must be one line without control characters")
    return unicodedata.normalize("NFC", value)


Name = Annotated[
    str,
    StringConstraints(strict=True, strip_whitespace=True, min_length=1, max_length=120),
    AfterValidator(_one_line),
]
Text = Annotated[str, StringConstraints(strict=True, max_length=2000), AfterValidator(_printable)]


class Problem(Schema):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str = ""
    errors: list[dict[str, Any]] = Field(default_factory=list, description="one entry per invalid field")


# `response={200: X} | ERRORS` on every operation; config/api.py declares them as application/problem+json.
ERRORS: dict[int, Any] = dict.fromkeys((400, 401, 403, 404, 405, 413, 415, 422, 429), Problem)
