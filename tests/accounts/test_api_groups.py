"""`/api/v1/groups`: groups, who is in them, and changing them."""

from typing import Any

import pytest

from accounts import grouping
from accounts.models import Group, Record, User
from robots import switches
from robots.models import Robot
from tests.cast import Cast
from tests.tokens.conftest import call, is_problem, personal

GROUPS = "/api/v1/groups"


def everyone(cast: Cast) -> str:
    """The built-in group's address."""
    return f"{GROUPS}/{Group.objects.get(organization=cast.home, is_everyone=True).public_id}"


def test_groups_are_listed(cast: Cast) -> None:
    items = call(GROUPS, personal(cast, "olga", ["groups:read"])).json()["items"]
    assert [(row["name"], row["is_everyone"]) for row in items] == [
        ("Everyone", True),
        ("Site cameras", False),
    ]


def test_a_group_has_people_and_robots(cast: Cast, queries: Any) -> None:
    value, where = personal(cast, "olga"), f"{GROUPS}/{cast.group.public_id}"
    before = queries(lambda: call(where, value))
    grouping.set_people(cast.actor("olga"), cast.group.public_id, [cast.users["mia"].public_id])
    switches.set_groups(cast.actor("olga"), cast.robby.public_id, [cast.group.public_id])
    told = call(where, value).json()
    assert told["people"] == [{"id": cast.users["mia"].public_id, "name": "Mia"}]
    assert told["robots"] == [{"id": cast.robby.public_id, "name": "Robby"}]
    assert queries(lambda: call(where, value)) == before


def test_everyone_holds_people_only_and_no_address(cast: Cast) -> None:
    User.objects.filter(pk=cast.users["mia"].pk).update(name="")
    answer = call(everyone(cast), personal(cast, "olga"))
    assert len(answer.json()["people"]) == 6 and answer.json()["robots"] == []
    assert "@" not in answer.content.decode()


def test_a_robot_with_the_scopes_makes_changes_and_deletes(cast: Cast, token_for: Any) -> None:
    Robot.objects.filter(pk=cast.robby.pk).update(scopes=["groups:read", "groups:write"])
    robby = token_for(cast.robby_values)
    made = call(GROUPS, robby, "post", {"name": "Auditors"})
    assert made.status_code == 201 and made.json()["description"] == ""
    where = f"{GROUPS}/{made.json()['id']}"
    changed = call(where, robby, "patch", {"description": "They look"}).json()
    assert (changed["name"], changed["description"]) == ("Auditors", "They look")
    assert call(where, robby, "delete").status_code == 204
    is_problem(call(where, robby), 404)
    types = Record.objects.filter(actor_kind="robot").order_by("seq").values_list("type", flat=True)
    assert list(types) == ["group.created", "group.updated", "group.deleted"]


def test_the_same_key_makes_one_group(cast: Cast) -> None:
    value = personal(cast, "olga")
    sent = {"headers": {"Authorization": f"Bearer {value}", "Idempotency-Key": "k"}}
    first, second = (call(GROUPS, "", "post", {"name": "Auditors"}, **sent) for _n in range(2))
    assert first.json() == second.json() and second.headers["Idempotency-Replayed"] == "true"
    assert Group.objects.filter(name="Auditors").count() == 1


def test_a_name_is_taken_once(cast: Cast) -> None:
    value = personal(cast, "olga")
    is_problem(call(GROUPS, value, "post", {"name": "Site cameras"}), 409, "not_possible")
    other = call(GROUPS, value, "post", {"name": "Auditors"}).json()["id"]
    is_problem(call(f"{GROUPS}/{other}", value, "patch", {"name": "Site cameras"}), 409, "not_possible")


@pytest.mark.parametrize(("method", "body"), [("patch", {"name": "x"}), ("delete", None)])
def test_everyone_is_not_changed(cast: Cast, method: str, body: Any) -> None:
    is_problem(call(everyone(cast), personal(cast, "olga"), method, body), 409, "not_possible")


def test_others_are_refused_by_the_name_of_the_scope(cast: Cast) -> None:
    told = is_problem(call(GROUPS, personal(cast, "olga", ["work:read"])), 403, "not_allowed")
    assert told["scopes"] == ["groups:read"]
    reader = personal(cast, "olga", ["groups:read"])
    told = is_problem(call(GROUPS, reader, "post", {"name": "x"}), 403, "not_allowed")
    assert told["scopes"] == ["groups:write"]
    is_problem(call(GROUPS, personal(cast, "ada")), 403, "not_allowed")


def test_another_organizations_are_nowhere(cast: Cast) -> None:
    theirs, value = grouping.create(cast.actor("stan"), "Secret plans"), personal(cast, "olga")
    where = f"{GROUPS}/{theirs.public_id}"
    assert "Secret plans" not in call(GROUPS, value).content.decode()
    for answer in (
        call(where, value),
        call(where, value, "patch", {"name": "x"}),
        call(where, value, "delete"),
        call(f"{GROUPS}?after={theirs.public_id}", value),
    ):
        is_problem(answer, 404)


def test_pages_follow_each_other(cast: Cast, queries: Any) -> None:
    value = personal(cast, "olga")
    first = call(f"{GROUPS}?limit=1", value)
    assert 'rel="next"' in first.headers["Link"]
    rest = call(f"{GROUPS}?after={first.json()['next']}", value).json()
    assert [row["name"] for row in rest["items"]] == ["Site cameras"] and rest["next"] is None
    assert queries(lambda: call(GROUPS, value)) == queries(lambda: call(f"{GROUPS}?limit=1", value))


@pytest.mark.parametrize(
    "body", [{}, {"name": ""}, {"name": "a\nb"}, {"name": 1}, {"name": "x", "people": []}]
)
def test_bad_input_is_named(cast: Cast, body: Any) -> None:
    is_problem(call(GROUPS, personal(cast, "olga"), "post", body), 422, "invalid")
