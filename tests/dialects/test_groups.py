"""`/api/Group`: our groups, with people and robots from both sides."""

from typing import Any

import pytest

from accounts.models import Group, Membership, Record
from tests.cast import Cast
from tests.dialects.conftest import API, Caller, ask_token, is_directory, is_validation
from tests.dialects.test_robot_accounts import SEVEN

GROUPS = "/identity_/api/Group"
KEYS = "id name displayName type creationTime lastModificationTime members mappingRole scope".split()
MEMBER = "objectType source identifier name displayName email".split()
USER = MEMBER + "firstName lastName jobTitle companyName city department".split()


def read(caller: Caller, group: str) -> Any:
    return caller.call("get", f"{GROUPS}/{caller.partition}/{group}").json()


def names(caller: Caller, group: str) -> list[str]:
    return [one["displayName"] for one in read(caller, group)["members"]]


def test_the_list_is_an_array_without_a_count(cast: Cast, caller: Caller) -> None:
    for path in (f"{GROUPS}/{caller.partition}?$count=false", GROUPS):
        everyone, cameras = caller.call("get", path).json()
        assert list(cameras) == KEYS and SEVEN.fullmatch(cameras["creationTime"])
        assert (everyone["name"], everyone["type"], cameras["type"]) == ("Everyone", 0, 1)
        assert cameras["id"] == cast.group.public_id and cameras["members"] == []


def test_a_group_is_made_with_people_and_robots(cast: Cast, caller: Caller) -> None:
    mia, robot = cast.users["mia"].public_id, cast.robby.public_id
    body = {"partitionGlobalId": caller.partition, "id": "gryff-01", "name": "Gryffindor"}
    answer = caller.call("post", GROUPS, body | {"directoryUserMemberIDs": [mia, robot]})
    assert answer.status_code == 201 and answer.json()["creationTime"].endswith("Z")
    told = read(caller, "gryff-01")
    assert answer.json()["members"] == told["members"]
    person, robby = told["members"]
    assert list(person) == USER and list(robby) == MEMBER
    assert (person["objectType"], person["identifier"], person["name"]) == ("DirectoryUser", mia, "Mia")
    assert (robby["objectType"], robby["name"]) == ("DirectoryRobotUser", cast.robby.api_name)
    assert person["source"] == robby["source"] == "local"
    listed = caller.robots()["results"][0]
    assert listed["groupIds"] == ["gryff-01"]
    page = cast.client("olga").get("/o/halden/groups/gryff-01/").content.decode()
    assert "Gryffindor" in page and "Robby" in page and "Mia" in page
    lines = Record.objects.filter(thing_key="gryff-01").order_by("seq").values_list("type", flat=True)
    assert list(lines) == ["group.created", "group.updated"]
    assert Record.objects.filter(thing_key=robot, type="robot.updated").count() == 1


def test_both_sides_change_the_same(cast: Cast, caller: Caller) -> None:
    group, robot, mia = cast.group.public_id, cast.robby.public_id, cast.users["mia"].public_id
    change = {"name": "Cameras", "directoryUserIDsToAdd": [robot, mia]}
    for _twice in range(2):
        answer = caller.call("put", f"{GROUPS}/{group}", change).json()
        assert answer["name"] == "Cameras" and answer == read(caller, group)
    assert names(caller, group) == ["Mia", "Robby"]
    caller.call("put", f"{API}/{robot}", {"groupIDsToRemove": [group]})
    assert names(caller, group) == ["Mia"]
    caller.call("put", f"{GROUPS}/{group}", {"name": "Cameras", "directoryUserIDsToRemove": [mia, robot]})
    assert names(caller, group) == [] and Membership.objects.filter(groups=cast.group).count() == 0


