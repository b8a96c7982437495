"""What a person changes about themselves: name, language, time zone."""

import functools
import zoneinfo

from accounts.events import EventType, action, record
from accounts.models import Membership, User
from accounts.permissions import Actor, ActorKind

REGIONS = frozenset("Africa America Antarctica Arctic Asia Atlantic Australia Europe Indian Pacific".split())


@functools.cache
def zones() -> list[tuple[str, list[tuple[str, str]]]]:
    """(region, [(zone, place)]) of every time zone this machine knows."""
    regions: dict[str, list[tuple[str, str]]] = {}
    for zone in sorted(zoneinfo.available_timezones()):
        region, _slash, place = zone.partition("/")
        if place and region in REGIONS:
            regions.setdefault(region, []).append((zone, place.replace("_", " ").replace("/", ", ")))
    return list(regions.items())


def update(user: User, *, name: str, language: str, time_zone: str, request_id: str = "") -> None:
    """Save them; a new name is recorded wherever the person is active, the rest is nobody's business but theirs."""
    with action(Actor(ActorKind.PERSON, user.public_id, str(user), request_id=request_id)):
        locked = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        User.objects.filter(pk=user.pk).update(name=name, language=language, time_zone=time_zone)
        if locked.name != name:
            for row in Membership.objects.current().filter(user=user).select_related("organization"):
                record(
                    EventType.PERSON_UPDATED,
                    locked,
                    organization=row.organization,
                    changes={"name": [locked.name, name]},
                )
