"""The verbs of a personal access token's life."""

from collections.abc import Sequence
from datetime import datetime

from accounts.events import EventType, action, record
from accounts.permissions import Actor, Power, Refused
from accounts.sealing import fingerprint, hint, new_secret
from tokens.models import PersonalToken

PREFIX = "gate_pat_"


def create(
    actor: Actor,
    name: str,
    scopes: Sequence[str] | None,
    expires_at: datetime | None,
    creation_key: str | None = None,
) -> tuple[PersonalToken, str]:
    """A token of the acting person's own and its value, which nobody sees again. Raises Refused without USE_API."""
    if actor.membership is None or not actor.can(Power.USE_API):
        raise Refused(Power.USE_API, actor)
    value = new_secret(PREFIX)
    with action(actor):
        made = PersonalToken.objects.create(
            organization=actor.home,
            membership=actor.membership,
            name=name,
            fingerprint=fingerprint(value),
            hint=hint(value),
            scopes=None if scopes is None else list(scopes),
            expires_at=expires_at,
            creation_key=creation_key,
        )
        record(EventType.TOKEN_CREATED, made, changes={"name": name, "scopes": made.scopes})
    return made, value
