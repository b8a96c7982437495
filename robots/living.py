"""Robots by the key under which they did something: what they may do now."""

from collections.abc import Collection

from accounts.models import Organization
from accounts.permissions import Actor, ActorKind, machine_powers
from robots.models import Robot

Key = tuple[str, str]


def actors_of(home: Organization, keys: Collection[Key]) -> dict[Key, Actor]:
    """The working ones among `keys` (kind, public id), as Actors; one query, none if there is no robot among them."""
    wanted = {key for kind, key in keys if kind == ActorKind.ROBOT}
    rows = Robot.objects.filter(
        organization=home, public_id__in=wanted, retired_at=None, switched_off_at=None
    )
    found = {}
    for robot in rows if wanted else ():
        scopes = robot.all_scopes()
        found[(ActorKind.ROBOT.value, robot.public_id)] = Actor(
            kind=ActorKind.ROBOT,
            key=robot.public_id,
            name=robot.name,
            organization=home,
            powers=machine_powers(scopes),
            scopes=scopes,
            read_only=robot.read_only,
        )
    return found
