"""Who may do what: the tables of the design's powers page as code, and the one place where they are asked.

Powers are computed at use: a switch flipped a second ago already counts. Code asks `actor.can(Power.X)`,
never for a role or a kind. Rules about people managing people: accounts/ranks.py.
"""

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from accounts.models import Membership, Organization, Role, User


class Power(StrEnum):
    """What can be allowed or not."""

    VIEW_ORGANIZATION = "VIEW_ORGANIZATION"
    READ_WORK = "READ_WORK"
    WRITE_WORK = "WRITE_WORK"
    ALL_WORKSPACES = "ALL_WORKSPACES"
    MANAGE_WORKSPACES = "MANAGE_WORKSPACES"
    MANAGE_PEOPLE = "MANAGE_PEOPLE"
    READ_GROUPS = "READ_GROUPS"
    MANAGE_GROUPS = "MANAGE_GROUPS"
    APPOINT_ADMINISTRATORS = "APPOINT_ADMINISTRATORS"
    APPOINT_CO_OWNERS = "APPOINT_CO_OWNERS"
    TRANSFER_OWNERSHIP = "TRANSFER_OWNERSHIP"
    READ_ROBOTS = "READ_ROBOTS"
    WRITE_ROBOT_ACCOUNTS = "WRITE_ROBOT_ACCOUNTS"
    MANAGE_ROBOTS = "MANAGE_ROBOTS"
    READ_WEBHOOKS = "READ_WEBHOOKS"
    WRITE_OWN_WEBHOOKS = "WRITE_OWN_WEBHOOKS"
    MANAGE_WEBHOOKS = "MANAGE_WEBHOOKS"
    MANAGE_CONNECT = "MANAGE_CONNECT"
    MANAGE_ORGANIZATION = "MANAGE_ORGANIZATION"
    READ_RECORD = "READ_RECORD"
    USE_API = "USE_API"


P = Power
_EVERYONE = {P.VIEW_ORGANIZATION, P.READ_WORK, P.WRITE_WORK}
_PEOPLE = {P.MANAGE_PEOPLE, P.MANAGE_GROUPS, P.READ_GROUPS}
_ADMINISTRATOR = _EVERYONE | _PEOPLE | {P.ALL_WORKSPACES, P.MANAGE_WORKSPACES}
_ROBOTS = {P.MANAGE_ROBOTS, P.READ_ROBOTS, P.WRITE_ROBOT_ACCOUNTS}
_WEBHOOKS = {P.MANAGE_WEBHOOKS, P.READ_WEBHOOKS, P.WRITE_OWN_WEBHOOKS}
_CO_OWNER = (
    _ADMINISTRATOR
    | _ROBOTS
    | _WEBHOOKS
    | {P.APPOINT_ADMINISTRATORS, P.MANAGE_CONNECT, P.MANAGE_ORGANIZATION, P.READ_RECORD, P.USE_API}
)
_OWNER = _CO_OWNER | {P.APPOINT_CO_OWNERS, P.TRANSFER_OWNERSHIP}

ROLE_POWERS: dict[str, frozenset[Power]] = {
    "owner": frozenset(_OWNER),
    Role.CO_OWNER: frozenset(_CO_OWNER),
    Role.ADMINISTRATOR: frozenset(_ADMINISTRATOR),
    Role.MEMBER: frozenset(_EVERYONE),
}

