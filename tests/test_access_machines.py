"""Every operation of the API × every kind of caller, and every address × every method with a machine's credential.

The tables are written down here, not asked from the code: an operation without a row fails.
"""

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import Organization
from accounts.permissions import Power
from config.api import api
from dialects.uipath.api import api as uipath
from tests.cast import Cast
from tests.conftest import bearer
from tests.test_access import METHODS, PAGES, address, undone
from tests.tokens.conftest import in_a_month
from tokens import actions

READ, WRITE, MANAGE, PEOPLE = (
    Power.READ_WORK,
    Power.WRITE_WORK,
    Power.MANAGE_WORKSPACES,
    Power.MANAGE_PEOPLE,
)
VIEW, GROUPS, REGROUP = Power.VIEW_ORGANIZATION, Power.READ_GROUPS, Power.MANAGE_GROUPS
ROBOTS, RECORD = Power.READ_ROBOTS, Power.READ_RECORD
HOOKS, OWN_HOOKS = Power.READ_WEBHOOKS, Power.WRITE_OWN_WEBHOOKS
# operation → what opens it
OPERATIONS: dict[str, Power | set[Power] | None] = {
    "me": None,
    "list_tokens": PEOPLE,
    "list_events": {READ, PEOPLE, RECORD},
    **dict.fromkeys(("list_people", "read_person"), VIEW),
    **dict.fromkeys(("list_robots", "read_robot"), ROBOTS),
    "list_record": RECORD,
    **dict.fromkeys(
        ("list_webhooks", "read_webhook", "list_deliveries", "read_delivery", "read_webhook_health"), HOOKS
    ),
    **dict.fromkeys(("count_failed", "read_resend"), HOOKS),
    **{f"{verb}_webhook": OWN_HOOKS for verb in ("create", "update", "delete", "resume", "test")},
    **dict.fromkeys(("resend_delivery", "resend_failed"), OWN_HOOKS),
    **dict.fromkeys(("list_groups", "read_group", "list_people_in_group", "list_robots_in_group"), GROUPS),
    **dict.fromkeys(("add_person_to_group", "remove_person_from_group"), REGROUP),
    **dict.fromkeys(("add_robot_to_group", "remove_robot_from_group"), REGROUP),
    **{f"{verb}_group": REGROUP for verb in ("create", "update", "delete")},
    **dict.fromkeys(("list_workspaces", "read_workspace", "list_members", "list_boards", "read_board"), READ),
    **dict.fromkeys(("read_column", "list_tasks", "read_task"), READ),
    **{f"{verb}_workspace": MANAGE for verb in ("create", "update", "delete", "archive", "restore")},
    **dict.fromkeys(("add_member", "remove_member"), MANAGE),
    **{
        f"{verb}_{thing}": WRITE
        for verb in ("create", "update", "delete")
        for thing in ("board", "column", "task")
    },
    **dict.fromkeys(("create_tasks", "move_task"), WRITE),
    **dict.fromkeys(("list_attachments", "read_attachment", "download_attachment"), READ),
    **dict.fromkeys(("read_thumbnail", "read_display"), READ),
    **dict.fromkeys(("create_attachment", "delete_attachment"), WRITE),
}
# caller → (whose, scopes, what it may do); None for scopes: everything I may do
WORK = {READ, WRITE, MANAGE}
OWNERS = WORK | {VIEW, PEOPLE, GROUPS, REGROUP, ROBOTS, RECORD, HOOKS, OWN_HOOKS}
CALLERS: dict[str, tuple[str, list[str] | None, set[Power]]] = {
    "robot": ("robby", None, WORK | {VIEW}),
    "read-only robot": ("reader", None, {READ, VIEW}),
    "owner's token": ("olga", None, OWNERS),
    "co-owner's token": ("carl", None, OWNERS),
    "owner's read-only token": ("olga", ["work:read", "people:read", "record:read"], {READ, VIEW, RECORD}),
    "owner's token for people": ("olga", ["people:write"], {PEOPLE}),
    "owner's token for the record": ("olga", ["record:read"], {RECORD}),
    "owner's token for webhooks": ("olga", ["webhooks:write"], {OWN_HOOKS}),
    "owner's token for groups": ("olga", ["groups:read"], {GROUPS}),
    "member's token": ("ada", None, {READ, WRITE, VIEW}),
    "member's token with more scopes than powers": ("ada", ["work:write", "people:write"], {WRITE}),
    "stranger's token": ("stan", None, OWNERS),
}
# No such thing, no body, or done: whatever comes after the door and the power.
BEYOND = {200, 201, 204, 404, 409, 415, 422}


def operations() -> list[tuple[str, str, str]]:
    """(operation, method, path with ids filled in) of everything in the document."""
    found = []
    for path, by_method in api.get_openapi_schema()["paths"].items():
        for method, operation in by_method.items():
            found.append((operation["operationId"], method, _filled(path)))
    return found


def _filled(path: str) -> str:
    return re.sub(r"{\w+}", "x", path)


def credential(cast: Cast, caller: str, token_for: Any) -> dict[str, str]:
    whose, scopes, _powers = CALLERS[caller]
    if whose in ("robby", "reader"):
        return bearer(token_for(getattr(cast, f"{whose}_values")))
    Organization.objects.update(requests_a_minute=10_000, robot_requests_a_minute=10_000)
    return bearer(actions.create(cast.actor(whose), "Everything", scopes, in_a_month())[1])


