"""Personal access tokens by the key under which they did something: what they may do now."""

from collections.abc import Collection

from accounts.models import Membership, Organization
from accounts.permissions import Actor, ActorKind, Power, person_powers, token_powers
from tokens.models import PersonalToken

Key = tuple[str, str]


def actors_of(home: Organization, keys: Collection[Key]) -> dict[Key, Actor]:
    """The living ones among `keys` (kind, public id) whose person may use the API; at most one query."""
    wanted = {key for kind, key in keys if kind == ActorKind.TOKEN}
    current = Membership.objects.current()
    rows = PersonalToken.objects.living().filter(
        organization=home, public_id__in=wanted, membership__in=current
    )
    found = {}
    for token in rows.select_related("membership__user", "membership__organization") if wanted else ():
        if Power.USE_API in person_powers(token.membership):
            found[(ActorKind.TOKEN.value, token.public_id)] = Actor(
                kind=ActorKind.TOKEN,
                key=token.public_id,
                name=token.name,
                organization=home,
                powers=token_powers(token.membership, token.scopes),
                membership=token.membership,
            )
    return found
