"""Bad input gets that system's own error shapes: never ours, never HTML, never 500."""

import json
from typing import Any

import pytest
from django.test import Client

from accounts.models import Group
from robots.models import Robot
from tests.cast import Cast
from tests.conftest import bearer
from tests.dialects.conftest import API, Caller, ask_token, is_directory, is_validation
from tests.tokens.conftest import personal

NOBODY = "5b6e4a1e-3f0a-4f5c-9f43-0d3c9f3c2f11"
RECORDED = "Scope(s) '{}' is(are) invalid. Expect to have 'PM.RobotAccount' or 'PM.RobotAccount.{}'. "


MOUNTS = [
    f"{before}{word}{after}"
    for before in ("/", "/halden/", "/halden/prod/", f"/{NOBODY}/")
    for word in ("identity", "identity_", "IDENTITY_", "audit_", "portal_")
    for after in ("", "/")
]


def test_the_recorded_refusal_of_a_scope(cast: Cast, caller: Caller) -> None:
    token = ask_token(cast.robby_values, "PM.Group.Read PM.Audit.Read work:read").json()["access_token"]
    other = Caller(token, caller.partition)
    granted = "PM.Group.Read,PM.Audit.Read,work:read"
    answer = other.call("get", f"{API}/{caller.partition}")
    assert answer.status_code == 403 and answer.json() == {"errorMessage": RECORDED.format(granted, "Read")}
    for method, path, body in (
        ("post", API, {"name": "x"}),
        ("put", f"{API}/88-uv", {}),
        ("delete", f"{API}/{caller.partition}/88-uv", None),
        ("delete", f"{API}/{caller.partition}", {"robotAccountIDs": []}),
    ):
        answer = other.call(method, path, body)
        assert answer.status_code == 403 and answer.json() == {
            "errorMessage": RECORDED.format(granted, "Write")
        }


@pytest.mark.parametrize("scope", ["PM.RobotAccount", "PM.RobotAccount.Write"])
def test_either_of_two_is_enough_and_groups_need_no_other(cast: Cast, caller: Caller, scope: str) -> None:
    other = Caller(ask_token(cast.robby_values, scope).json()["access_token"], caller.partition)
    made = other.make("roby", groupIDsToAdd=[cast.group.public_id])
    answer = other.call("put", f"{API}/{made['id']}", {"groupIDsToRemove": [cast.group.public_id]})
    assert answer.json()["groupIds"] == []
    read = other.call("get", f"{API}/{caller.partition}")
    assert read.status_code == (200 if scope == "PM.RobotAccount" else 403)
    assert other.call("delete", f"{API}/{caller.partition}/{made['id']}").status_code == 204


def test_personal_and_our_own_tokens_work_here_too(cast: Cast, caller: Caller, token_for: Any) -> None:
    for token in (
        token_for(cast.robby_values),
        personal(cast, "olga"),
        personal(cast, "olga", ["robots:read"]),
    ):
        assert Caller(token, caller.partition).robots()["totalCount"] == 2
    answer = Caller(personal(cast, "ada"), caller.partition).call("get", API)
    assert answer.status_code == 403 and answer.json()["errorMessage"].startswith("Scope(s) 'work:read,")


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer 1234"}, {"Authorization": "Basic eDp5"}])
def test_without_a_credential(cast: Cast, header: dict[str, str]) -> None:
    for path in (f"{API}/x", "/halden/t/identity_/api/Nothing", "/halden/audit_/api/auditlogs", *MOUNTS):
        answer = Client().get(path, headers=header)
        assert answer.status_code == 401 and answer.headers["WWW-Authenticate"].startswith("Bearer")
        told = answer.json()
        assert (
            list(told) == ["type", "title", "status", "detail", "traceId"] and told["title"] == "Unauthorized"
        )