# The same for what other systems' APIs are called there.
CHANGE = Power.WRITE_ROBOT_ACCOUNTS
UIPATH: dict[str, Power | None] = {
    **dict.fromkeys((f"RobotAccount_{verb}" for verb in ("GetAllOfToken", "GetAll", "Get")), ROBOTS),
    **dict.fromkeys(
        (f"RobotAccount_{verb}" for verb in ("Create", "Update", "Delete", "DeleteMany")), CHANGE
    ),
    **dict.fromkeys((f"Group_{verb}" for verb in ("GetAllOfToken", "GetAll", "Get", "GetMembers")), GROUPS),
    **dict.fromkeys(("Group_BulkLoadByIds", "Group_CheckMembers"), GROUPS),
    **dict.fromkeys((f"Group_{verb}" for verb in ("Create", "Update", "Delete", "DeleteMany")), REGROUP),
    **{
        f"Audit{place}_{verb}{whose}": RECORD
        for place in (1, 2, 3)
        for verb in ("Get", "Download")
        for whose in ("", "OfToken")
    },
    "Account_Profile": None,
}
UIPATH_POWERS = {"owner's token": {CHANGE}, "co-owner's token": {CHANGE}, "stranger's token": {CHANGE}}


def of_uipath() -> list[tuple[str, str, str]]:
    """(operation, method, path) of the dialect, below a mount with an organization that is nobody's."""
    return [
        (operation["operationId"], method, "/Nobody" + re.sub(r"{\w+}", "x", path))
        for path, by_method in uipath.get_openapi_schema()["paths"].items()
        for method, operation in by_method.items()
    ]


def test_every_operation_of_a_dialect_has_a_row() -> None:
    assert {name for name, _method, _path in of_uipath()} == set(UIPATH)


@pytest.mark.parametrize("caller", CALLERS)
def test_every_caller_of_a_dialect_gets_what_the_table_says(cast: Cast, caller: str, token_for: Any) -> None:
    headers = credential(cast, caller, token_for)
    powers = CALLERS[caller][2] | UIPATH_POWERS.get(caller, set())
    for name, method, path in of_uipath():
        with undone():
            answer = getattr(Client(), method)(path, headers=headers)
        if UIPATH[name] is None or UIPATH[name] in powers:
            assert answer.status_code in {200, 400, 404, 415}, (name, caller, answer.content)
        else:
            assert answer.status_code == 403, (name, caller, answer.status_code)
            assert "Expect to have 'PM." in answer.json()["errorMessage"]


def test_without_a_credential_a_dialect_is_closed(cast: Cast) -> None:
    for number, (_name, method, path) in enumerate(of_uipath()):
        answer = getattr(Client(REMOTE_ADDR=f"192.0.2.{number}"), method)(path)
        assert answer.status_code == 401 and answer.json()["title"] == "Unauthorized", path


def test_every_operation_has_a_row() -> None:
    assert {name for name, _method, _path in operations()} == set(OPERATIONS)


@pytest.mark.parametrize("caller", CALLERS)
def test_every_caller_gets_what_the_table_says(cast: Cast, caller: str, token_for: Any) -> None:
    headers, powers = credential(cast, caller, token_for), CALLERS[caller][2]
    for name, method, path in operations():
        with undone():
            answer = getattr(Client(), method)(path, headers=headers)
        needed = OPERATIONS[name]
        any_of = needed if isinstance(needed, set) else {needed}
        if needed is None or any_of & powers:
            assert answer.status_code in BEYOND, (name, caller, answer.status_code, answer.content)
        else:
            assert answer.status_code == 403, (name, caller, answer.status_code)
            assert answer.json()["power"] in {power.value for power in any_of if power}


@pytest.mark.parametrize("caller", ["robot", "member's token"])
def test_every_other_method_is_refused_as_such(cast: Cast, caller: str, token_for: Any) -> None:
    headers = credential(cast, caller, token_for)
    there: dict[str, set[str]] = {}
    for _name, method, path in operations():
        there.setdefault(path, set()).add(method)
    for path, methods in there.items():
        for method in set(METHODS) - methods:
            answer = getattr(Client(), method)(path, headers=headers)
            assert (
                answer.status_code == 405 and answer.headers["Content-Type"] == "application/problem+json"
            ), path


def test_without_a_credential_everything_is_401(cast: Cast) -> None:
    for _name, method, path in operations():
        answer = getattr(Client(REMOTE_ADDR=f"192.0.2.{hash(path) % 250}"), method)(path)
        assert answer.status_code == 401, path


@pytest.mark.parametrize("caller", ["robot", "read-only robot", "owner's token"])
def test_no_machine_opens_a_page_by_any_method(cast: Cast, caller: str, token_for: Any) -> None:
    headers = credential(cast, caller, token_for)
    for name in PAGES:
        for method in METHODS:
            answer = getattr(Client(), method)(address(name, cast), headers=headers)
            assert answer.status_code == 302, (name, method)
            assert answer.headers["Location"].startswith("/accounts/login/"), (name, method)
