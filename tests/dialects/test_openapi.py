"""This dialect's own document and what is behind it agree: no 5xx, no undocumented status, type or shape."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import openapi
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from config.wsgi import application
from tests.cast import Cast
from tests.conftest import bearer
from tests.dialects.conftest import Caller, ask_token

DOCUMENT = "/identity_/openapi.json"
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def document(caller: Caller) -> Any:
    return caller.call("get", DOCUMENT).json()


def test_it_says_what_opens_each_call_and_how_it_is_refused(caller: Caller) -> None:
    told = document(caller)
    listed = told["paths"]["/identity_/api/RobotAccount/{id}"]["get"]
    assert listed["security"] == [
        {"robot": ["PM.RobotAccount"]},
        {"robot": ["PM.RobotAccount.Read"]},
        {"token": []},
    ]
    [flow] = told["components"]["securitySchemes"]["robot"]["flows"].values()
    assert flow["tokenUrl"] == "/identity_/connect/token"
    for path, operations in told["paths"].items():
        for operation in operations.values():
            assert {"400", "401", "403", "404", "429"} <= set(operation["responses"]), path
            for either in operation["security"]:
                assert set(either.get("robot", ())) <= set(flow["scopes"]), path
    assert DOCUMENT not in told["paths"] and caller.call("get", "/identity/openapi.json").json() == told


def test_it_needs_a_credential(cast: Cast) -> None:
    assert Caller("x", "").call("get", DOCUMENT).status_code == 401


def fuzz(operation: Any, address: dict[str, str], token: str, examples: int) -> bool:
    """Calls it with valid and invalid input of every kind, and holds the answers to the document; whether one did it."""
    wrong = operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE)
    done: list[int] = []

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(case=operation.as_strategy(path_parameters=address) | operation.as_strategy() | wrong)
    def run(case: Any) -> None:
        done.append(case.call_and_validate(checks=CHECKS, headers=bearer(token)).status_code)

    run()
    return min(done) < 300


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize(
    ("scope", "examples", "least"), [("", 9, 17), ("PM.Group.Read", 3, 3), ("nobody", 2, 0)]
)
def test_nothing_undocumented_comes_back(
    cast: Cast, caller: Caller, scope: str, examples: int, least: int
) -> None:
    token = "x" if scope == "nobody" else ask_token(cast.robby_values, scope).json()["access_token"]
    schema = openapi.from_wsgi(DOCUMENT, application, headers=bearer(caller.token))
    group, robot = cast.group.public_id, cast.reader.public_id
    done = set()
    for path, operations in document(caller)["paths"].items():
        for method, told in operations.items():
            known = {"id": caller.partition, "groupId": group, "robotAccountId": robot}
            if method == "put":
                known["id"] = group if "Group" in path else robot
            address = {name: value for name, value in known.items() if f"{{{name}}}" in path}
            if fuzz(schema.find_operation_by_id(told["operationId"]), address, token, examples):
                done.add(told["operationId"])
    assert len(done) >= least, done