def test_partitions_of_others_and_of_nobody_are_one_answer(cast: Cast, caller: Caller) -> None:
    for there in (cast.elsewhere.public_id, NOBODY):
        for answer in (
            caller.call("get", f"{API}/{there}"),
            caller.call("get", f"{API}/{there}/{cast.robby.public_id}"),
            caller.call("post", API, {"partitionGlobalId": there, "name": "x"}),
            caller.call("put", f"{API}/{cast.robby.public_id}", {"partitionGlobalId": there}),
            caller.call("delete", f"{API}/{there}/{cast.robby.public_id}"),
            caller.call("delete", f"{API}/{there}", {"robotAccountIDs": [cast.robby.public_id]}),
            caller.call("get", f"/{there}/identity_/api/RobotAccount/{caller.partition}"),
        ):
            assert is_directory(answer, 400, "BadRequest") == "InvalidPartition"
    said = is_validation(caller.call("get", f"{API}/magic-7"), "partitionGlobalId")
    assert said == "The value 'magic-7' is not valid."
    for slug in ("nordic", "nobody"):
        is_validation(caller.call("get", f"/{slug}/identity_/api/RobotAccount"), "partitionGlobalId")
    assert Robot.objects.filter(retired_at=None).count() == 2


def test_robots_and_groups_that_are_not_here(cast: Cast, caller: Caller) -> None:
    theirs = Group.objects.create(organization=cast.elsewhere, name="Theirs")
    for id in ("88-uv", NOBODY, "x" * 65, "%20", "..%2F", "gate_pat_x"):
        for method, path, body in (
            ("get", f"{API}/{caller.partition}/{id}", None),
            ("put", f"{API}/{id}", {"displayName": "x"}),
            ("delete", f"{API}/{caller.partition}/{id}", None),
        ):
            answer = caller.call(method, path, body)
            assert answer.status_code in (404, 405), (id, answer.content)
            assert (
                answer.headers["Content-Type"].startswith("application/")
                and "gate_" not in answer.content.decode()
            )
    for key, group in (("groupIDsToAdd", theirs.public_id), ("groupIDsToRemove", "nobody")):
        answer = caller.call("put", f"{API}/{cast.robby.public_id}", {key: [group]})
        assert is_directory(answer, 404, "NotFound") == f"Cannot resolve groups=[{group}]"
    answer = caller.call("post", API, {"name": "x", "groupIDsToAdd": [theirs.public_id]})
    assert is_directory(answer, 404, "NotFound") and not Robot.objects.filter(api_name="x").exists()


def test_everyone_holds_people_only(cast: Cast, caller: Caller) -> None:
    everyone = Group.objects.get(organization=cast.home, is_everyone=True).public_id
    answer = caller.call("put", f"{API}/{cast.robby.public_id}", {"groupIDsToAdd": [everyone]})
    assert "people only" in is_directory(answer, 400, "BadRequest")
    answer = caller.call("post", API, {"name": "x", "groupIDsToAdd": [everyone]})
    assert "people only" in is_directory(answer, 400, "BadRequest")


def test_the_same_group_both_ways(cast: Cast, caller: Caller) -> None:
    both = {"groupIDsToAdd": [cast.group.public_id], "groupIDsToRemove": [cast.group.public_id]}
    answer = caller.call("put", f"{API}/{cast.robby.public_id}", both | {"displayName": "Other"})
    assert "added and removed" in is_directory(answer, 400, "BadRequest")
    assert Robot.objects.get(pk=cast.robby.pk).name == "Robby"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"{", ""),
        (b"\xff", ""),
        (b"[" * 100_000, ""),
        (b'{"name": NaN}', ""),
        (b"", ""),
        (b"[]", ""),
        (b'"x"', ""),
        ({}, "name"),
        ({"name": None}, "name"),
        ({"name": 7}, "name"),
        ({"name": ""}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"name": "x" * 129}, "name"),
        (b'{"name": "\\ud800"}', "name"),
        ({"name": "x", "displayName": ["y"]}, "displayName"),
        ({"name": "x", "displayName": "y" * 100_000}, "displayName"),
        ({"name": "x", "displayName": "see www.evil.example"}, "displayName"),
        ({"name": "x", "id": "a b"}, "id"),
        ({"name": "x", "id": "-x"}, "id"),
        ({"name": "x", "id": "x" * 65}, "id"),
        ({"name": "x", "id": 10**40}, "id"),
        ({"name": "x", "groupIDsToAdd": "alumni-02"}, "groupIDsToAdd"),
        ({"name": "x", "groupIDsToAdd": ["a\0b"]}, "groupIDsToAdd[0]"),
        ({"name": "x", "groupIDsToAdd": ["x"] * 1001}, "groupIDsToAdd"),
    ],
)
def test_bodies_that_are_none(cast: Cast, caller: Caller, body: Any, field: str) -> None:
    is_validation(caller.call("post", API, body), field)
    assert Robot.objects.count() == 2


