"""`/api/v1/groups`: groups, who is in them, and changing them."""

from typing import Any

import pytest

from accounts import grouping
from accounts.models import Group, Record, RecordDetails, User
from robots import actions as robots
from robots import switches
from robots.models import Robot
from tests.accounts.conftest import together
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


def test_people_are_put_in_and_taken_out_once(cast: Cast) -> None:
    value, where = personal(cast, "olga", ["groups:read", "groups:write"]), f"{GROUPS}/{cast.group.public_id}"
    mia = cast.users["mia"].public_id
    for _n in range(2):
        assert call(f"{where}/people/{mia}", value, "put").json() == {"id": mia, "name": "Mia"}
    assert call(f"{where}/people", value).json() == {"items": [{"id": mia, "name": "Mia"}], "next": None}
    assert call(f"{where}/people/{mia}", value, "delete").status_code == 204
    is_problem(call(f"{where}/people/{mia}", value, "delete"), 404)
    lines = Record.objects.filter(type="group.updated").order_by("seq")
    told = [RecordDetails.objects.get(organization_id=cast.home.pk, seq=line.seq) for line in lines]
    assert [one.changes for one in told] == [{"joined": mia}, {"left": mia}]
    assert [one.names["thing"] for one in told] == ["Site cameras"] * 2


def test_robots_are_put_in_and_taken_out_once(cast: Cast) -> None:
    value = personal(cast, "olga", ["groups:read", "groups:write", "robots:read"])
    where, robby = f"{GROUPS}/{cast.group.public_id}/robots", cast.robby.public_id
    for _n in range(2):
        assert call(f"{where}/{robby}", value, "put").json() == {"id": robby, "name": "Robby"}
    assert call(where, value).json() == {"items": [{"id": robby, "name": "Robby"}], "next": None}
    assert call(f"{where}/{robby}", value, "delete").status_code == 204
    is_problem(call(f"{where}/{robby}", value, "delete"), 404)
    lines = Record.objects.filter(type="robot.updated", thing_key=robby)
    assert lines.count() == 2 and set(lines.values_list("actor_kind", flat=True)) == {"token"}


def test_who_may_not_see_robots_does_not_move_them(cast: Cast) -> None:
    value = personal(cast, "olga", ["groups:read", "groups:write"])
    where = f"{GROUPS}/{cast.group.public_id}/robots/{cast.robby.public_id}"
    for method in ("put", "delete"):
        assert is_problem(call(where, value, method), 403, "not_allowed")["scopes"] == ["robots:read"]
    assert not cast.robby.groups.exists()


@pytest.mark.parametrize("kind", ["people", "robots"])
@pytest.mark.parametrize("method", ["put", "delete"])
def test_nobody_is_put_into_everyone_or_out_of_it(cast: Cast, kind: str, method: str) -> None:
    who = {"people": cast.users["mia"], "robots": cast.robby}[kind].public_id
    is_problem(call(f"{everyone(cast)}/{kind}/{who}", personal(cast, "olga"), method), 409, "not_possible")


@pytest.mark.parametrize("method", ["put", "delete"])
def test_strangers_and_their_robots_are_nowhere(cast: Cast, method: str) -> None:
    where, value = f"{GROUPS}/{cast.group.public_id}", personal(cast, "olga")
    theirs = robots.create(cast.actor("stan"), "c" * 32, "Theirs").robot
    for there in (
        f"people/{cast.users['stan'].public_id}",
        f"robots/{theirs.public_id}",
        "robots/x",
    ):
        is_problem(call(f"{where}/{there}", value, method), 404)


def test_lists_of_a_group_go_on_page_by_page(cast: Cast, queries: Any) -> None:
    value, where = personal(cast, "olga"), f"{everyone(cast)}/people"
    seen, there = [], f"{where}?limit=4"
    while there:
        answer = call(there, value)
        seen += [row["name"] for row in answer.json()["items"]]
        there = answer.headers.get("Link", "").partition(">")[0].removeprefix("<http://testserver")
    assert seen == ["Olga", "Carl", "Adam", "Mia", "Mike", "Ada"]
    assert queries(lambda: call(f"{where}?limit=1", value)) == queries(lambda: call(where, value))


def test_what_somebody_else_changed_is_not_overwritten(cast: Cast) -> None:
    value, where = personal(cast, "olga"), f"{GROUPS}/{cast.group.public_id}"
    read = call(where, value)
    assert read.headers["ETag"] == f'"{read.json()["version"]}"'
    mine = {"headers": {"Authorization": f"Bearer {value}", "If-Match": read.headers["ETag"]}}
    assert call(where, "", "patch", {"name": "Cameras"}, **mine).status_code == 200
    is_problem(call(where, "", "patch", {"name": "Again"}, **mine), 412, "stale")
    is_problem(call(where, "", "delete", **mine), 412, "stale")
    cast.group.refresh_from_db()
    assert (cast.group.name, cast.group.retired_at) == ("Cameras", None)


@pytest.mark.usefixtures("committed")
def test_two_who_put_the_same_person_in_at_once_do_it_once(cast: Cast) -> None:
    mia = cast.users["mia"].public_id
    put = lambda: grouping.add_person(cast.actor("olga"), cast.group.public_id, mia)  # noqa: E731
    assert {row.user.public_id for row in together(put, put)} == {mia}
    assert Record.objects.filter(type="group.updated").count() == 1


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
