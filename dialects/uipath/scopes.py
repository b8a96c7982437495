"""Who may call: the scopes of that system stand for ours, either of two is enough, and the refusal is the recorded one."""

from collections.abc import Iterable

from django.http import HttpRequest
from ninja.security.base import AuthBase

from accounts.permissions import Actor, Power
from dialects.uipath import mounts

AREAS = {"robots": "PM.RobotAccount", "groups": "PM.Group", "record": "PM.Audit"}


class MissingScope(Exception):
    """Neither of the two scopes that would have opened it."""

    def __init__(self, actor: Actor, expected: tuple[str, ...]) -> None:
        self.granted, self.expected = theirs(actor.scopes), expected
        super().__init__()

    def __str__(self) -> str:
        either = " or ".join(f"'{scope}'" for scope in self.expected)
        # The space at the end is in the recorded answer, too.
        return f"Scope(s) '{','.join(self.granted)}' is(are) invalid. Expect to have {either}. "


class WrongPartition(Exception):
    """The organization that was named is not the credential's, or there is none of that id."""

    def __init__(self, named: str) -> None:
        self.named = named
        super().__init__()


def theirs(scopes: Iterable[str]) -> list[str]:
    """What that system calls the scopes: reading and writing together have one name; those it lacks keep ours."""
    held, told = list(scopes), []
    for scope in held:
        area, _, ending = scope.partition(":")
        name = AREAS.get(area)
        if name is None:
            told.append(scope)
        elif {f"{area}:read", f"{area}:write"} <= set(held):
            told.append(name)
        else:
            told.append(f"{name}.{ending.capitalize()}")
    return list(dict.fromkeys(told))


class Needs(AuthBase):
    """`auth=Needs(Power.X, "PM.…")` on every operation: the machine door made `request.actor`, this asks it."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __init__(self, power: Power | None = None, *expected: str) -> None:
        self.power, self.expected = power, expected
        super().__init__()

    def __call__(self, request: HttpRequest) -> Actor:
        """The actor. Raises WrongPartition, MissingScope."""
        actor: Actor = request.actor  # type: ignore[attr-defined]
        if elsewhere := mounts.leads_elsewhere(request.path_info, actor.home):
            raise WrongPartition(elsewhere)
        if self.power and not actor.can(self.power):
            raise MissingScope(actor, self.expected)
        return actor


def actor_in(request: HttpRequest, partition: str | None) -> Actor:
    """Who calls, in the partition that the call names (None or "": the credential's own). Raises WrongPartition."""
    actor: Actor = request.auth  # type: ignore[attr-defined]
    if partition and mounts.canonical(partition) != actor.home.public_id:
        raise WrongPartition(partition)
    return actor
