"""`/api/v1/workspaces`: what a robot does all day, and whatever else may arrive there."""

import html
import json
import unicodedata
from typing import Any

import pytest
from django.test import Client

from accounts.models import Membership, Record
from accounts.record import verify
from tests.cast import Cast
from tests.conftest import bearer
from tests.tokens.conftest import WORKSPACES, call, is_problem, personal
from workspaces.models import Workspace


def create(token: str, **body: Any) -> dict[str, Any]:
    """A workspace as the API answers it."""
    answer = call(WORKSPACES, token, "post", body)
    assert answer.status_code == 201, answer.content
    return answer.json()


def raw(token: str, body: bytes, path: str = WORKSPACES, method: str = "POST") -> Any:
    """A body exactly as it is."""
    return Client().generic(method, path, body, content_type="application/json", headers=bearer(token))


# ---------- create, read, change, delete ----------


def test_a_robot_makes_reads_changes_and_deletes(cast: Cast, robby: str) -> None:
    made = create(robby, name="Harbour bridge", description="Steel.\n\tTides.")
    here = f"{WORKSPACES}/{made['id']}"
    assert set(made) >= {"id", "name", "description", "created_at", "updated_at"}
    assert call(here, robby).json() == made
    changed = call(here, robby, "patch", {"name": "Bridge"}).json()
    assert (changed["name"], changed["description"]) == ("Bridge", "Steel.\n\tTides.")
    assert changed["updated_at"] > made["updated_at"]
    gone = call(here, robby, "delete")
    assert (gone.status_code, gone.content) == (204, b"")
    for method in ("get", "delete"):
        is_problem(call(here, robby, method), 404)
    is_problem(call(here, robby, "patch", {"name": "x"}), 404)


def test_everything_is_recorded_as_the_robots_doing(cast: Cast, robby: str) -> None:
    here = f"{WORKSPACES}/{create(robby, name='Bridge')['id']}"
    call(here, robby, "patch", {"name": "Harbour"})
    call(here, robby, "patch", {"name": "Harbour"})
    call(here, robby, "delete")
    rows = Record.objects.filter(actor_kind="robot", actor_key=cast.robby.public_id).order_by("seq")
    assert list(rows.values_list("type", "audience")) == [
        ("workspace.created", "work"),
        ("workspace.updated", "work"),
        ("workspace.deleted", "work"),
    ]
    assert verify(cast.home).broken_at is None


def test_an_archived_one_is_as_it_is_until_it_is_restored(cast: Cast, robby: str) -> None:
    here = f"{WORKSPACES}/{create(robby, name='Harbour bridge')['id']}"
    mia, ada = (f"{here}/members/{cast.users[name].public_id}" for name in ("mia", "ada"))
    assert call(mia, robby, "put").status_code == 200
    archived = call(f"{here}/archive", robby, "post").json()
    lines = Record.objects.count()
    for path, method, body in ((here, "patch", {"name": "X"}), (mia, "delete", None), (ada, "put", None)):
        told = is_problem(call(path, robby, method, body), 409, "not_possible")
        assert "archived" in told["detail"]
    assert call(here, robby).json() == archived and Record.objects.count() == lines
    assert [one["name"] for one in call(f"{here}/members", robby).json()["items"]] == ["Mia"]
    assert call(f"{here}/restore", robby, "post").status_code == 200
    assert call(here, robby, "patch", {"name": "X"}).json()["name"] == "X"
    assert call(mia, robby, "delete").status_code == 204
    # What is archived can still be deleted.
    call(f"{here}/archive", robby, "post")
    assert call(here, robby, "delete").status_code == 204


def test_an_id_is_never_used_again(cast: Cast, robby: str) -> None:
    here = f"{WORKSPACES}/{create(robby, name='Bridge')['id']}"
    call(here, robby, "delete")
    assert Workspace.objects.filter(retired_at__isnull=False).count() == 1
    assert call(WORKSPACES, robby).json()["items"] == []


def test_nothing_given_changes_nothing(cast: Cast, robby: str) -> None:
    made = create(robby, name="Bridge", description="x")
    here = f"{WORKSPACES}/{made['id']}"
    assert call(here, robby, "patch", {}).json() == made
    assert call(here, robby, "patch", {"description": ""}).json()["description"] == ""


def test_a_null_is_not_quietly_ignored(cast: Cast, robby: str) -> None:
    here = f"{WORKSPACES}/{create(robby, name='Bridge', description='x')['id']}"
    is_problem(call(here, robby, "patch", {"name": None}), 422, "invalid")


