"""Recorded exchanges of that system, field by field: what was sent there is sent here, what came back comes back.

Ids, times and traces are the world's own; everything else is compared as it was recorded.
"""

import json
import re
from typing import Any

import pytest
from django.test import Client

from accounts import grouping
from tests.cast import Cast
from tests.conftest import FORM
from tests.dialects.conftest import API, Caller, ask_token

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TRACE = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-00")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}(Z|\+00:00)?")
GROUP = "d30b1ff0-4d1c-4a4e-8d1e-0c1a8f0d7b11"


def masked(told: Any) -> Any:
    """The answer with the world's own values named by their kind."""
    if isinstance(told, dict):
        return {key: masked(value) for key, value in told.items()}
    if isinstance(told, list):
        return [masked(one) for one in told]
    if not isinstance(told, str):
        return told
    for kind, pattern in (("<guid>", GUID), ("<trace>", TRACE)):
        if pattern.fullmatch(told):
            return kind
    found = TIME.fullmatch(told)
    return f"<time>{found[1] or ''}" if found else told


ROBY = {
    "id": "<guid>",
    "name": "Roby",
    "displayName": "Roby",
    "creationTime": "<time>",
    "lastLoginTime": None,
}
VALIDATION = {
    "type": "https://tools.ietf.org/html/rfc9110#section-15.5.1",
    "title": "One or more validation errors occurred.",
    "status": 400,
    "traceId": "<trace>",
}


@pytest.fixture
def recorded(cast: Cast, caller: Caller) -> Caller:
    grouping.create(cast.actor("olga"), "Automation Users", public_id=GROUP)
    return caller


def is_as_recorded(answer: Any, status: int, body: Any) -> None:
    assert answer.status_code == status, answer.content
    told = masked(answer.json())
    assert told == body
    # In the order, too, in which it was recorded.
    assert json.dumps(told) == json.dumps(body)


def test_post_then_get_then_put(recorded: Caller) -> None:
    body = {
        "partitionGlobalId": recorded.partition,
        "id": "7a2c1d0e-6f5b-4a39-8c27-1b0a9f8e7d6c",
        "name": "Roby",
        "displayName": "Roby",
        "groupIDsToAdd": [GROUP],
        "groupIDsToRemove": [],
    }
    answer = recorded.call("post", API, body)
    is_as_recorded(answer, 201, ROBY | {"creationTime": "<time>Z", "groupIds": ["<guid>"]})
    here = f"{API}/{recorded.partition}"
    one = ROBY | {"groupIds": ["<guid>"]}
    is_as_recorded(recorded.call("get", f"{here}/{body['id']}"), 200, one)
    is_as_recorded(recorded.call("get", f"{here}?searchTerm=roby"), 200, {"totalCount": 1, "results": [one]})
    change = {"partitionGlobalId": recorded.partition, "displayName": "Roby", "groupIDsToAdd": []}
    answer = recorded.call("put", f"{API}/{body['id']}", change | {"groupIDsToRemove": [GROUP]})
    is_as_recorded(answer, 200, ROBY | {"groupIds": []})


def test_a_third_partys_body_without_a_partition(recorded: Caller) -> None:
    body = {"name": "Roby", "displayName": "Roby", "domain": "UiPath"}
    is_as_recorded(recorded.call("post", API, body), 201, ROBY | {"creationTime": "<time>Z", "groupIds": []})


def test_delete_both_ways(recorded: Caller) -> None:
    first, second = recorded.make("a")["id"], recorded.make("b")["id"]
    answer = recorded.call("delete", f"{API}/{recorded.partition}/{first}")
    assert (answer.status_code, answer.content) == (204, b"") and "Content-Type" not in answer.headers
    answer = recorded.call("delete", f"{API}/{recorded.partition}", {"robotAccountIDs": [second]})
    assert (answer.status_code, answer.content) == (200, b"") and "Content-Type" not in answer.headers


def test_groups(recorded: Caller) -> None:
    told = masked(recorded.call("get", f"/identity_/api/Group/{recorded.partition}?$count=false").json())
    users = next(one for one in told if one["name"] == "Automation Users")
    assert users == {
        "id": "<guid>",
        "name": "Automation Users",
        "displayName": "Automation Users",
        "type": 1,
        "creationTime": "<time>",
        "lastModificationTime": None,
        "members": [],
        "mappingRole": None,
        "scope": None,
    }
    made = recorded.make("Roby", groupIDsToAdd=[GROUP])
    answer = recorded.call("get", f"/identity_/api/Group/{recorded.partition}/{GROUP}/Members")
    is_as_recorded(answer, 200, {"totalCount": 1, "results": [{"id": "<guid>", "type": 4}]})
    assert answer.json()["results"][0]["id"] == made["id"]


def test_a_group_without_an_id_or_a_change_without_a_name(recorded: Caller) -> None:
    answer = recorded.call(
        "post", "/identity_/api/Group", {"partitionGlobalId": recorded.partition, "name": "x"}
    )
    is_as_recorded(answer, 400, {"errors": {"id": ["The id field is required."]}} | VALIDATION)
    answer = recorded.call("put", f"/identity_/api/Group/{GROUP}", {"directoryUserIDsToAdd": []})
    is_as_recorded(answer, 400, {"errors": {"name": ["The name field is required."]}} | VALIDATION)


def test_a_partition_that_is_no_guid(recorded: Caller) -> None:
    errors = {"partitionGlobalId": ["The value 'X' is not valid."]}
    is_as_recorded(recorded.call("get", f"{API}/X"), 400, {"errors": errors} | VALIDATION)


def test_the_refusal_with_its_trailing_space(cast: Cast, recorded: Caller) -> None:
    other = Caller(ask_token(cast.robby_values, "PM.Group.Read work:read").json()["access_token"], "")
    told = "Scope(s) 'PM.Group.Read,work:read' is(are) invalid. Expect to have 'PM.RobotAccount' or 'PM.RobotAccount.Read'. "
    is_as_recorded(other.call("get", API), 403, {"errorMessage": told})


def test_the_directorys_404(recorded: Caller) -> None:
    answer = recorded.call("put", f"{API}/88-uv", {"displayName": "x"})
    told = {"StatusCode": 404, "StatusDescription": "NotFound", "Message": "Cannot resolve robots=[88-uv]"}
    is_as_recorded(answer, 404, told | {"Description": ""})


def test_the_token(cast: Cast, recorded: Caller) -> None:
    told = ask_token(cast.robby_values, "PM.RobotAccount PM.Group").json()
    assert told.pop("access_token").count(".") == 2
    assert told == {"expires_in": 3600, "token_type": "Bearer", "scope": "PM.RobotAccount PM.Group"}
    answer = Client().post("/identity_/connect/token", "grant_type=refresh_token", content_type=FORM)
    assert answer.status_code == 400 and list(answer.json()) == ["error", "error_description"]


def test_a_line_of_the_audit(recorded: Caller) -> None:
    recorded.make("Roby")
    told = recorded.call(
        "get", "/halden/audit_/api/auditlogs?language=en&top=1&sortBy=createdOn&sortOrder=desc"
    ).json()
    [line] = told["results"]
    assert masked(line["createdOn"]) == "<time>+00:00" and isinstance(
        json.loads(line["auditLogDetails"]), dict
    )
    text = ("category", "action", "auditLogDetails", "userName", "message", "detailsVersion", "source")
    assert all(isinstance(line[key], str) for key in text)
