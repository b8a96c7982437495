"""`GET /api/v1/people`: who belongs to the organization; addresses only for those who manage people."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Membership, User
from robots.models import Robot
from tests.cast import Cast
from tests.tokens.conftest import call, is_problem, personal

PEOPLE = "/api/v1/people"


def test_everybody_is_listed_with_role_and_state(cast: Cast) -> None:
    Membership.objects.filter(user=cast.users["mia"]).update(deactivated_at=timezone.now())
    items = call(PEOPLE, personal(cast, "olga", ["people:read"])).json()["items"]
    told = {row["name"]: (row["role"], row["active"]) for row in items}
    assert told == {
        "Olga": ("owner", True),
        "Carl": ("co-owner", True),
        "Adam": ("administrator", True),
        "Mia": ("member", False),
        "Mike": ("member", True),
        "Ada": ("member", True),
    }


def test_a_robot_reads_people_without_their_addresses(cast: Cast, token_for: Any) -> None:
    User.objects.filter(pk=cast.users["mia"].pk).update(name="")
    token, mia = token_for(cast.robby_values), cast.users["mia"].public_id
    told = {"id": mia, "name": "", "role": "member", "active": True, "email": None}
    assert call(f"{PEOPLE}/{mia}", token).json() == told
    assert "@" not in call(PEOPLE, token).content.decode()


def test_who_manages_people_sees_addresses(cast: Cast, token_for: Any) -> None:
    value, ada = personal(cast, "olga", ["people:read", "people:write"]), cast.users["ada"].public_id
    assert call(f"{PEOPLE}/{ada}", value).json()["email"] == "ada@halden.example"
    Robot.objects.filter(pk=cast.robby.pk).update(scopes=["people:write"])
    assert "ada@halden.example" in call(PEOPLE, token_for(cast.robby_values)).content.decode()


def test_without_the_scope_it_is_refused_by_name(cast: Cast) -> None:
    told = is_problem(call(PEOPLE, personal(cast, "olga", ["work:read"])), 403, "not_allowed")
    assert told["power"] == "VIEW_ORGANIZATION" and told["scopes"] == ["people:read"]


def test_pages_follow_each_other_also_behind_somebody_who_left(cast: Cast, queries: Any) -> None:
    value = personal(cast, "olga")
    first = call(f"{PEOPLE}?limit=2", value)
    assert 'rel="next"' in first.headers["Link"] and len(first.json()["items"]) == 2
    Membership.objects.filter(user__public_id=first.json()["next"]).update(retired_at=timezone.now())
    rest = call(f"{PEOPLE}?after={first.json()['next']}", value).json()
    assert [row["name"] for row in rest["items"]] == ["Adam", "Mia", "Mike", "Ada"] and rest["next"] is None
    assert queries(lambda: call(PEOPLE, value)) == queries(lambda: call(f"{PEOPLE}?limit=1", value))


def test_strangers_and_those_who_left_are_not_there(cast: Cast) -> None:
    value = personal(cast, "olga")
    Membership.objects.filter(user=cast.users["mia"]).update(retired_at=timezone.now())
    for somebody in (cast.users["stan"].public_id, cast.users["mia"].public_id, "nobody"):
        is_problem(call(f"{PEOPLE}/{somebody}", value), 404)
    is_problem(call(f"{PEOPLE}?after={cast.users['stan'].public_id}", value), 404)
    assert "Stan" not in call(PEOPLE, value).content.decode()


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", f"after={'x' * 65}"])
def test_bad_input_is_named(cast: Cast, query: str) -> None:
    is_problem(call(f"{PEOPLE}?{query}", personal(cast, "olga")), 422, "invalid")