SCOPE_POWERS: dict[str, frozenset[Power]] = {
    "work:read": frozenset({P.READ_WORK, P.ALL_WORKSPACES}),
    "work:write": frozenset({P.WRITE_WORK, P.MANAGE_WORKSPACES, P.ALL_WORKSPACES}),
    "people:read": frozenset({P.VIEW_ORGANIZATION}),
    "people:write": frozenset({P.MANAGE_PEOPLE}),
    "groups:read": frozenset({P.READ_GROUPS}),
    "groups:write": frozenset({P.MANAGE_GROUPS}),
    "robots:read": frozenset({P.READ_ROBOTS}),
    "robots:write": frozenset({P.WRITE_ROBOT_ACCOUNTS}),
    "webhooks:read": frozenset({P.READ_WEBHOOKS}),
    "webhooks:write": frozenset({P.WRITE_OWN_WEBHOOKS}),
    "record:read": frozenset({P.READ_RECORD}),
}
# Names of the same scopes in other systems.
SCOPE_ALIASES: dict[str, tuple[str, ...]] = {
    f"PM.{theirs}{ending}": scopes
    for theirs, ours in {"RobotAccount": "robots", "Group": "groups", "Audit": "record"}.items()
    for ending, scopes in {
        ".Read": (f"{ours}:read",),
        ".Write": (f"{ours}:write",),
        "": (f"{ours}:read", f"{ours}:write"),
    }.items()
    if all(scope in SCOPE_POWERS for scope in scopes)
}
SCOPE_ALIASES["PM.Audit"] = ("record:read",)

# Never in a machine's hands, whatever its scopes. USE_API stays: robots and tokens may read the API documents.
CLOSED_TO_MACHINES = frozenset(
    {
        P.MANAGE_ROBOTS,
        P.MANAGE_WEBHOOKS,
        P.MANAGE_CONNECT,
        P.MANAGE_ORGANIZATION,
        P.APPOINT_ADMINISTRATORS,
        P.APPOINT_CO_OWNERS,
        P.TRANSFER_OWNERSHIP,
    }
)
ROBOT_SCOPES = ("work:read", "work:write", "people:read")


class ActorKind(StrEnum):
    """What acts."""

    PERSON = "person"
    ROBOT = "robot"
    TOKEN = "token"  # noqa: S105
    OPERATOR = "operator"
    TIMETABLE = "timetable"
    VISITOR = "visitor"


@dataclass(frozen=True)
class Actor:
    """Whoever acts, in one organization or none: pages, tokens and robots all become one of these."""

    kind: ActorKind
    key: str
    name: str
    organization: Organization | None = None
    powers: frozenset[Power] = frozenset()
    # What the credential was given, in our names; () for people on pages.
    scopes: tuple[str, ...] = ()
    read_only: bool = False
    membership: Membership | None = field(default=None, compare=False)
    address: str = ""
    request_id: str = ""

    def can(self, power: Power) -> bool:
        """Whether this actor has `power` now."""
        return power in self.powers

    @property
    def home(self) -> Organization:
        """The actor's organization, where there must be one. Raises Refused for visitors, operators and the timetable."""
        if self.organization is None:
            raise Refused(Power.VIEW_ORGANIZATION, self)
        return self.organization

    @property
    def user(self) -> User | None:
        """The person behind it, if there is one."""
        return self.membership.user if self.membership else None


class Refused(PermissionDenied):
    """An insider without the power: 403. `power` is named at the end of the refusal; any of `others` would have done, too."""

    def __init__(self, power: Power, actor: Actor, *others: Power) -> None:
        super().__init__(power.value)
        self.power = power
        self.actor = actor
        self.others = others


VISITOR = Actor(ActorKind.VISITOR, "", "visitor")
TIMETABLE = Actor(ActorKind.TIMETABLE, "", "timetable")
OPERATOR = Actor(ActorKind.OPERATOR, "", "operator")


def person_powers(membership: Membership) -> frozenset[Power]:
    """The powers of a person in an organization, from role and ticked permissions; none once gone."""
    if membership.retired_at or membership.deactivated_at or not membership.user.is_active:
        return frozenset()
    powers = ROLE_POWERS["owner" if membership.is_owner else membership.role]
    if membership.manage_people:
        powers |= _PEOPLE
    if membership.api_access:
        powers |= {P.USE_API}
    return powers


def scopes_to_powers(scopes: Iterable[str]) -> frozenset[Power]:
    """All that these scopes open."""
    opened: frozenset[Power] = frozenset()
    return opened.union(*(SCOPE_POWERS.get(scope, frozenset()) for scope in scopes))


def expand_aliases(names: Iterable[str]) -> list[str]:
    """Our names for scopes asked for under ours or other systems' names; unknown ones stay as they are."""
    return list(dict.fromkeys(ours for name in names for ours in SCOPE_ALIASES.get(name, (name,))))