def test_a_person_sees_as_a_token_what_they_see_on_pages(cast: Cast, robby: str) -> None:
    bridge, _harbour = create(robby, name="Bridge"), create(robby, name="Harbour")
    ada = cast.membership("ada")
    Workspace.objects.get(public_id=bridge["id"]).members.add(ada)
    token = personal(cast, "ada")
    assert [row["name"] for row in call(WORKSPACES, token).json()["items"]] == ["Bridge"]
    is_problem(call(f"{WORKSPACES}/{_harbour['id']}", token), 404)
    is_problem(call(f"{WORKSPACES}/{bridge['id']}", token, "delete"), 403, "not_allowed")
    assert "Bridge" in cast.client("ada").get("/o/halden/workspaces/").content.decode()
    assert "Harbour" not in cast.client("ada").get("/o/halden/workspaces/").content.decode()


# ---------- page after page ----------


@pytest.fixture
def seven(cast: Cast, robby: str) -> list[str]:
    """Ids of seven workspaces, in order."""
    return [create(robby, name=f"W{number}")["id"] for number in range(7)]


def walk(token: str, limit: int) -> list[list[str]]:
    """Every page's ids, along `next`."""
    pages, after = [], ""
    while after is not None:
        told = call(f"{WORKSPACES}?limit={limit}" + (f"&after={after}" if after else ""), token).json()
        pages.append([row["id"] for row in told["items"]])
        after = told["next"]
    return pages


@pytest.mark.parametrize("limit", [1, 2, 3, 6, 7, 8, 200])
def test_pages_follow_one_another(seven: list[str], robby: str, limit: int) -> None:
    pages = walk(robby, limit)
    assert [row for page in pages for row in page] == seven
    assert all(len(page) == limit for page in pages[:-1]) and 0 < len(pages[-1]) <= limit


def test_the_link_header_leads_to_the_next_page(seven: list[str], robby: str) -> None:
    answer = call(f"{WORKSPACES}?limit=3", robby)
    link = answer.headers["Link"]
    assert link == f'<http://testserver{WORKSPACES}?after={seven[2]}&limit=3>; rel="next"'
    assert "Link" not in call(f"{WORKSPACES}?limit=7", robby).headers


def test_a_walk_goes_on_when_the_last_one_seen_is_deleted_meanwhile(seven: list[str], robby: str) -> None:
    after = call(f"{WORKSPACES}?limit=3", robby).json()["next"]
    assert call(f"{WORKSPACES}/{after}", robby, "delete").status_code == 204
    rest = call(f"{WORKSPACES}?after={after}", robby)
    assert rest.status_code == 200 and [row["id"] for row in rest.json()["items"]] == seven[3:]


@pytest.mark.parametrize("after", ["nobody", "0", "-1", "😀", "%FF", "x" * 64, "'; --"])
def test_an_unknown_cursor_is_not_found(seven: list[str], robby: str, after: str) -> None:
    is_problem(call(f"{WORKSPACES}?after={after}", robby), 404)


def test_another_organizations_cursor_is_not_found(cast: Cast, robby: str) -> None:
    there = create(personal(cast, "stan"), name="Nordic")["id"]
    is_problem(call(f"{WORKSPACES}?after={there}", robby), 404)


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "limit=-1",
        "limit=x",
        "limit=1e3",
        "limit=",
        "limit=9" + "9" * 30,
        "after=" + "x" * 65,
    ],
)
def test_an_invalid_page_is_refused_by_name(seven: list[str], robby: str, query: str) -> None:
    told = is_problem(call(f"{WORKSPACES}?{query}", robby), 422, "invalid")
    assert told["errors"][0]["field"] == query.partition("=")[0]


def test_the_list_costs_the_same_for_one_and_for_many(cast: Cast, robby: str, queries) -> None:
    create(robby, name="first")
    one = queries(lambda: call(WORKSPACES, robby))
    for number in range(10):
        create(robby, name=f"W{number}")
    assert queries(lambda: call(WORKSPACES, robby)) == one <= 2


# ---------- bad input ----------

BAD: list[tuple[Any, str]] = [
    ({}, "name"),
    ({"name": None}, "name"),
    ({"name": ""}, "name"),
    ({"name": " \t\n "}, "name"),
    ({"name": "x" * 121}, "name"),
    ({"name": "x" * 2**20}, "name"),
    ({"name": "\u0958" * 120}, "name"),
    ({"name": "a\u0000b"}, "name"),
    ({"name": "a\u0007b"}, "name"),
    ({"name": "a\nb"}, "name"),
    ({"name": "a\u2028b"}, "name"),
    ({"name": "\ud800"}, "name"),
    ({"name": "Bill\u202etxt.exe"}, "name"),
    ({"name": 7}, "name"),
    ({"name": 7.5}, "name"),
    ({"name": True}, "name"),
    ({"name": ["x"]}, "name"),
    ({"name": {"x": "y"}}, "name"),
    ({"name": "x", "description": None}, "description"),
    ({"name": "x", "description": 7}, "description"),
    ({"name": "x", "description": "y" * 2001}, "description"),
    ({"name": "x", "description": "y" * 2**20}, "description"),
    ({"name": "x", "description": "a\u0000b"}, "description"),
    ({"name": "x", "description": "a\u001b[0m"}, "description"),
    ({"name": "x", "description": "\udfff"}, "description"),
    ({"name": "x", "description": "a\u2066b"}, "description"),
    ({"name": "x", "owner": "me"}, "owner"),
    ({"name": "x", "id": "mine"}, "id"),
    ({"name": "x", "organization": 1}, "organization"),
    ({"name": "x", "": 1}, ""),
    ({"name": "x", "żółw": 1}, "żółw"),
    ({"name": "x", "\ud800": 1}, ""),
    ([], "body"),
    ("x", "body"),
    (7, "body"),
    (None, "body"),
    (True, "body"),
]


