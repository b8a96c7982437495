"""OAuth2 for robots: the only file that speaks to django-oauth-toolkit.

Its models and validator stay usable (tests drive its own token view and ours with the same requests); issuing runs on a
thin path over the same tables in two statements, because a stock token request costs a password hash and five.
"""

import hashlib
import json
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.scopes import BaseScopes

from accounts import statements
from accounts.events import writing
from accounts.permissions import SCOPE_POWERS, expand_aliases, robot_scopes
from accounts.sealing import fingerprint, is_well_formed, new_secret
from robots.models import AccessToken, Secret
from robots.presented import Presented, from_basic

LIFE_SECONDS = 3600


class OAuthError(Exception):
    """An RFC 6749 section 5.2 error: `error`, its description, and the HTTP status."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error, self.description, self.status = error, description, status


@dataclass(frozen=True)
class Client:
    """An authenticated robot, as the token path needs it."""

    secret_id: int
    robot_id: int
    application_id: int
    scopes: tuple[str, ...]
    networks: tuple[str, ...] = ()


# One indexed look-up by fingerprint; unknown client ids, wrong secrets and dead generations all cost the same.
FIND_CLIENT = """
SELECT s.id, r.id, a.id, r.scopes, r.read_only, r.networks
FROM robots_secret s
JOIN robots_robot r ON r.id = s.robot_id
JOIN robots_application a ON a.id = r.application_id
WHERE s.client_secret_fingerprint = %s AND a.client_id = %s AND s.ended_at IS NULL
  AND (s.dies_at IS NULL OR s.dies_at > %s) AND r.retired_at IS NULL AND r.switched_off_at IS NULL
"""
ADD_TOKEN = """
INSERT INTO robots_accesstoken
  (token_checksum, scope, expires, created, updated, resource, application_id, robot_id, secret_id)
VALUES (%s, %s, %s, %s, %s, '[]', %s, %s, %s)
"""  # noqa: S105


def authenticate(presented: Presented | None) -> Client | None:
    """The robot whose living generation has this secret and whose Client ID this is, or None."""
    if presented is None or not is_well_formed(presented.secret, "gate_cs_") or "\0" in presented.client_id:
        # PostgreSQL refuses even to look for a NUL.
        return None
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    row = statements.row(FIND_CLIENT, [fingerprint(presented.secret), presented.client_id, now])
    if row is None:
        return None
    scopes = robot_scopes(json.loads(row[3]), bool(row[4]))
    return Client(row[0], row[1], row[2], scopes, tuple(json.loads(row[5])))


def granted(client: Client, asked: str) -> tuple[str, ...]:
    """What a request for `asked` (space separated, may be empty) gets; all of the robot's when it asks for nothing.

    Raises OAuthError invalid_scope for anything the robot does not have (RFC 6749 section 3.3).
    """
    wanted = expand_aliases(asked.split())
    if not wanted:
        return client.scopes
    if refused := [scope for scope in wanted if scope not in client.scopes]:
        # What was sent is not repeated: it may be anything, also a secret (RFC 6749 section 5.2 allows little).
        known = next((scope for scope in refused if scope in SCOPE_POWERS), "that scope")
        raise OAuthError(
            "invalid_scope", f"This robot does not have {known}; it has {' '.join(client.scopes)}."
        )
    return tuple(wanted)


def checksum(token: str) -> str:
    """SHA-256 in hex: how the library stores and finds a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def issue(client: Client, scopes: tuple[str, ...]) -> dict[str, Any]:
    """Store a fresh access token's checksum and return the token answer (RFC 6749 section 5.1, plus `expires`)."""
    token = new_secret("gate_at_")
    keep(client, scopes, token)
    return {
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": LIFE_SECONDS,
        "expires": LIFE_SECONDS,
        "scope": " ".join(scopes),
    }


