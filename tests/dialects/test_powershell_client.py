"""The calls that UiPath's own PowerShell client makes, in its order, over real HTTP: token, lists, create, update, delete.

Its ways: 1,000 a page, and a page that is shorter than asked for is the last; the partition from the token's claim; an
odd `$count`; deleting one by the body for many.
"""

import base64
import json
from typing import Any

import pytest
import requests

from accounts.events import action
from robots.actions import new_robot
from robots.models import Robot
from tests.cast import Cast, assemble
from tests.dialects.conftest import FURTHER

COUNT = 1003


class Drive:
    """What the client keeps: a session, the base addresses, the partition."""

    def __init__(self, base: str, identity: str) -> None:
        self.base, self.identity, self.http = base, base + identity, requests.Session()

    def sign_in(self, app_id: str, app_secret: str, scope: str) -> None:
        form = {
            "grant_type": "client_credentials",
            "client_id": app_id,
            "client_secret": app_secret,
            "scope": scope,
        }
        answer = self.http.post(f"{self.identity}/connect/token", data=form, timeout=30)
        assert answer.ok, answer.text
        told = answer.json()
        assert set(scope.split()) <= set(told["scope"].split())
        claims = json.loads(base64.urlsafe_b64decode(told["access_token"].split(".")[1] + "=="))
        self.partition = claims["prt_id"]
        self.http.headers["Authorization"] = f"Bearer {told['access_token']}"

    def call(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {} if body is None else {"Content-Type": "application/json; charset=utf-8"}
        answer = self.http.request(method, self.identity + path, data=data, headers=headers, timeout=60)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def robots(self) -> list[Any]:
        found: list[Any] = []
        while True:
            query = f"?top=1000&skip={len(found)}"
            page = self.call("GET", f"/api/RobotAccount/{self.partition}{query}")["results"]
            found += page
            if len(page) < 1000:
                return found


@pytest.mark.parametrize("mount", ["/identity", "/identity_", "/halden/identity_", "/halden/prod/identity_"])
def test_its_calls_in_its_order(committed: None, live_server: Any, mount: str) -> None:
    cast = assemble()
    many = COUNT if mount == "/halden/identity_" else 3
    fill(cast, many)
    drive = Drive(live_server.url, mount)
    values = cast.robby_values
    drive.sign_in(values.client_id, values.client_secret, "PM.RobotAccount PM.Group PM.Audit.Read")
    assert drive.partition == cast.home.public_id

    before = drive.robots()
    assert len(before) == many + 2 and len({one["id"] for one in before}) == many + 2
    groups = drive.call("GET", f"/api/Group/{drive.partition}?$count=false")
    [cameras] = [group["id"] for group in groups if group["name"] == "Site cameras"]

    wanted = {"partitionGlobalId": drive.partition, "displayName": "Roby"}
    made = drive.call("POST", "/api/RobotAccount", wanted | {"name": "Roby", "groupIDsToAdd": [cameras]})
    assert made["groupIds"] == [cameras]
    changed = drive.call(
        "PUT",
        f"/api/RobotAccount/{made['id']}",
        wanted | {"displayName": "Roby 2", "groupIDsToAdd": [], "groupIDsToRemove": [cameras]},
    )
    assert (changed["name"], changed["displayName"], changed["groupIds"]) == ("Roby", "Roby 2", [])
    [listed] = [one for one in drive.robots() if one["id"] == made["id"]]
    assert listed == changed
    page = cast.client("olga").get(f"/o/halden/settings/robots/{made['id']}/").content.decode()
    assert "Roby 2" in page

    drive.call("DELETE", f"/api/RobotAccount/{drive.partition}", {"robotAccountIDs": [made["id"]]})
    assert len(drive.robots()) == many + 2
    audit = drive.http.get(f"{drive.base}/halden/audit_/api/auditlogs?top=4&skip=0", timeout=30).json()[
        "results"
    ]
    assert [line["action"] for line in audit] == [
        "robot.deleted",
        "robot.updated",
        "robot.updated",
        "robot.created",
    ]


def fill(cast: Cast, many: int) -> None:
    """More than a page of robots, and robby with the scopes."""
    Robot.objects.filter(pk=cast.robby.pk).update(scopes=FURTHER)
    olga = cast.actor("olga")
    with action(olga):
        for number in range(many):
            new_robot(olga, cast.home, name=f"Robot {number}")
