"""That page's own example, as printed: only host and token are filled in."""

import json
import re
import shlex
import subprocess
from typing import Any

import pytest
from django.test import Client

from accounts import grouping
from accounts.actions import create_organization
from accounts.models import Membership
from accounts.permissions import person_actor
from robots import actions as robots
from robots.models import Robot
from tests.dialects.conftest import FURTHER, Caller, ask_token

# The page's call, with the missing backslash after the second header put in, and its answer.
WHERE = "https://{yourDomain}/{organizationName}/{tenantName}/identity_/api/RobotAccount/88-uv"
CALL = rf"""curl --location --request PUT '{WHERE}' \
--header 'Authorization: Bearer 1234' \
--header 'Content-Type: application/json' \
--data-raw '{{
"partitionGlobalId": "magic-7",
"displayName": "Roby",
"groupIDsToAdd": [
"alumni-02"
],
"groupIDsToRemove": []
}}'"""
ANSWER: dict[str, Any] = {
    "id": "88-uv",
    "name": "Roby",
    "displayName": "Roby",
    "creationTime": "2021-10-20T12:16:16.6492925",
    "lastLoginTime": None,
    "groupIds": ["alumni-02", "gryff-01"],
}


def magic() -> Caller:
    """The page's world: its partition, its groups, and its robot in the one that the answer names besides."""
    home, _link = create_organization("Magic", "magic", "olga@magic.example", "magic-7")
    olga = person_actor(Membership.objects.select_related("user", "organization").get(organization=home))
    client = robots.create(olga, "a" * 32, "Script")
    Robot.objects.filter(pk=client.robot.pk).update(scopes=FURTHER)
    caller = Caller(ask_token(client.values).json()["access_token"], "magic-7")
    for name, id in (("Alumni", "alumni-02"), ("Gryffindor", "gryff-01")):
        grouping.create(olga, name, public_id=id)
    caller.make("Roby", id="88-uv", displayName="Robot", groupIDsToAdd=["gryff-01"])
    return caller


def is_the_answer(told: dict[str, Any]) -> None:
    assert list(told) == list(ANSWER)
    assert told | {"creationTime": ""} == ANSWER | {"creationTime": ""}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}", told["creationTime"])


def test_the_call_as_printed_gives_the_answer_as_printed() -> None:
    caller = magic()
    words = shlex.split(CALL.replace("\\\n", " "))
    path = words[words.index("PUT") + 1].removeprefix("https://{yourDomain}")
    body = words[words.index("--data-raw") + 1]
    headers = {"Authorization": f"Bearer {caller.token}"}
    answer = Client().put(path, body, content_type="application/json", headers=headers)
    assert answer.status_code == 200
    is_the_answer(answer.json())


@pytest.mark.parametrize("glob", [[], ["--globoff"]])
def test_curl_itself_plays_it(committed: None, live_server: Any, glob: list[str]) -> None:
    caller = magic()
    call = CALL.replace("https://{yourDomain}", live_server.url).replace(
        "Bearer 1234", f"Bearer {caller.token}"
    )
    call = call.replace("\\\n", " ")
    told = subprocess.run(
        [*shlex.split(call), "--silent", *glob], capture_output=True, check=True, timeout=30
    )
    is_the_answer(json.loads(told.stdout))