def keep(client: Client, scopes: tuple[str, ...], token: str) -> None:
    """Store the checksum of `token`, which holds at least 256 random bits: from now on it opens these scopes."""
    now = timezone.now()
    adapt = connection.ops.adapt_datetimefield_value
    times = [adapt(now + timedelta(seconds=LIFE_SECONDS)), adapt(now), adapt(now)]
    row = [
        checksum(token),
        " ".join(scopes),
        *times,
        client.application_id,
        client.robot_id,
        client.secret_id,
    ]
    with writing() if connection.vendor == "sqlite" else nullcontext():
        statements.write(ADD_TOKEN, row)


def introspect(client: Client, token: str) -> dict[str, Any]:
    """RFC 7662 section 2.2, for the asking robot's own tokens; everything else is just not active."""
    rows = AccessToken.objects.select_related("robot__application", "secret")
    found = rows.filter(token_checksum=checksum(token), robot_id=client.robot_id).first()
    if found is None or not found.is_valid():
        return {"active": False}
    scopes = [scope for scope in found.scope.split() if scope in found.robot.all_scopes()]
    return {
        "active": True,
        "scope": " ".join(scopes),
        "client_id": found.robot.client_id,
        "token_type": "Bearer",
        "exp": int(found.expires.timestamp()),
        "iat": int(found.created.timestamp()),
        "sub": found.robot.public_id,
    }


def revoke(client: Client, token: str) -> None:
    """RFC 7009 section 2.1: end one of the robot's own tokens; unknown and foreign ones are no error."""
    with writing():
        AccessToken.objects.filter(token_checksum=checksum(token), robot_id=client.robot_id).delete()


def sweep_expired(now: datetime, batch: int = 5000) -> int:
    """Delete expired access tokens, a batch a transaction; how many."""
    swept = 0
    while True:
        with writing():
            ids = list(AccessToken.objects.filter(expires__lt=now).values_list("pk", flat=True)[:batch])
            AccessToken.objects.filter(pk__in=ids).delete()
        swept += len(ids)
        if len(ids) < batch:
            return swept


# ---------- what the library calls, where its own views are used ----------


def new_access_token(request: Any, refresh_token: bool = False) -> str:
    """ACCESS_TOKEN_GENERATOR."""
    return new_secret("gate_at_")


class Scopes(BaseScopes):
    """SCOPES_BACKEND_CLASS: a robot may ask for what it has, nothing else."""

    def get_all_scopes(self) -> Mapping[str, str]:
        """Every scope there is."""
        return {scope: scope for scope in SCOPE_POWERS}

    def get_available_scopes(
        self, application: Any = None, request: Any = None, *args: Any, **kw: Any
    ) -> list[str]:
        """The robot's live scopes."""
        return list(application.robot.all_scopes())

    get_default_scopes = get_available_scopes


class Validator(OAuth2Validator):
    """OAUTH2_VALIDATOR_CLASS: secrets are generations in our table, never the library's column."""

    def authenticate_client(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        """Basic first, then the body; blank and missing secrets never pass."""
        presented = from_basic(self._extract_basic_auth(request)) or self._from_body(request)
        client = authenticate(presented)
        if client is None:
            return False
        request.secret_id = client.secret_id
        request.client = (
            Secret.objects.select_related("robot__application").get(pk=client.secret_id).robot.application
        )
        return True

    @staticmethod
    def _from_body(request: Any) -> Presented | None:
        if not request.client_id or not request.client_secret:
            return None
        return Presented(request.client_id, request.client_secret)

    def authenticate_client_id(self, client_id: str, request: Any, *args: Any, **kwargs: Any) -> bool:
        """There are no public clients."""
        return False

    def _create_access_token(
        self, expires: datetime, request: Any, token: Mapping[str, Any], source_refresh_token: Any = None
    ) -> AccessToken:
        """The library's row, tied to robot and generation."""
        row = AccessToken(
            application=request.client,
            robot=request.client.robot,
            secret_id=request.secret_id,
            scope=token["scope"],
            expires=expires,
        )
        self._set_token_value(row, token["access_token"])
        row.save()
        return row
