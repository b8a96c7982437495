"""Who may do what to whom: the design's powers page as a table, asked of the whole cast."""

from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone

from accounts import ranks
from accounts.models import Membership, Organization, Role
from accounts.permissions import (
    CLOSED_TO_MACHINES,
    Actor,
    ActorKind,
    Power,
    machine_powers,
    person_actor,
    person_powers,
    token_powers,
)
from tests.cast import Cast

PEOPLE = ("olga", "carl", "adam", "mike", "mia", "ada")


def token_of(cast: Cast, name: str, scopes: tuple[str, ...] | None = None) -> Actor:
    """That person's own personal access token."""
    membership = cast.membership(name)
    powers = token_powers(membership, scopes)
    return replace(cast.actor(name), kind=ActorKind.TOKEN, powers=powers, scopes=scopes or ())


def robot(cast: Cast, *scopes: str) -> Actor:
    return Actor(ActorKind.ROBOT, "r", "Robby", cast.home, machine_powers(scopes), scopes)


def allowed(rule: Any, actor: Actor, cast: Cast, *more: Any) -> set[str]:
    """Whose membership the rule lets the actor touch."""
    return {name for name in (*PEOPLE, "stan") if rule(actor, cast.membership(name), *more)}


# ---------- the table of powers ----------

POWERS: dict[Power, str] = {
    Power.VIEW_ORGANIZATION: "olga carl adam mike mia ada",
    Power.READ_WORK: "olga carl adam mike mia ada",
    Power.WRITE_WORK: "olga carl adam mike mia ada",
    Power.ALL_WORKSPACES: "olga carl adam",
    Power.MANAGE_WORKSPACES: "olga carl adam",
    Power.MANAGE_PEOPLE: "olga carl adam mike",
    Power.MANAGE_GROUPS: "olga carl adam mike",
    Power.READ_GROUPS: "olga carl adam mike",
    Power.APPOINT_ADMINISTRATORS: "olga carl",
    Power.APPOINT_CO_OWNERS: "olga",
    Power.TRANSFER_OWNERSHIP: "olga",
    Power.MANAGE_ROBOTS: "olga carl",
    Power.READ_ROBOTS: "olga carl",
    Power.WRITE_ROBOT_ACCOUNTS: "olga carl",
    Power.MANAGE_WEBHOOKS: "olga carl",
    Power.READ_WEBHOOKS: "olga carl",
    Power.WRITE_OWN_WEBHOOKS: "olga carl",
    Power.MANAGE_CONNECT: "olga carl",
    Power.MANAGE_ORGANIZATION: "olga carl",
    Power.READ_RECORD: "olga carl",
    Power.USE_API: "olga carl ada",
}


def test_the_table_knows_every_power() -> None:
    assert set(POWERS) == set(Power)


@pytest.mark.parametrize("power", Power)
def test_a_power_is_held_by_those_in_its_row(cast: Cast, power: Power) -> None:
    assert {name for name in PEOPLE if cast.actor(name).can(power)} == set(POWERS[power].split())


def test_an_administrator_never_manages_robots_whatever_is_ticked(cast: Cast) -> None:
    Membership.objects.filter(user=cast.users["adam"]).update(api_access=True, manage_people=True)
    assert not cast.actor("adam").can(Power.MANAGE_ROBOTS) and cast.actor("adam").can(Power.USE_API)


@pytest.mark.parametrize("gone", ["deactivated_at", "retired_at"])
def test_who_has_left_has_no_power(cast: Cast, gone: str) -> None:
    membership = cast.membership("carl")
    setattr(membership, gone, timezone.now())
    assert person_powers(membership) == frozenset()
    assert allowed(ranks.may_manage, person_actor(membership), cast) == set()


def test_ownership_is_one_column_and_the_former_owner_a_co_owner(cast: Cast) -> None:
    Organization.objects.filter(pk=cast.home.pk).update(owner=cast.users["adam"])
    assert cast.actor("adam").can(Power.TRANSFER_OWNERSHIP) and cast.membership("adam").role_label == "Owner"
    assert (
        not cast.actor("olga").can(Power.TRANSFER_OWNERSHIP)
        and cast.membership("olga").role_label == "Co-owner"
    )
    assert cast.actor("olga").can(Power.MANAGE_ROBOTS)


# ---------- people are managed downwards ----------

MANAGED = {
    "olga": "carl adam mike mia ada",
    "carl": "adam mike mia ada",
    "adam": "mike mia ada",
    "mike": "mia ada",
    "mia": "",
    "ada": "",
    "stan": "",
}


@pytest.mark.parametrize("name", MANAGED)
def test_people_are_managed_downwards(cast: Cast, name: str) -> None:
    assert allowed(ranks.may_manage, cast.actor(name), cast) == set(MANAGED[name].split())


@pytest.mark.parametrize("name", MANAGED)
def test_api_access_may_be_ticked_for_whom_one_may_manage(cast: Cast, name: str) -> None:
    assert allowed(ranks.may_tick_api_access, cast.actor(name), cast) == set(MANAGED[name].split())


@pytest.mark.parametrize("name", MANAGED)
def test_user_management_is_ticked_by_administrators_and_above_only(cast: Cast, name: str) -> None:
    wanted = set(MANAGED[name].split()) if name in ("olga", "carl", "adam") else set()
    assert allowed(ranks.may_tick_manage_people, cast.actor(name), cast) == wanted


