"""The OpenAPI document and what is behind it agree: schemathesis finds no 5xx, no undocumented status or content type."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import openapi
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.models import Organization
from config.wsgi import application
from tests.cast import Cast
from tests.conftest import bearer
from tests.tokens.conftest import call, is_problem, personal
from tests.workspaces.attaching import photo, send
from tests.workspaces.conftest import place
from workspaces import drawing

DOCUMENT = "/api/v1/openapi.json"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
OPERATIONS = [
    "me",
    "list_events",
    "list_workspaces",
    "create_workspace",
    "read_workspace",
    "update_workspace",
    "delete_workspace",
]
# The rest, and of what kind the thing in their address is.
OF = {
    "archive_workspace": "workspaces",
    "restore_workspace": "workspaces",
    "list_members": "workspaces",
    "add_member": "workspaces",
    "remove_member": "workspaces",
    "list_boards": "workspaces",
    "create_board": "workspaces",
    "list_tasks": "workspaces",
    "create_task": "workspaces",
    "create_tasks": "workspaces",
    "read_board": "boards",
    "update_board": "boards",
    "delete_board": "boards",
    "create_column": "boards",
    "read_column": "columns",
    "update_column": "columns",
    "delete_column": "columns",
    "read_task": "tasks",
    "update_task": "tasks",
    "move_task": "tasks",
    "delete_task": "tasks",
    "list_attachments": "tasks",
    "create_attachment": "tasks",
    "read_attachment": "attachments",
    "download_attachment": "attachments",
    "read_thumbnail": "attachments",
    "read_display": "attachments",
    "delete_attachment": "attachments",
}
# What belongs to the organization itself.
ORGANIZATIONS = {
    "list_people": "people",
    "read_person": "people",
    "list_groups": "groups",
    "create_group": "groups",
    "read_group": "groups",
    "update_group": "groups",
    "delete_group": "groups",
    "list_robots": "robots",
    "read_robot": "robots",
    "list_record": "people",
}


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
    assert {operation["operationId"] for operation in operations(told)} >= {*OPERATIONS, *OF, *ORGANIZATIONS}
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


def ids(token: str, kind: str, path: str) -> dict[str, str]:
    """What stands in the address, so that something is there; the person is nobody."""
    if kind in ORGANIZATIONS.values():
        found = {kind: call(f"/api/v1/{kind}", token).json()["items"][-1]["id"]}
    else:
        there = place(token, "Bridge")
        task, column = there.task(), there.columns[0]
        found = {"workspaces": there.id, "boards": there.board, "columns": column, "tasks": task["id"]}
        if kind == "attachments":
            found[kind] = send(there, task["id"], photo()).json()["id"]
            drawing.draw_due()
    known = {"id": found[kind], "person_id": "nobody"}
    return {name: value for name, value in known.items() if f"{{{name}}}" in path}


def fuzz(reader: str, operation_id: str, token: str, examples: int) -> None:
    """Call the operation with valid and invalid input of every kind, and hold the answers to the document."""
    schema = openapi.from_wsgi(DOCUMENT, application, headers=bearer(reader))
    operation = schema.find_operation_by_id(operation_id)
    wrong = operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE)
    address = ids(reader, (OF | ORGANIZATIONS).get(operation_id, "workspaces"), operation.path)
    known = operation.as_strategy(path_parameters=address) if address else wrong

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy() | wrong | known)
    def run(case: Any) -> None:
        case.call_and_validate(checks=CHECKS, headers=bearer(token))

    run()


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_nothing_undocumented_comes_back(cast: Cast, token_for, operation_id: str) -> None:
    fuzz(personal(cast, "olga"), operation_id, token_for(cast.robby_values), 40)


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("operation_id", OF)
def test_nor_from_boards_and_tasks(cast: Cast, token_for, operation_id: str) -> None:
    fuzz(personal(cast, "olga"), operation_id, token_for(cast.robby_values), 20)


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("operation_id", ORGANIZATIONS)
def test_nor_from_the_organization_itself(cast: Cast, token_for, operation_id: str) -> None:
    fuzz(personal(cast, "olga"), operation_id, personal(cast, "carl"), 20)


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("who", ["reader", "ada", "nobody"])
def test_nor_to_those_who_may_less(cast: Cast, token_for, who: str) -> None:
    tokens = {"reader": token_for(cast.reader_values), "ada": personal(cast, "ada"), "nobody": "x"}
    for operation_id in [*OPERATIONS, *OF, *ORGANIZATIONS]:
        fuzz(personal(cast, "olga"), operation_id, tokens[who], 4)
