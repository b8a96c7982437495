"""Assembles this dialect: one OpenAPI document of its own, and every refusal in that system's words."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from accounts.actions import NotPossible
from accounts.permissions import Power, Refused
from accounts.problems import request_id
from dialects.uipath import errors
from dialects.uipath.account import router as account
from dialects.uipath.audit import router as audit
from dialects.uipath.described import describe
from dialects.uipath.groups import router as groups
from dialects.uipath.mounts import is_uuid
from dialects.uipath.reading import BodyParser, NotAField
from dialects.uipath.robot_accounts import READ
from dialects.uipath.robot_accounts import router as robot_accounts
from dialects.uipath.scopes import MissingScope, Needs, WrongPartition
from robots.actions import NotPossible as RobotNotPossible
from robots.grouping import Unresolved

# What pydantic says about types, in that system's words.
WORDS = {
    "missing": "The {field} field is required.",
    **dict.fromkeys(
        ("int_parsing", "string_type", "list_type", "string_unicode"), "The value is not valid for {field}."
    ),
    "string_too_short": "The {field} field is required.",
    "string_too_long": "The field {field} must be a string or array type with a maximum length of '{max_length}'.",
    "too_long": "The field {field} must be a string or array type with a maximum length of '{max_length}'.",
    "greater_than_equal": "The field {field} is out of range.",
    "less_than_equal": "The field {field} is out of range.",
}


class Dialect(NinjaAPI):
    """Its document is made once in a process."""

    _document: Any = None

    def get_openapi_schema(self, **kwargs: Any) -> Any:
        """Addresses from the root, without organization and tenant, which may stand before them."""
        if self._document is None:
            document = super().get_openapi_schema(path_prefix="/")
            describe(document, self._expected())
            self._document = document
        return self._document

    def _expected(self) -> dict[str, tuple[str, ...]]:
        """Operation ids and the scopes of which one is enough."""
        return {
            operation.operation_id: needs.expected
            for _prefix, router in self._routers
            for view in router.path_operations.values()
            for operation in view.operations
            for needs in operation.auth_callbacks
            if isinstance(needs, Needs) and operation.operation_id
        }


api = Dialect(
    title="Robot accounts",
    version="1",
    description=(
        "The robot account API of UiPath's platform management, spoken by Gatehouse. "
        "What differs: docs/api/uipath.md."
    ),
    urls_namespace="uipath",
    openapi_url=None,
    docs_url=None,
    parser=BodyParser(),
)
api.add_router("identity_/api/RobotAccount", robot_accounts)
api.add_router("identity_/api/Group", groups)
api.add_router("identity_/api/Account", account)
api.add_router("", audit)


@api.exception_handler(MissingScope)
def missing_scope(request: HttpRequest, error: MissingScope) -> HttpResponse:
    """403 in the recorded words."""
    return errors.refused(str(error))


@api.exception_handler(Refused)
def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    """403 from deeper down: robots in groups are seen with the scope for robots only."""
    if error.power == Power.READ_ROBOTS:
        return missing_scope(request, MissingScope(error.actor, READ.expected))
    return errors.refused("You are not allowed to perform this operation.")


@api.exception_handler(WrongPartition)
def wrong_partition(request: HttpRequest, error: WrongPartition) -> HttpResponse:
    """400, the same for a partition of others and for none."""
    if is_uuid(error.named):
        return errors.directory(400, "BadRequest", "InvalidPartition")
    shown = error.named if errors.is_id(error.named) else "…"
    return errors.invalid(request, {"partitionGlobalId": [f"The value '{shown}' is not valid."]})


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """400 with each field; what was sent is not repeated, it may be anything."""
    told: dict[str, list[str]] = {}
    for entry in error.errors:
        field = _field(*map(str, entry["loc"]))
        words = WORDS.get(entry["type"], "").format(field=field, **entry.get("ctx", {})) or entry[
            "msg"
        ].removeprefix("Value error, ")
        told.setdefault(field, []).append(words if field else "A non-empty request body is required.")
    return errors.invalid(request, told)


def _field(place: str, *names: str) -> str:
    """What the caller calls it; in bodies the first name is our function's parameter."""
    inner = names[1:] if place == "body" else names
    return inner[0] + "".join(f"[{one}]" for one in inner[1:] if one.isdigit()) if inner else ""


@api.exception_handler(NotAField)
def not_a_field(request: HttpRequest, error: NotAField) -> HttpResponse:
    """400: an order that is none."""
    return errors.invalid(request, {error.field: [f"The value is not valid for {error.field}."]})


@api.exception_handler(Unresolved)
def unresolved(request: HttpRequest, error: Unresolved) -> HttpResponse:
    """404 with the ids."""
    return errors.unresolved(error.kind, error.ids)


@api.exception_handler(Http404)
def missing(request: HttpRequest, error: Http404) -> HttpResponse:
    """404."""
    return errors.framed(404, request_id(request))


@api.exception_handler(NotPossible)
@api.exception_handler(RobotNotPossible)
def not_possible(request: HttpRequest, error: Exception) -> HttpResponse:
    """400: the state of things does not allow it; a name that is taken, Everyone."""
    return errors.directory(400, "BadRequest", str(error))


@api.exception_handler(HttpError)
def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What the parser refused; the library hides its words in the cause."""
    if isinstance(error.__cause__, HttpError):
        error = error.__cause__
    if error.status_code == 400:
        return errors.invalid(request, {"": [str(error)]})
    return errors.framed(error.status_code, request_id(request), str(error))