def test_members_in_short_page_by_page(cast: Cast, caller: Caller) -> None:
    group = cast.group.public_id
    ids = [cast.users[who].public_id for who in ("carl", "mia")]
    robots = [cast.robby.public_id, cast.reader.public_id]
    caller.call("put", f"{GROUPS}/{group}", {"name": "C", "directoryUserIDsToAdd": [*robots, *ids]})
    here = f"{GROUPS}/{caller.partition}/{group}/Members"
    everybody = [{"id": id, "type": 0} for id in ids] + [{"id": id, "type": 4} for id in robots]
    assert caller.call("get", here).json() == {"totalCount": 4, "results": everybody}
    for low in range(5):
        assert caller.call("get", f"{here}?skip={low}&top=2").json()["results"] == everybody[low : low + 2]
    some = [ids[1], robots[0], "nobody"]
    for body in (some, {"directoryUserIDs": some}):
        told = caller.call("post", f"{GROUPS}/{caller.partition}/{group}/CheckMembers", body).json()
        assert told == {"totalCount": 2, "results": everybody[1:3]}
    loaded = caller.call("post", f"{GROUPS}/BulkLoadByIds/{caller.partition}", [group, "nobody"]).json()
    assert [one["id"] for one in loaded] == [group]


def test_everyone_follows_the_membership(cast: Cast, caller: Caller) -> None:
    everyone = Group.objects.get(organization=cast.home, is_everyone=True).public_id
    assert names(caller, everyone) == ["Olga", "Carl", "Adam", "Mia", "Mike", "Ada"]
    for method, path, body in (
        ("put", f"{GROUPS}/{everyone}", {"name": "All"}),
        (
            "put",
            f"{GROUPS}/{everyone}",
            {"name": "Everyone", "directoryUserIDsToAdd": [cast.robby.public_id]},
        ),
        ("delete", f"{GROUPS}/{caller.partition}/{everyone}", None),
        ("delete", f"{GROUPS}/{caller.partition}", {"groupIDs": [cast.group.public_id, everyone]}),
    ):
        assert is_directory(caller.call(method, path, body), 400, "BadRequest").startswith("Everyone follows")
    assert Group.objects.get(pk=cast.group.pk).retired_at is None


def test_deleting_one_and_several(cast: Cast, caller: Caller) -> None:
    for id in ("a", "b"):
        assert caller.call("post", GROUPS, {"id": id, "name": id}).status_code == 201
    assert caller.call("delete", f"{GROUPS}/{caller.partition}/a").status_code == 204
    here = f"{GROUPS}/{caller.partition}"
    assert is_directory(caller.call("delete", here, {"groupIDs": ["b", "a"]}), 404, "NotFound")
    assert caller.call("delete", here, {"groupIDs": ["b", "b"]}).status_code == 200
    assert len(caller.call("get", here).json()) == 2
    assert "never used again" in is_directory(
        caller.call("post", GROUPS, {"id": "a", "name": "x"}), 400, "BadRequest"
    )


def test_groups_alone_neither_see_nor_move_robots(cast: Cast, caller: Caller) -> None:
    other = Caller(ask_token(cast.robby_values, "PM.Group").json()["access_token"], caller.partition)
    change = {"name": "Site cameras", "directoryUserIDsToAdd": [cast.users["mia"].public_id]}
    assert other.call("put", f"{GROUPS}/{cast.group.public_id}", change).status_code == 200
    change["directoryUserIDsToAdd"] = [cast.robby.public_id]
    answer = other.call("put", f"{GROUPS}/{cast.group.public_id}", change)
    expected = "Expect to have 'PM.RobotAccount' or 'PM.RobotAccount.Read'. "
    assert answer.status_code == 403
    assert answer.json()["errorMessage"] == f"Scope(s) 'PM.Group' is(are) invalid. {expected}"
    write = Caller(ask_token(cast.robby_values, "PM.Group.Write").json()["access_token"], caller.partition)
    people = {"directoryUserMemberIDs": [cast.users["mia"].public_id]}
    answer = write.call("post", GROUPS, {"id": "w", "name": "w"} | people)
    assert answer.status_code == 201 and answer.json()["members"] == []
    assert write.call("get", f"{GROUPS}/{caller.partition}").status_code == 403