def test_one_with_user_management_never_touches_another_one(cast: Cast) -> None:
    Membership.objects.filter(user=cast.users["mia"]).update(manage_people=True)
    assert allowed(ranks.may_manage, cast.actor("mike"), cast) == {"ada"}
    assert allowed(ranks.may_manage, cast.actor("mia"), cast) == {"ada"}


def test_user_management_lifts_no_administrator(cast: Cast) -> None:
    Membership.objects.filter(user=cast.users["adam"]).update(manage_people=True)
    assert allowed(ranks.may_manage, cast.actor("adam"), cast) == {"mike", "mia", "ada"}


ROLES = {
    "olga": {Role.CO_OWNER, Role.ADMINISTRATOR, Role.MEMBER},
    "carl": {Role.ADMINISTRATOR, Role.MEMBER},
    "adam": {Role.MEMBER},
    "mike": {Role.MEMBER},
    "mia": set(),
    "ada": set(),
}


@pytest.mark.parametrize("name", ROLES)
def test_a_role_is_given_only_by_someone_above_it(cast: Cast, name: str) -> None:
    actor = cast.actor(name)
    assert {role for role in Role if ranks.may_give_role(actor, role)} == ROLES[name]
    for role in Role:
        wanted = set(MANAGED[name].split()) if role in ROLES[name] else set()
        assert allowed(ranks.may_change_role, actor, cast, role) == wanted


def test_nobody_gives_the_role_of_owner(cast: Cast) -> None:
    assert "owner" not in Role.values


@pytest.mark.parametrize("name", PEOPLE)
def test_nobody_changes_their_own_role_or_permissions(cast: Cast, name: str) -> None:
    actor, own = cast.actor(name), cast.membership(name)
    assert not ranks.may_manage(actor, own) and not ranks.may_tick_api_access(actor, own)
    assert not ranks.may_tick_manage_people(actor, own)
    assert not any(ranks.may_change_role(actor, own, role) for role in Role)


def test_the_owner_is_managed_by_nobody(cast: Cast) -> None:
    for name in PEOPLE:
        assert not ranks.may_manage(cast.actor(name), cast.membership("olga"))


def test_people_of_another_organization_are_out_of_reach(cast: Cast) -> None:
    for name in PEOPLE:
        assert not ranks.may_manage(cast.actor(name), cast.membership("stan"))
        assert not ranks.may_revoke_token_of(cast.actor(name), cast.membership("stan"))


# ---------- tokens ----------

REVOKED = {
    "olga": "olga carl adam mike mia ada",
    "carl": "carl adam mike mia ada",
    "adam": "adam mike mia ada",
    "mike": "adam mike mia ada",
    "mia": "mia",
    "ada": "ada",
    "stan": "stan",
}


@pytest.mark.parametrize("name", REVOKED)
def test_whose_tokens_one_may_end(cast: Cast, name: str) -> None:
    assert allowed(ranks.may_revoke_token_of, cast.actor(name), cast) == set(REVOKED[name].split())


def test_one_co_owner_does_not_end_anothers_tokens(cast: Cast) -> None:
    Membership.objects.filter(user=cast.users["adam"]).update(role=Role.CO_OWNER)
    assert not ranks.may_revoke_token_of(cast.actor("carl"), cast.membership("adam"))
    assert ranks.may_revoke_token_of(cast.actor("olga"), cast.membership("adam"))


# ---------- machines ----------


def test_a_token_manages_at_most_as_one_with_user_management(cast: Cast) -> None:
    for name, wanted in {
        "olga": "mia ada",
        "carl": "mia ada",
        "adam": "mia ada",
        "mike": "mia ada",
        "mia": "",
    }.items():
        assert allowed(ranks.may_manage, token_of(cast, name), cast) == set(wanted.split())


def test_a_robot_with_people_write_manages_plain_members_only(cast: Cast) -> None:
    assert allowed(ranks.may_manage, robot(cast, "people:write"), cast) == {"mia", "ada"}
    assert allowed(ranks.may_manage, robot(cast, "people:read", "work:write"), cast) == set()


@pytest.mark.parametrize("kind", ["token", "robot"])
def test_machines_tick_nothing_appoint_nobody_and_end_no_tokens(cast: Cast, kind: str) -> None:
    actor = token_of(cast, "olga") if kind == "token" else robot(cast, "people:write")
    assert allowed(ranks.may_tick_api_access, actor, cast) == set()
    assert allowed(ranks.may_tick_manage_people, actor, cast) == set()
    assert allowed(ranks.may_revoke_token_of, actor, cast) == set()
    assert {role for role in Role if ranks.may_give_role(actor, role)} == {Role.MEMBER}


@pytest.mark.parametrize("power", sorted(CLOSED_TO_MACHINES))
def test_what_is_closed_to_machines_is_closed_whatever_the_scopes(cast: Cast, power: Power) -> None:
    from accounts.permissions import SCOPE_POWERS

    assert not token_of(cast, "olga").can(power)
    assert not token_of(cast, "olga", tuple(SCOPE_POWERS)).can(power)
    assert not robot(cast, *SCOPE_POWERS).can(power)


def test_a_token_never_has_more_than_its_person(cast: Cast) -> None:
    from accounts.permissions import SCOPE_POWERS

    for name in PEOPLE:
        for scopes in (None, tuple(SCOPE_POWERS), ("work:write",), ()):
            assert token_of(cast, name, scopes).powers <= cast.actor(name).powers
