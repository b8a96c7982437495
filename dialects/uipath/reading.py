"""What clients of that system send: keys in any case, unknown ones ignored, ids that need not be Guids; and times."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Annotated, Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from ninja.errors import HttpError
from ninja.parser import Parser
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, StringConstraints

from accounts.api import line
from accounts.forms import no_address
from accounts.models.people import PUBLIC_ID
from dialects.uipath.mounts import canonical

# The largest page: their PowerShell client asks for so many at once.
MOST = 1000
# So many rows of a long answer are written at once.
PIECE = 100
KEYS = (
    "partitionGlobalId id name displayName groupIDsToAdd groupIDsToRemove robotAccountIDs groupIDs "
    "directoryUserMemberIDs directoryUserIDsToAdd directoryUserIDsToRemove "
    "searchTerm top skip sortBy sortOrder language size"
).split()
_written = {key.lower(): key for key in KEYS}
JSON = "application/json; charset=utf-8"
NO_GUID = "00000000-0000-0000-0000-000000000000"


class BodyParser(Parser):
    """JSON by any of its names."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body, its keys as we write them. Raises HttpError 415 and 400."""
        kind = (request.content_type or "").lower()
        if not (kind in ("application/json", "text/json") or kind.endswith("+json")):
            raise HttpError(415, "Send the body as application/json.")
        try:
            body = json.loads(request.body, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise HttpError(400, "The body is not valid JSON.") from error
        return _folded(body) if isinstance(body, dict) else body

    def parse_querydict(self, data: Any, list_fields: list[str], request: HttpRequest) -> dict[str, Any]:
        """The query; what has no value is as if it were not there."""
        return _folded({key: value for key, value in data.items() if value})


def _folded(sent: Mapping[str, Any]) -> dict[str, Any]:
    return {_written.get(key.lower(), key): value for key, value in sent.items()}


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _id(value: str) -> str:
    try:
        PUBLIC_ID(value)
    except ValidationError as error:
        raise ValueError("The value is not valid.") from error
    return canonical(value)


def given(value: Any) -> Any:
    """None for what .NET writes when there is nothing: no text, no id."""
    return None if value in ("", NO_GUID) else value


def _listed(value: Any) -> Any:
    """The list, also out of an object that holds only one: which name it has there is not known."""
    if isinstance(value, dict):
        return next((one for one in value.values() if isinstance(one, list)), value)
    return value


def _display_name() -> Any:
    """A type: a name that goes into mails."""

    def check(value: str) -> str:
        try:
            no_address(value)
        except ValidationError as error:
            raise ValueError(error.messages[0]) from error
        return value

    return Annotated[line(120), AfterValidator(check)]


DisplayName = _display_name()
FixedName = line(128)
GroupName = line(120)


Id = Annotated[str, StringConstraints(strict=True, max_length=64), AfterValidator(_id)]
GivenId = Annotated[Id | None, BeforeValidator(given)]
Ids = Annotated[list[Id], Field(max_length=MOST), BeforeValidator(lambda value: value or [])]
# Name of the list unknown: a bare list, or an object with one.
OnlyIds = Annotated[list[Id], Field(max_length=MOST), BeforeValidator(_listed)]


class Paging(BaseModel):
    """`top` and `skip` without a dollar sign, and an order."""

    top: int = Field(10, ge=0, le=MOST, description="at most so many")
    skip: int = Field(0, ge=0, le=2**31 - 1)
    sortBy: str = Field("", max_length=100, description="a field of the answer, in any case")
    sortOrder: str = Field("", max_length=100, description="asc or desc")
    searchTerm: str = Field("", max_length=200)


class NotAField(Exception):
    """A query names an order that is none; `field` is sortBy or sortOrder."""

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(field)


def order(paging: Paging, columns: Mapping[str, str], first: str) -> list[str]:
    """`order_by()` arguments, ending in the key so that pages never overlap. Raises NotAField."""
    column = columns.get(paging.sortBy.lower()) if paging.sortBy else first
    if column is None:
        raise NotAField("sortBy")
    minus = "-" if descending(paging.sortOrder) else ""
    return [f"{minus}{column}", f"{minus}pk"]


def descending(word: str, unless: bool = False) -> bool:
    """What `sortOrder` says; `unless` where it says nothing. Raises NotAField."""
    word = word.lower()
    if word not in ("", "asc", "ascending", "0", "desc", "descending", "1"):
        raise NotAField("sortOrder")
    return word in ("desc", "descending", "1") if word else unless


def seven_digits(at: datetime) -> str:
    """UTC with 7 fraction digits and no zone: how that system writes most times."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "0"


def answer(body: Any, status: int = 200) -> HttpResponse:
    """Bytes, so that the library does not validate our own words once more."""
    return HttpResponse(_text(body).encode(), status=status, content_type=JSON)


def streamed(total: int, rows: Iterable[Mapping[str, Any]]) -> StreamingHttpResponse:
    """`totalCount` and `results`, written while they are sent. `rows` ask the database nothing any more."""
    return StreamingHttpResponse(_pieces(total, iter(rows)), content_type=JSON)


def _pieces(total: int, rows: Iterator[Mapping[str, Any]]) -> Iterator[bytes]:
    before = f'{{"totalCount":{total},"results":['
    while some := list(islice(rows, PIECE)):
        yield (before + _text(some)[1:-1]).encode()
        before = ","
    yield (before.rstrip(",") + "]}").encode()


def _text(body: Any) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def nothing(status: int) -> HttpResponse:
    """An answer without a body, and so without a type of one."""
    response = HttpResponse(status=status)
    del response.headers["Content-Type"]
    return response