def test_addresses_of_people_are_for_those_who_manage_them(cast: Cast, caller: Caller) -> None:
    change = {"name": "Site cameras", "directoryUserIDsToAdd": [cast.users["mia"].public_id]}
    caller.call("put", f"{GROUPS}/{cast.group.public_id}", change)
    assert read(caller, cast.group.public_id)["members"][0]["email"] is None
    cast.robby.refresh_from_db()
    cast.robby.scopes += ["people:write"]
    cast.robby.save()
    other = Caller(ask_token(cast.robby_values, "").json()["access_token"], caller.partition)
    assert read(other, cast.group.public_id)["members"][0]["email"] == "mia@halden.example"


@pytest.mark.parametrize(
    ("method", "body", "field"),
    [
        ("post", {"name": "x"}, "id"),
        ("post", {"id": "x"}, "name"),
        ("post", {"id": None, "name": "x"}, "id"),
        ("put", {}, "name"),
        ("put", {"name": "x" * 121}, "name"),
        ("put", {"name": "x", "directoryUserIDsToAdd": "y"}, "directoryUserIDsToAdd"),
        ("delete", {"groupIDs": "x"}, "groupIDs"),
    ],
)
def test_bodies_that_are_none(cast: Cast, caller: Caller, method: str, body: Any, field: str) -> None:
    paths = {
        "post": GROUPS,
        "put": f"{GROUPS}/{cast.group.public_id}",
        "delete": f"{GROUPS}/{caller.partition}",
    }
    is_validation(caller.call(method, paths[method], body), field)


def test_what_is_taken_or_not_there(cast: Cast, caller: Caller) -> None:
    answer = caller.call("post", GROUPS, {"id": "x", "name": "Site cameras"})
    assert is_directory(answer, 400, "BadRequest") == "There is a group with this name."
    both = {"name": "x", "directoryUserIDsToAdd": ["a"], "directoryUserIDsToRemove": ["a"]}
    answer = caller.call("put", f"{GROUPS}/{cast.group.public_id}", both)
    assert "added and removed" in is_directory(answer, 400, "BadRequest")
    stan = {"name": "x", "directoryUserIDsToAdd": [cast.users["stan"].public_id]}
    answer = caller.call("put", f"{GROUPS}/{cast.group.public_id}", stan)
    assert is_directory(answer, 404, "NotFound").startswith("Cannot resolve users=[")
    assert Group.objects.get(pk=cast.group.pk).name == "Site cameras"
    for method, path, body in (
        ("get", f"{GROUPS}/{caller.partition}/nobody", None),
        ("get", f"{GROUPS}/{caller.partition}/nobody/Members", None),
        ("post", f"{GROUPS}/{caller.partition}/nobody/CheckMembers", []),
        ("put", f"{GROUPS}/nobody", {"name": "x"}),
        ("delete", f"{GROUPS}/{caller.partition}/nobody", None),
    ):
        assert (
            is_directory(caller.call(method, path, body), 404, "NotFound") == "Cannot resolve groups=[nobody]"
        )
    there = cast.elsewhere.public_id
    assert is_directory(caller.call("get", f"{GROUPS}/{there}"), 400, "BadRequest") == "InvalidPartition"


def test_a_group_costs_the_same_for_few_and_many(cast: Cast, caller: Caller, queries: Any) -> None:
    few = queries(lambda: (read(caller, cast.group.public_id), caller.call("get", GROUPS)))
    for number in range(6):
        caller.make(f"r{number}", groupIDsToAdd=[cast.group.public_id])
        caller.call("post", GROUPS, {"id": f"g{number}", "name": f"g{number}"})
    assert queries(lambda: (read(caller, cast.group.public_id), caller.call("get", GROUPS))) == few