@pytest.mark.parametrize(("body", "field"), BAD)
def test_what_cannot_be_is_refused_by_name_and_nothing_is_made(
    cast: Cast, robby: str, body: Any, field: str
) -> None:
    told = is_problem(raw(robby, json.dumps(body).encode()), 422, "invalid")
    assert field in {error["field"] for error in told["errors"]} or not field
    assert all(error["message"] and "Value error" not in error["message"] for error in told["errors"])
    assert not Workspace.objects.exists()


@pytest.mark.parametrize(("body", "field"), [case for case in BAD if isinstance(case[0], dict) and case[0]])
def test_a_change_is_held_to_the_same_rules(cast: Cast, robby: str, body: Any, field: str) -> None:
    made = create(robby, name="Bridge", description="Steel.")
    here = f"{WORKSPACES}/{made['id']}"
    is_problem(raw(robby, json.dumps(body).encode(), here, "PATCH"), 422, "invalid")
    assert call(here, robby).json() == made


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"{'name': 'x'}",
        b'{"name": NaN}',
        b'{"name": Infinity}',
        b'{"name": -Infinity}',
        b'{"name": "x",}',
        b'{"name": "x"} trailing',
        b"\xff\xfe\xff",
        b'{"name": "\xff"}',
        b'{"name": "a\nb"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b"9" * 10_000,
        b"name=x",
        b'{"name": "x", "name": "y"}',
        b'{"name": "x", "description": {"a": 1, "\\u0061": 1}}',
    ],
)
def test_what_is_no_json_is_refused(cast: Cast, robby: str, body: bytes) -> None:
    is_problem(raw(robby, body), 400)


@pytest.mark.parametrize(
    "body", [b'{"name": 1e999}', b'{"name": ' + b"[" * 400 + b"]" * 400 + b"}", b'\xef\xbb\xbf{"nome": 1}']
)
def test_strange_but_valid_json_is_held_to_the_rules(cast: Cast, robby: str, body: bytes) -> None:
    is_problem(raw(robby, body), 422, "invalid")


@pytest.mark.parametrize(
    "name", ["Łódź 🏗️", "מגדל", "برج", "<b>&amp;</b>", "{{ x }}", "x" * 120, "\u0958" * 60, "e\u0301"]
)
def test_names_may_be_in_any_script(cast: Cast, robby: str, name: str) -> None:
    made = create(robby, name=f"  {name} ", description=name)
    assert made["name"] == made["description"] == unicodedata.normalize("NFC", name)
    page = cast.client("olga").get("/o/halden/workspaces/").content.decode()
    assert html.escape(made["name"]) in page


@pytest.mark.parametrize("id", ["nobody", "1", "-1", "%2e%2e", "😀", "%FF", "x" * 64, "a b", "%0A"])
def test_an_unknown_id_is_not_found(cast: Cast, robby: str, id: str) -> None:
    for method in ("get", "delete"):
        is_problem(call(f"{WORKSPACES}/{id}", robby, method), 404)
    is_problem(call(f"{WORKSPACES}/{id}", robby, "patch", {"name": "x"}), 404)


def test_an_id_that_is_too_long_is_refused(cast: Cast, robby: str) -> None:
    assert call(f"{WORKSPACES}/{'x' * 5000}", robby).status_code in (404, 422)


def test_a_missing_body_is_refused(cast: Cast, robby: str) -> None:
    is_problem(raw(robby, b""), 422, "invalid")


def test_an_administrator_manages_workspaces_and_a_member_does_not(cast: Cast) -> None:
    Membership.objects.filter(user=cast.users["adam"]).update(api_access=True)
    made = create(personal(cast, "adam"), name="Bridge")
    is_problem(call(WORKSPACES, personal(cast, "ada"), "post", {"name": "x"}), 403, "not_allowed")
    is_problem(
        call(f"{WORKSPACES}/{made['id']}", personal(cast, "ada"), "patch", {"name": "x"}), 403, "not_allowed"
    )
