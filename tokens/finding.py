"""A personal access token at the API: one indexed query, decided at use."""

import json
from typing import Any

from django.db import connection
from django.http import HttpRequest
from django.utils import timezone

from accounts import statements
from accounts.models import Membership, Organization, User
from accounts.permissions import (
    SCOPE_POWERS,
    Actor,
    ActorKind,
    Power,
    person_powers,
    token_powers,
)
from accounts.sealing import fingerprint
from accounts.usage import note_use
from tokens.models import PersonalToken

# Both columns are unique indexes: two look-ups, whichever value of a rotated token it is.
FIND_TOKEN = """
SELECT t.id, t.public_id, t.name, t.scopes, t.fingerprint = %s,
  m.id, m.organization_id, m.user_id, m.role, m.api_access, m.manage_people, m.requests_a_minute,
  u.id, u.public_id, u.email, u.name,
  o.id, o.public_id, o.slug, o.name, o.owner_id, o.requests_a_minute
FROM tokens_personaltoken t
JOIN accounts_membership m ON m.id = t.membership_id
JOIN accounts_user u ON u.id = m.user_id
JOIN accounts_organization o ON o.id = m.organization_id
WHERE (t.fingerprint = %s OR (t.previous_fingerprint = %s AND t.previous_dies_at > %s))
  AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > %s)
  AND m.retired_at IS NULL AND m.deactivated_at IS NULL AND u.is_active
"""  # noqa: S105
# In the models' order; the last ones are what the query promises, everything else is read when asked for.
MEMBERSHIP = "id organization_id user_id role api_access manage_people requests_a_minute deactivated_at retired_at".split()
PERSON = "id public_id email name is_active".split()
HOME = "id public_id slug name owner_id requests_a_minute".split()


class NoApiAccess(Exception):
    """A living token whose person may not use the API at the moment."""


def find(value: str, request: HttpRequest) -> Actor | None:
    """The token's Actor with what it may do now; None for an unknown, ended or expired value. Notes the use.

    Raises NoApiAccess when its person lost API access.
    """
    mark = fingerprint(value)
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    row = statements.row(FIND_TOKEN, [mark, mark, mark, now, now])
    if row is None:
        return None
    membership = _membership(row)
    if Power.USE_API not in person_powers(membership):
        raise NoApiAccess
    note_use(request, (PersonalToken, row[0]), also="" if row[4] else "previous_used_at")
    return _actor(row, membership, request)


def _membership(row: tuple[Any, ...]) -> Membership:
    """With its person and organization."""
    found: Membership = Membership.from_db("default", MEMBERSHIP, [*row[5:12], None, None])
    found.user = User.from_db("default", PERSON, [*row[12:16], True])
    found.organization = Organization.from_db("default", HOME, row[16:])
    return found


def _actor(row: tuple[Any, ...], membership: Membership, request: HttpRequest) -> Actor:
    given = None if row[3] is None else json.loads(row[3])
    powers = token_powers(membership, given)
    # "Everything I may do" is spelled out.
    scopes = [scope for scope in SCOPE_POWERS if SCOPE_POWERS[scope] & powers] if given is None else given
    return Actor(
        kind=ActorKind.TOKEN,
        key=row[1],
        name=row[2],
        organization=membership.organization,
        powers=powers,
        scopes=tuple(scopes),
        read_only=all(scope.endswith(":read") for scope in scopes),
        membership=membership,
        address=getattr(request, "client_address", ""),
        request_id=getattr(request, "request_id", ""),
    )
