"""A bearer token or an API key becomes an Actor, or a reason why not."""

from dataclasses import dataclass
from urllib.parse import parse_qs

from django.http import HttpRequest

from accounts.permissions import Actor
from accounts.sealing import is_well_formed
from robots import bearer, oauth1, signing
from tokens import finding

MAX_HEADER = 4096
IN_ADDRESS = ("access_token", "api_key", "apikey", "token", "x-api-key")


@dataclass
class NotAuthenticated(Exception):
    """Why the request has no actor: HTTP status, problem name, a sentence."""

    status: int
    name: str
    detail: str


def authenticate(request: HttpRequest) -> Actor:
    """The caller. Raises NotAuthenticated: 400 for two credentials or one in the address, 401, 403 without API access."""
    if oauth1.is_signed(request):
        return _signed(request)
    value = _presented(request)
    actor = None
    # The checksum is tried first: typos and scanners cost no query.
    if is_well_formed(value, "gate_at_") or signing.looks_signed(value):
        actor = _robot(value, request)
    elif is_well_formed(value, "gate_pat_"):
        actor = _person(value, request)
    if actor is None:
        raise NotAuthenticated(
            401, "invalid_token", "The credential is unknown, expired, revoked or renewed."
        )
    return actor


def _robot(value: str, request: HttpRequest) -> Actor | None:
    try:
        return bearer.find(value, request)
    except bearer.WrongAddress as error:
        raise NotAuthenticated(
            403, "address_not_allowed", "This robot may not be used from this address."
        ) from error


def _signed(request: HttpRequest) -> Actor:
    if request.META.get("HTTP_X_API_KEY"):
        raise NotAuthenticated(
            400, "two_credentials", "Send one credential: an OAuth1 signature or X-API-Key."
        )
    try:
        return oauth1.verify(request)
    except oauth1.BadSignature as error:
        raise NotAuthenticated(error.status, "invalid_signature", error.words) from error


def _presented(request: HttpRequest) -> str:
    """The one credential of this request."""
    authorization = request.META.get("HTTP_AUTHORIZATION", "")
    key = request.META.get("HTTP_X_API_KEY", "")
    query = request.META.get("QUERY_STRING", "")
    if query and any(name in IN_ADDRESS for name in map(str.lower, parse_qs(query))):
        raise NotAuthenticated(
            400, "credential_in_address", "Send credentials in a header: addresses end in logs and histories."
        )
    if authorization and key:
        raise NotAuthenticated(400, "two_credentials", "Send one credential: Authorization or X-API-Key.")
    if len(authorization) > MAX_HEADER or len(key) > MAX_HEADER:
        raise NotAuthenticated(401, "invalid_token", "The credential is longer than any of ours.")
    if key:
        return key.strip()
    scheme, _, rest = authorization.partition(" ")
    if not authorization:
        raise NotAuthenticated(
            401, "", "Send an access token as Authorization: Bearer, or a personal token as X-API-Key."
        )
    if "," in rest:
        # How servers hand on a header that came twice.
        raise NotAuthenticated(
            400, "two_credentials", "Send one credential: there were two Authorization headers."
        )
    if scheme.lower() != "bearer":
        raise NotAuthenticated(401, "invalid_token", "Use Authorization: Bearer.")
    return rest.strip()


def _person(value: str, request: HttpRequest) -> Actor | None:
    try:
        return finding.find(value, request)
    except finding.NoApiAccess as error:
        raise NotAuthenticated(
            403,
            "api_access_missing",
            "The person behind this token has no API access in this organization any more.",
        ) from error
