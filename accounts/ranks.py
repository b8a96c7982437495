"""People are managed downwards: who may change whom, give which role, end whose tokens (the design's powers page)."""

from accounts.models import Membership, Role
from accounts.permissions import Actor, ActorKind, Power

# A member with User management ranks between administrator and member; people:write machines rank with them.
OWNER, CO_OWNER, ADMINISTRATOR, MANAGER, MEMBER, NOBODY = 50, 40, 30, 20, 10, 0
ROLE_RANK = {Role.CO_OWNER: CO_OWNER, Role.ADMINISTRATOR: ADMINISTRATOR, Role.MEMBER: MEMBER}


def rank(membership: Membership) -> int:
    """A membership's rank, from its role and the permission that lifts it."""
    if membership.is_owner:
        return OWNER
    if membership.role == Role.MEMBER and membership.manage_people:
        return MANAGER
    return ROLE_RANK[Role(membership.role)]


def actor_rank(actor: Actor) -> int:
    """How high `actor` stands when it manages people; machines never above a manager."""
    if not actor.can(Power.MANAGE_PEOPLE):
        return NOBODY
    own = rank(actor.membership) if actor.membership else MANAGER
    return own if actor.kind == ActorKind.PERSON else min(own, MANAGER)


def is_self(actor: Actor, membership: Membership) -> bool:
    """Whether the membership is the actor's own, also when a token acts for it."""
    return actor.membership is not None and actor.membership.pk == membership.pk


def may_manage(actor: Actor, membership: Membership) -> bool:
    """Invite, change, deactivate, remove: only those who rank below, never oneself."""
    if is_self(actor, membership) or actor.organization is None:
        return False
    return membership.organization_id == actor.organization.pk and actor_rank(actor) > rank(membership)


def may_tick_api_access(actor: Actor, membership: Membership) -> bool:
    """Anyone with MANAGE_PEOPLE, for people they may manage; closed to machines."""
    return actor.kind == ActorKind.PERSON and may_manage(actor, membership)


def may_tick_manage_people(actor: Actor, membership: Membership) -> bool:
    """Administrators and above only; closed to machines."""
    return may_tick_api_access(actor, membership) and actor_rank(actor) >= ADMINISTRATOR


def may_give_role(actor: Actor, role: str) -> bool:
    """Only someone above a role gives it; machines give `member` alone."""
    if role == Role.MEMBER:
        return actor.can(Power.MANAGE_PEOPLE)
    if actor.kind != ActorKind.PERSON:
        return False
    return actor.can(
        Power.APPOINT_ADMINISTRATORS if role == Role.ADMINISTRATOR else Power.APPOINT_CO_OWNERS,
    )


def may_change_role(actor: Actor, membership: Membership, role: str) -> bool:
    """Both the person's present role and the new one must lie below the actor."""
    return may_manage(actor, membership) and may_give_role(actor, role)


def may_revoke_token_of(actor: Actor, membership: Membership) -> bool:
    """Your own always; the owner's only the owner; a co-owner's themselves or the owner; others' with MANAGE_PEOPLE."""
    if actor.kind != ActorKind.PERSON or actor.organization is None:
        return False
    if membership.organization_id != actor.organization.pk:
        return False
    if is_self(actor, membership):
        return True
    if membership.is_owner or not actor.can(Power.MANAGE_PEOPLE):
        return False
    if membership.role == Role.CO_OWNER:
        return actor_rank(actor) == OWNER
    return True
