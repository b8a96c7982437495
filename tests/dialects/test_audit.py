"""Audit logs: our record in that system's words, as a page and as a file."""

import csv
import io
import json
import re
from typing import Any

import pytest

from accounts.models import Record, RecordCheckpoint
from robots import actions
from tests.cast import Cast
from tests.dialects.conftest import Caller, ask_token, is_directory, is_validation

KEYS = "createdOn category action auditLogDetails userName email message detailsVersion source".split()
PLACES = (
    "/halden/audit_/api/auditlogs",
    "/audit_/api/auditLogs",
    "/identity_/api/AuditQuery",
    "/halden/portal_/api/auditLog",
)


@pytest.mark.parametrize("place", PLACES)
def test_every_place_shows_the_record(cast: Cast, caller: Caller, place: str) -> None:
    caller.make("roby", displayName="Roby")
    for path in (place, f"{place}/{caller.partition}"):
        told = caller.call("get", path + "?language=en&top=1&api-version=1").json()
        assert list(told) == ["totalCount", "results"]
        assert told["totalCount"] == Record.objects.filter(organization_id=cast.home.pk).count()
        [line] = told["results"]
        assert list(line) == KEYS and re.fullmatch(r"[-\d]{10}T[:\d]{8}\.\d{7}\+00:00", line["createdOn"])
        assert (line["category"], line["action"], line["userName"]) == ("Robot", "robot.created", "Robby")
        assert line["message"] == "Created the robot Roby" and line["email"] is None
        details = json.loads(line["auditLogDetails"])
        assert details["changes"]["api_name"] == "roby" and details["actor"]["id"] == cast.robby.public_id


def test_people_here_are_seen_there(cast: Cast, caller: Caller) -> None:
    actions.update(cast.actor("olga"), cast.reader.public_id, 1, name="Other")
    cast.robby.refresh_from_db()
    cast.robby.scopes += ["people:write"]
    cast.robby.save()
    other = Caller(ask_token(cast.robby_values, "").json()["access_token"], caller.partition)
    line = other.call("get", PLACES[0] + "?top=1&language=pl-PL").json()["results"][0]
    assert (line["userName"], line["email"]) == ("Olga", "olga@halden.example")
    assert "robota" in line["message"]


def test_pages_lead_through_all_of_it_in_any_order(cast: Cast, caller: Caller) -> None:
    for number in range(7):
        caller.make(f"r{number}")

    def walk(query: str) -> list[int]:
        seqs: list[int] = []
        for skip in range(0, 100, 3):
            lines = caller.call("get", f"{PLACES[0]}?top=3&skip={skip}{query}").json()["results"]
            seqs += [json.loads(line["auditLogDetails"])["seq"] for line in lines]
        return seqs

    everything = list(
        Record.objects.filter(organization_id=cast.home.pk).order_by("seq").values_list("seq", flat=True)
    )
    assert walk("") == walk("&sortBy=CreatedOn&sortOrder=desc") == everything[::-1]
    assert walk("&sortBy=createdOn") == everything
    for query in ("&sortBy=category", "&sortBy=email&sortOrder=desc"):
        assert sorted(walk(query)) == everything
    last = Record.objects.get(organization_id=cast.home.pk, seq=3)
    RecordCheckpoint.objects.create(
        organization_id=cast.home.pk, seq=3, hash=last.hash, at=last.at, reason="test"
    )
    Record.objects.filter(organization_id=cast.home.pk, seq__lte=3).delete()
    assert walk("&sortBy=createdOn") == everything[3:] and walk("") == everything[:2:-1]


def test_the_file_is_csv_and_no_formula(cast: Cast, caller: Caller) -> None:
    caller.make("roby", displayName="=1+1")
    for place in PLACES:
        for path in (f"{place}/download", f"{place}/{caller.partition}/download/"):
            answer = caller.call("get", path + "?language=en&size=2")
            assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
            assert "attachment" in answer.headers["Content-Disposition"]
            head, *rows = list(csv.reader(io.StringIO(answer.content.decode())))
            assert head[:3] == ["createdOn", "category", "action"] and len(rows) == 2
            assert all(not cell.startswith("=") for row in rows for cell in row)


@pytest.mark.parametrize("query", ["sortBy=userName", "sortOrder=up", "top=1001", "skip=x", "size=10001"])
def test_a_query_that_is_none(caller: Caller, query: str) -> None:
    path = PLACES[0] + ("/download" if query.startswith("size") else "")
    is_validation(caller.call("get", f"{path}?{query}"), query.partition("=")[0])


def test_without_the_scope_or_in_another_partition(cast: Cast, caller: Caller) -> None:
    other = Caller(ask_token(cast.robby_values, "PM.Group").json()["access_token"], caller.partition)
    for path in (PLACES[0], PLACES[0] + "/download"):
        said = other.call("get", path).json()["errorMessage"]
        assert said.endswith("Expect to have 'PM.Audit' or 'PM.Audit.Read'. ")
    answer = caller.call("get", f"{PLACES[0]}/{cast.elsewhere.public_id}")
    assert is_directory(answer, 400, "BadRequest") == "InvalidPartition"


def test_a_page_costs_the_same_for_few_and_many(caller: Caller, queries: Any) -> None:
    few = queries(lambda: caller.call("get", PLACES[0] + "?top=1"))
    for number in range(10):
        caller.make(f"r{number}")
    assert queries(lambda: caller.call("get", PLACES[0] + "?top=1000")) == few


def test_the_profile_tells_the_partition(cast: Cast, caller: Caller) -> None:
    told = caller.call("get", "/halden/identity_/api/Account/Profile").json()
    assert list(told) == ["partitionName", "partitionGlobalId", "userName", "name", "isAdmin", "fullName"]
    assert (told["partitionGlobalId"], told["partitionName"], told["isAdmin"]) == (
        caller.partition,
        "halden",
        True,
    )