def test_other_types_methods_and_addresses(cast: Cast, caller: Caller) -> None:
    headers = bearer(caller.token)
    answer = Client().post(API, "name=x", content_type="application/x-www-form-urlencoded", headers=headers)
    assert answer.status_code == 415 and answer.json()["title"] == "Unsupported Media Type"
    answer = caller.call("patch", f"{API}/{caller.partition}", {})
    assert (
        answer.status_code == 405
        and answer.json()["title"] == "Method Not Allowed"
        and answer.headers["Allow"]
    )
    for path in ("/identity_/api/Nothing", "/a/b/c/identity_/api/RobotAccount", *MOUNTS):
        answer = caller.call("get", path)
        assert answer.status_code == 404
        assert ("json" in answer.headers["Content-Type"]) == (path != "/a/b/c/identity_/api/RobotAccount")
    answer = caller.call("get", f"{API}?access_token=x")
    assert answer.status_code == 400 and answer.json()["title"] == "Bad Request"
    answer = caller.call("get", f"{API}/%00")
    assert answer.status_code == 400 and answer.json()["traceId"][:3] == "00-"
    big = json.dumps({"name": "x", "pad": "y" * 3_000_000}).encode()
    assert caller.call("post", API, big).status_code == 413


@pytest.mark.parametrize(
    "path", ["/.well-known/openid-configuration", "/.well-known/nothing", "/.well-known"]
)
def test_what_needs_no_credential_refuses_in_shape_too(caller: Caller, path: str) -> None:
    for mount in ("/identity_", "/halden/identity"):
        answer = caller.call("post", mount + path, {})
        assert answer.status_code in (404, 405) and answer.json()["traceId"][:3] == "00-"
        assert answer.headers["Content-Type"] == "application/problem+json; charset=utf-8"
        assert answer.status_code == 404 or answer.headers["Allow"] == "GET, HEAD"


def test_what_net_clients_send(cast: Cast, caller: Caller) -> None:
    none = "00000000-0000-0000-0000-000000000000"
    body: dict[str, Any] = {
        "Id": none,
        "NAME": "roby",
        "groupIDsToRemove": [],
        "groupidstoadd": None,
        "domain": "UiPath",
    }
    made = caller.call("post", API, json.dumps(body).encode("utf-8-sig")).json()
    assert made["name"] == made["displayName"] == "roby" and made["id"] != none
    upper = NOBODY.upper()
    assert caller.make("other", id=upper, displayName="")["id"] == NOBODY
    assert caller.call("get", f"{API}/{caller.partition.upper()}/{upper}").json()["name"] == "other"


def test_a_trace_leads_to_the_logs(caller: Caller) -> None:
    answer = caller.call("get", f"{API}?top=x")
    assert answer.json()["traceId"].split("-")[1] == answer.headers["X-Request-ID"]


def test_too_many_requests(cast: Cast, caller: Caller) -> None:
    cast.home.robot_requests_a_minute = 1
    cast.home.save()
    caller.call("get", API)
    answer = caller.call("get", API)
    assert (
        answer.status_code == 429
        and answer.json()["title"] == "Too Many Requests"
        and answer.headers["Retry-After"]
    )
