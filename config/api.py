"""Assembles the routers: one OpenAPI 3.1 document, problem+json errors."""

import json
import logging
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser

from accounts import event_schemas
from accounts.actions import NotPossible
from accounts.api import Needs, scopes_for
from accounts.api_groups import router as groups
from accounts.api_people import router as people
from accounts.api_record import router as lines
from accounts.permissions import Power, Refused, person_powers
from accounts.problems import problem
from accounts.refusals import NotValid, Pruned, Stale
from accounts.replaying import PARAMETER
from config.parameters import only_known
from robots.api import router as robots
from robots.api_groups import router as robots_in_groups
from tokens.api import router as tokens
from tokens.inventory import router as inventory
from webhooks.api import router as webhooks
from webhooks.api_deliveries import router as deliveries
from workspaces.api import router as workspaces
from workspaces.api_attachments import router as attachments
from workspaces.api_boards import router as boards
from workspaces.api_events import router as events
from workspaces.api_tasks import router as tasks
from workspaces.quota import StorageFull
from workspaces.uploading import Broken, NoRoom, TooLarge

log = logging.getLogger(__name__)
JSON_TYPES = ("application/json", "application/merge-patch+json")


class JsonParser(Parser):
    """Bodies are JSON and say so."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The body. Raises HttpError 415 and 400."""
        if (request.content_type or "").lower() not in JSON_TYPES:
            raise HttpError(415, "Send the body as application/json.")
        try:
            return json.loads(request.body, parse_constant=_refuse_constant, object_pairs_hook=_object)
        except _Twice as error:
            raise HttpError(400, str(error)) from error
        except RecursionError as error:
            raise HttpError(400, "The body is nested too deeply.") from error
        except ValueError as error:
            raise HttpError(400, "The body is not valid JSON.") from error


class _Twice(Exception):
    """A name that is there twice: programs disagree on which one counts (RFC 8259, section 4)."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _Twice("An object in the body has the same name twice.")
    return found


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


SCHEMES = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "A robot's access token from /oauth2/token, or a personal access token.",
    },
    "key": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "A personal access token."},
}


class Api(NinjaAPI):
    """Errors are declared as what they are sent as, operations with the scopes that open them."""

    def get_openapi_schema(self, **kwargs: Any) -> Any:
        """The document; error responses under application/problem+json, `x-scopes` on each operation.

        Made once in a process: that takes longer than everything else on the page that shows it.
        """
        if self._document is None:
            self._document = self._describe(**kwargs)
        return self._document

    _document: Any = None

    def _describe(self, **kwargs: Any) -> Any:
        document = super().get_openapi_schema(**kwargs)
        document["components"]["securitySchemes"] = SCHEMES
        document["components"]["schemas"] |= event_schemas.components()
        powers, replayed = self._powers(), self._replayed()
        for operations in document["paths"].values():
            for operation in operations.values():
                operation["security"] = [{name: []} for name in SCHEMES]
                operation["x-scopes"] = scopes_for(*powers.get(operation["operationId"], ()))
                if operation["operationId"] in replayed:
                    operation.setdefault("parameters", []).append(PARAMETER)
                for status, response in operation["responses"].items():
                    content = response.get("content", {})
                    if int(status) >= 400 and "application/json" in content:
                        content["application/problem+json"] = content.pop("application/json")
        return document

    def _replayed(self) -> set[str | None]:
        """Ids of the operations that take an Idempotency-Key."""
        return {
            operation.operation_id
            for _prefix, router in self._routers
            for view in router.path_operations.values()
            for operation in view.operations
            if getattr(operation.view_func, "replays", False)
        }

    def _powers(self) -> dict[str, tuple[Power, ...]]:
        """Operation ids and what each needs, one of these."""
        return {
            operation.operation_id: needs.powers
            for _prefix, router in self._routers
            for view in router.path_operations.values()
            for operation in view.operations
            for needs in operation.auth_callbacks
            if isinstance(needs, Needs) and operation.operation_id
        }


api = Api(
    title="Gatehouse",
    version="1",
    description="Work on an organization's workspaces as a robot or with a personal access token.",
    openapi_url="/openapi.json",
    docs_url=None,
    parser=JsonParser(),
)
api.add_decorator(only_known, mode="view")
api.add_router("", tokens)
api.add_router("/tokens", inventory)
api.add_router("/people", people)
api.add_router("/groups", groups)
api.add_router("/groups", robots_in_groups)
api.add_router("/robots", robots)
api.add_router("/record", lines)
api.add_router("/webhooks", webhooks)
api.add_router("/webhooks", deliveries)
api.add_router("/workspaces", workspaces)
api.add_router("", boards)
api.add_router("", tasks)
api.add_router("", attachments)
api.add_router("", events)


@api.exception_handler(Refused)
def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    """403 that names the missing power and the scopes that open it."""
    powers = (error.power, *error.others)
    scopes = scopes_for(*powers)
    if (who := error.actor.membership) and not person_powers(who) & set(powers):
        # First, because no other token of theirs would help.
        detail = f"The person behind this token lacks {error.power.value} in this organization."
    elif error.actor.read_only and scopes and not any(scope.endswith(":read") for scope in scopes):
        detail = "This credential is read-only."
    else:
        detail = f"This needs {' or '.join(scopes) or error.power.value}."
    return problem(403, "not_allowed", detail, power=error.power.value, scopes=scopes)


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """422 with an entry per field; what was sent is not repeated, it may be anything."""
    errors = [
        # The library's own prefix says nothing.
        {"field": _field(*map(str, entry["loc"])), "message": entry["msg"].removeprefix("Value error, ")}
        for entry in error.errors
    ]
    return problem(422, "invalid", "Some fields are not valid.", errors=errors)


def _field(place: str, *names: str) -> str:
    """What the caller calls it: in bodies the first name is our function's parameter."""
    return ".".join(names[1:] if place == "body" else names) or place


