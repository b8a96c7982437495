"""A robot's access token at the API: one indexed query, decided at use."""

import json
from typing import Any

from django.db import connection
from django.http import HttpRequest
from django.utils import timezone

from accounts import statements
from accounts.models import Organization
from accounts.permissions import Actor, ActorKind, machine_powers, robot_scopes
from accounts.usage import note_use
from robots.models import Robot, Secret
from robots.networks import is_allowed
from robots.oauth import checksum

FIND_TOKEN = """
SELECT t.scope, s.id, r.id, r.public_id, r.name, r.scopes, r.read_only, r.networks,
  o.id, o.public_id, o.slug, o.name, o.owner_id, o.robot_requests_a_minute
FROM robots_accesstoken t
JOIN robots_secret s ON s.id = t.secret_id
JOIN robots_robot r ON r.id = t.robot_id
JOIN accounts_organization o ON o.id = r.organization_id
WHERE t.token_checksum = %s AND t.expires > %s AND s.ended_at IS NULL AND (s.dies_at IS NULL OR s.dies_at > %s)
  AND r.retired_at IS NULL AND r.switched_off_at IS NULL
"""  # noqa: S105
# What of the organization the answer above holds; the rest is read when asked for.
HOME = ("id", "public_id", "slug", "name", "owner_id", "robot_requests_a_minute")


class WrongAddress(Exception):
    """A valid token, used from an address that the robot's allow-list does not hold."""


def find(token: str, request: HttpRequest) -> Actor | None:
    """The robot whose living token this is, with what it may do now; None for anything else. Notes the use.

    Raises WrongAddress when the robot's allow-list does not hold the caller.
    """
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    row = statements.row(FIND_TOKEN, [checksum(token), now, now])
    if row is None:
        return None
    if not is_allowed(json.loads(row[7]), getattr(request, "client_address", "")):
        raise WrongAddress
    note_use(request, (Robot, row[2]), (Secret, row[1]))
    return _actor(row, request)


def _actor(row: tuple[Any, ...], request: HttpRequest) -> Actor:
    token_scope, _secret, _robot, public_id, name, further, read_only, _networks, *home = row
    # The token's scopes as far as the robot still has them: a switch flipped a second ago already counts.
    live = robot_scopes(json.loads(further), bool(read_only))
    scopes = tuple(scope for scope in token_scope.split() if scope in live)
    organization = Organization.from_db("default", HOME, home)
    return Actor(
        kind=ActorKind.ROBOT,
        key=public_id,
        name=name,
        organization=organization,
        powers=machine_powers(scopes),
        scopes=scopes,
        read_only=bool(read_only),
        address=getattr(request, "client_address", ""),
        request_id=getattr(request, "request_id", ""),
    )
