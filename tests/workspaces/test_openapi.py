"""The OpenAPI document and what is behind it agree: schemathesis finds no 5xx, no undocumented status or content type."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import openapi
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.models import Organization
from accounts.permissions import SCOPE_POWERS
from config.wsgi import application
from robots.models import Robot
from tests.cast import Cast
from tests.conftest import bearer
from tests.test_access_machines import OPERATIONS as TABLE
from tests.tokens.conftest import call, is_problem, personal
from tests.workspaces.attaching import photo, send
from tests.workspaces.conftest import made, place
from workspaces import drawing

DOCUMENT = "/api/v1/openapi.json"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# Everybody who may call: name → whose credential, and the scopes of a token (None: everything they may do).
CALLERS: dict[str, tuple[str, list[str] | None]] = {
    "robot": ("robby", None),
    "owner's token": ("olga", None),
    "owner's read-only token": ("olga", [scope for scope in SCOPE_POWERS if scope.endswith(":read")]),
    "member's token": ("ada", None),
    "read-only robot": ("reader", None),
    "nobody": ("", None),
}
# What is tried on each operation: more with what may change something.
EXAMPLES = {"robot": 12, "owner's token": 12}
# The rest of this suite asks what these do with bad bytes; drawing a preview for each example would take the time of all.
HEAVY = {"create_attachment", "download_attachment", "read_thumbnail", "read_display"}


@pytest.fixture(autouse=True)
def unlimited(cast: Cast) -> None:
    """What is answered to too many requests is asked elsewhere; here it would hide all else."""
    much = {"requests_a_minute": 100_000, "robot_requests_a_minute": 100_000}
    Organization.objects.update(requests_ceiling=100_000, **much)


def document(token: str) -> dict[str, Any]:
    answer = call(DOCUMENT, token)
    assert answer.status_code == 200
    return answer.json()


def operations(told: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for path in told["paths"].values() for operation in path.values()]


def test_the_document_needs_a_credential_that_may_read_it(cast: Cast, token_for) -> None:
    is_problem(call(DOCUMENT), 401)
    for token in (token_for(cast.robby_values), token_for(cast.reader_values), personal(cast, "ada")):
        assert document(token)["openapi"].startswith("3.1")


def test_every_operation_documents_its_errors_as_problems(cast: Cast) -> None:
    told = document(personal(cast, "olga"))
    assert {operation["operationId"] for operation in operations(told)} == set(TABLE)
    for operation in operations(told):
        for status, response in operation["responses"].items():
            kinds = list(response.get("content", {}))
            assert kinds == (["application/problem+json"] if int(status) >= 400 else kinds), operation[
                "operationId"
            ]
        assert {"400", "401", "403", "404", "422"} <= set(operation["responses"])
        assert operation["security"] and operation["summary"]


def test_no_native_part_after_v1_is_a_number(cast: Cast) -> None:
    for path in document(personal(cast, "olga"))["paths"]:
        assert path.startswith("/api/v1/") and not path.split("/")[3].isdigit()


class Fuzzer:
    """Calls operations with valid and invalid input of every kind, and holds the answers to the document."""

    def __init__(self, cast: Cast, token: str) -> None:
        self.maker, self.token = personal(cast, "olga"), token
        self.ada = cast.users["ada"].public_id
        self.schema = openapi.from_wsgi(DOCUMENT, application, headers=bearer(self.maker))
        self.found: dict[str, str] = {}
        # Operations that did what they are for, at least once.
        self.done: set[str] = set()

    def ids(self, path: str) -> dict[str, str]:
        """What stands in the address, so that something is there."""
        kind = path.split("/")[3]
        if kind not in self.found:
            self.found = self.made() | self.found
        there = call(f"/api/v1/{kind}/{self.found.get(kind, 'x')}", self.maker)
        if there.status_code == 404:
            # A call before this one deleted it.
            self.found = self.made()
        known = {"id": self.found.get(kind, "x")}
        known |= {"person_id": self.found["people"], "robot_id": self.found["robots"]}
        return {name: value for name, value in known.items() if f"{{{name}}}" in path}

    def made(self) -> dict[str, str]:
        """A new workspace with all that can be in it, a new group, and whoever stands first in the other lists."""
        there = place(self.maker, "Bridge")
        task, column = there.task(), there.columns[0]
        # The last board of a workspace is not deleted.
        board = made(f"{there.here}/boards", self.maker, {"name": "Another"})["id"]
        told = {"workspaces": there.id, "boards": board, "columns": column, "tasks": task["id"]}
        told["attachments"] = send(there, task["id"], photo()).json()["id"]
        drawing.draw_due()
        call(f"{there.here}/members/{self.ada}", self.maker, "put")
        told["groups"] = made("/api/v1/groups", self.maker, {"name": f"Group {there.id}"})["id"]
        # One sees only those that one made, and not everybody may.
        hook = {"description": "Hook", "target_url": "https://hooks.example/x", "events": ["task.created"]}
        told["webhooks"] = call("/api/v1/webhooks", self.token, "post", hook).json().get("id", "x")
        for kind in ("people", "robots"):
            told[kind] = call(f"/api/v1/{kind}", self.maker).json()["items"][-1]["id"]
        return told

    def fuzz(self, operation_id: str, examples: int) -> None:
        """So many calls of that operation."""
        operation = self.schema.find_operation_by_id(operation_id)
        wrong = operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE)
        address = self.ids(operation.path) if "{" in operation.path else {}
        # Without headers and filters: with any other `If-Match` nothing ever happens.
        known = operation.as_strategy(path_parameters=address, headers={}, query={})

        @settings(
            max_examples=examples,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        )
        @given(case=known | operation.as_strategy() | wrong)
        def run(case: Any) -> None:
            answer = case.call_and_validate(checks=CHECKS, headers=bearer(self.token))
            self.done |= {operation_id} if answer.status_code < 300 else set()

        run()
        if operation_id.startswith(("archive", "delete", "remove")):
            # Whatever it left is nothing for the others.
            self.found = {}


def credential(cast: Cast, caller: str, token_for: Any) -> str:
    """Of that caller; robots have every scope ticked."""
    whose, scopes = CALLERS[caller]
    if whose in ("robby", "reader"):
        Robot.objects.filter(organization=cast.home).update(scopes=list(SCOPE_POWERS))
        token: str = token_for(getattr(cast, f"{whose}_values"))
        return token
    return personal(cast, whose, scopes) if whose else "x"


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("part", range(3))
@pytest.mark.parametrize("caller", CALLERS)
def test_nothing_undocumented_comes_back(cast: Cast, token_for: Any, caller: str, part: int) -> None:
    """Every operation of the document as each kind of caller, in three parts."""
    fuzzer = Fuzzer(cast, credential(cast, caller, token_for))
    mine = sorted(TABLE)[part::3]
    for operation_id in mine:
        fuzzer.fuzz(operation_id, 2 if operation_id in HEAVY else EXAMPLES.get(caller, 4))
    # Not all were refused for one and the same reason.
    least = {"nobody": 0, "robot": 0.7, "owner's token": 0.7}.get(caller, 0.2)
    assert len(fuzzer.done) >= least * len(mine), set(mine) - fuzzer.done