@api.exception_handler(Http404)
def missing(request: HttpRequest, error: Http404) -> HttpResponse:
    """404, also for what others own; where it was a field of the body that led there, its name."""
    field = getattr(error, "field", "")
    if field:
        return problem(404, detail=f"There is no such {field} for this credential.", field=field)
    return problem(404, detail="Nothing is here for this credential.")


@api.exception_handler(NotPossible)
def not_possible(request: HttpRequest, error: NotPossible) -> HttpResponse:
    """409: the state of things does not allow it."""
    return problem(409, "not_possible", str(error))


@api.exception_handler(Stale)
def stale(request: HttpRequest, error: Stale) -> HttpResponse:
    """412: what If-Match names is not there any more."""
    return problem(412, "stale", "It was changed since you read it. Read it again.")


@api.exception_handler(Pruned)
def pruned(request: HttpRequest, error: Pruned) -> HttpResponse:
    """410: what followed the cursor was removed from the record; where it goes on."""
    detail = (
        "Lines after this cursor were removed from the record. What is left begins after the one named here."
    )
    return problem(410, "pruned", detail, after=str(error.until))


@api.exception_handler(NotValid)
def not_valid(request: HttpRequest, error: NotValid) -> HttpResponse:
    """422 as for any other field."""
    errors = [{"field": error.field, "message": str(error)}]
    return problem(422, "invalid", "Some fields are not valid.", errors=errors)


@api.exception_handler(TooLarge)
def too_large(request: HttpRequest, error: TooLarge) -> HttpResponse:
    """413, most often before a byte was read."""
    most = settings.ATTACHMENT_MAX_SIZE
    return problem(
        413, "too_large", f"An attachment has at most {most // 1_000_000} MB, sent one by one.", limit=most
    )


@api.exception_handler(Broken)
def broken(request: HttpRequest, error: Broken) -> HttpResponse:
    """400: a body that ended early or makes no sense."""
    return problem(400, detail=str(error))


@api.exception_handler(StorageFull)
def storage_full(request: HttpRequest, error: StorageFull) -> HttpResponse:
    """507 (RFC 4918 section 11.5): the organization has as much as the operator gives it."""
    return problem(507, "storage_full", str(error), limit=settings.STORAGE_LIMIT)


@api.exception_handler(NoRoom)
def no_room(request: HttpRequest, error: NoRoom) -> HttpResponse:
    """503: the disk is full. The operator reads it in the log."""
    log.error("there is no room for an upload: the disk of GATEHOUSE_VAR is full")
    return problem(503, "no_room", "There is no room for files right now. Tell whoever runs this server.")


@api.exception_handler(HttpError)
def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Whatever a view or the library refused; the library hides a parser's own words in the cause."""
    if isinstance(error.__cause__, HttpError):
        error = error.__cause__
    return problem(error.status_code, detail=str(error))