def readable(scopes: Iterable[str]) -> tuple[str, ...]:
    """What read-only leaves of them."""
    return tuple(scope for scope in scopes if scope.endswith(":read"))


def robot_scopes(further: Iterable[str], read_only: bool) -> tuple[str, ...]:
    """Everything a robot has: the base set, what an owner ticked, and only `…:read` of both if read-only."""
    scopes = tuple(dict.fromkeys((*ROBOT_SCOPES, *(scope for scope in further if scope in SCOPE_POWERS))))
    return readable(scopes) if read_only else scopes


@functools.lru_cache(maxsize=1024)
def machine_powers(scopes: tuple[str, ...]) -> frozenset[Power]:
    """What a credential with these scopes may do at most; reading the API documents is always in."""
    return (scopes_to_powers(scopes) | {P.USE_API}) - CLOSED_TO_MACHINES


def token_powers(membership: Membership, scopes: Iterable[str] | None) -> frozenset[Power]:
    """A personal token's powers: its person's now, narrowed by its scopes (None: everything I may do)."""
    held = person_powers(membership)
    if scopes is None:
        return held - CLOSED_TO_MACHINES
    return held & machine_powers(tuple(scopes))


def person_actor(membership: Membership, *, address: str = "", request_id: str = "") -> Actor:
    """The Actor of a person on pages."""
    return Actor(
        kind=ActorKind.PERSON,
        key=membership.user.public_id,
        name=str(membership.user),
        organization=membership.organization,
        powers=person_powers(membership),
        membership=membership,
        address=address,
        request_id=request_id,
    )


def request_actor(request: HttpRequest, slug: str) -> Actor:
    """The signed-in person in the organization of this address. Raises Http404 for strangers."""
    # Imported here: the policy's verbs lie above this module.
    from accounts.second_factor import with_factor

    membership = (
        with_factor(Membership.objects.current())
        .select_related("organization", "user")
        .filter(organization__slug=slug, user=request.user.pk)
        .first()
    )
    if membership is None:
        raise Http404
    return person_actor(
        membership,
        address=getattr(request, "client_address", ""),
        request_id=getattr(request, "request_id", ""),
    )


class ActorRequest(HttpRequest):
    """A request that went through @requires or the machine door: it has an actor."""

    actor: Actor


def _entered(request: HttpRequest, actor: Actor) -> HttpResponseBase | None:
    """Where somebody is sent first whom the organization asks for a second factor (docs/decisions/0011)."""
    from accounts.second_factor import is_missing

    if actor.membership is None or not is_missing(actor.membership):
        return None
    return redirect(f"{reverse('accounts:security')}?{urlencode({'needed': actor.home.slug})}")


def _remembered(request: HttpRequest, actor: Actor, response: HttpResponseBase) -> HttpResponseBase:
    """The answer, with a cookie that lets pages of no organization keep this one in the top bar (accounts/context.py)."""
    if request.COOKIES.get("organization") != actor.home.slug:
        secure = settings.SESSION_COOKIE_SECURE
        response.set_cookie("organization", actor.home.slug, httponly=True, secure=secure, samesite="Lax")
    return response


def requires(
    power: Power, *, asks_factor: bool = True
) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Put on every view below `/o/<org>/`: makes `request.actor`; a stranger gets 404, an insider without `power` 403.

    The view is called without the slug. `view.power` is what tests/test_access.py reads. `asks_factor=False`: the second
    factor's policy does not close this page (leaving).
    """

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @functools.wraps(view)
        def guarded(request: HttpRequest, org: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            actor = request_actor(request, org)
            request.actor = actor  # type: ignore[attr-defined]
            if asks_factor and (elsewhere := _entered(request, actor)) is not None:
                return elsewhere
            if not actor.can(power):
                raise Refused(power, actor)
            return _remembered(request, actor, view(request, *args, **kwargs))

        guarded.power = power  # type: ignore[attr-defined]
        return guarded

    return decorate
