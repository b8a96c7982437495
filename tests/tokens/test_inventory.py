"""`GET /api/v1/tokens`: metadata for automation, without hints, a page at a time."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Membership
from robots.models import Robot
from tests.cast import Cast
from tests.tokens.conftest import call, is_problem, personal
from tokens.models import PersonalToken

TOKENS = "/api/v1/tokens"


def test_a_token_of_somebody_who_manages_people_lists_everybodys(cast: Cast) -> None:
    personal(cast, "ada", ["work:read"])
    value = personal(cast, "olga", ["people:write"])
    answer = call(TOKENS, value)
    first, second = answer.json()["items"]
    assert (first["name"], first["state"], first["scopes"]) == ("ada's", "active", ["work:read"])
    assert first["person"] == {"id": cast.users["ada"].public_id, "name": "Ada"}
    assert second["id"] == PersonalToken.objects.latest("pk").public_id and answer.json()["next"] is None
    assert "gate_pat_" not in answer.content.decode()


def test_a_robot_with_the_scope_may_list(cast: Cast, token_for: Any) -> None:
    personal(cast, "ada")
    Robot.objects.filter(pk=cast.robby.pk).update(scopes=["people:write"])
    assert [row["name"] for row in call(TOKENS, token_for(cast.robby_values)).json()["items"]] == ["ada's"]


@pytest.mark.parametrize(
    ("who", "scopes"), [("olga", ["people:read", "work:write"]), ("ada", None), ("ada", ["people:write"])]
)
def test_others_are_refused_by_the_name_of_the_scope(cast: Cast, who: str, scopes: Any) -> None:
    told = is_problem(call(TOKENS, personal(cast, who, scopes)), 403, "not_allowed")
    assert told["power"] == "MANAGE_PEOPLE" and told["scopes"] == ["people:write"]


def test_a_read_only_robot_is_refused(cast: Cast, token_for: Any) -> None:
    Robot.objects.filter(pk=cast.reader.pk).update(scopes=["people:write"])
    is_problem(call(TOKENS, token_for(cast.reader_values)), 403, "not_allowed")


def test_states_are_told_apart(cast: Cast) -> None:
    value = personal(cast, "olga")
    for name in ("ada", "carl", "carl", "carl"):
        personal(cast, name)
    now = timezone.now()
    of_carl = list(PersonalToken.objects.filter(membership__user=cast.users["carl"]).order_by("pk"))
    for token, change in zip(
        of_carl,
        [
            {"expires_at": now - timedelta(days=1)},
            {"revoked_at": now},
            {"revoked_at": now - timedelta(days=91)},
        ],
        strict=True,
    ):
        PersonalToken.objects.filter(pk=token.pk).update(**change)
    Membership.objects.filter(user=cast.users["ada"]).update(api_access=False)
    states = [row["state"] for row in call(TOKENS, value).json()["items"]]
    assert states == ["active", "stopped", "expired", "revoked"]


def test_pages_follow_each_other(cast: Cast, queries: Any) -> None:
    value = personal(cast, "olga")
    for _n in range(4):
        personal(cast, "ada")
    seen, after = [], ""
    while after is not None:
        answer = call(f"{TOKENS}?limit=2&after={after}", value)
        seen += [row["id"] for row in answer.json()["items"]]
        after = answer.json()["next"]
        assert ("Link" in answer.headers) == (after is not None)
    assert seen == list(PersonalToken.objects.order_by("pk").values_list("public_id", flat=True))
    assert queries(lambda: call(TOKENS, value)) == queries(lambda: call(f"{TOKENS}?limit=1", value))


def test_another_organizations_are_nowhere(cast: Cast) -> None:
    personal(cast, "stan")
    theirs = PersonalToken.objects.get()
    value = personal(cast, "olga")
    assert theirs.public_id not in call(TOKENS, value).content.decode()
    is_problem(call(f"{TOKENS}?after={theirs.public_id}", value), 404)
    is_problem(call(f"{TOKENS}?after=%00", value), 400)
    is_problem(call(f"{TOKENS}?limit=0", value), 422, "invalid")
    is_problem(call(TOKENS, value, "post", {}), 405)
