"""Every error under /api/ is a problem document (RFC 9457), also those that no view of ours wrote."""

import pytest
from django.test import Client

from tests.cast import Cast
from tests.conftest import bearer
from tests.tokens.conftest import JSON, ME, WORKSPACES, call, is_problem, personal


@pytest.mark.parametrize(
    "path",
    [
        "/api/",
        "/api/v1",
        "/api/v1/",
        "/api/v1/nothing",
        "/api/v2/me",
        "/api/v1/me/",
        "/api/v1/workspaces/x/y",
    ],
)
def test_an_unknown_address_is_a_problem(cast: Cast, path: str) -> None:
    is_problem(call(path), 401)
    is_problem(call(path, personal(cast, "olga")), 404)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options", "trace"])
def test_a_wrong_method_is_a_problem_that_names_the_right_ones(cast: Cast, method: str) -> None:
    answer = call(ME, personal(cast, "olga"), method)
    is_problem(answer, 405)
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/json",
        "*/*",
    ],
)
def test_a_body_that_is_not_json_is_a_problem(cast: Cast, kind: str) -> None:
    token = personal(cast, "olga")
    answer = Client().generic("POST", WORKSPACES, b'{"name": "x"}', content_type=kind, headers=bearer(token))
    is_problem(answer, 415)
    answer = Client().generic("POST", WORKSPACES, b'{"name": "x"}', content_type="", headers=bearer(token))
    is_problem(answer, 415)


def test_too_much_broken_and_invalid_are_problems(cast: Cast) -> None:
    token = personal(cast, "olga")
    is_problem(call(WORKSPACES, token, "post", {"name": "x", "description": "y" * 3 * 2**20}), 413)
    is_problem(call(WORKSPACES, token, "post", "{"), 400)
    told = is_problem(call(WORKSPACES, token, "post", {}), 422, "invalid")
    assert told["errors"] == [{"field": "name", "message": "Field required"}]


def test_a_crash_is_a_problem_with_an_id_to_quote(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import connection

    token = personal(cast, "olga")
    broken = Client(raise_request_exception=False)
    with connection.execute_wrapper(lambda *_: 1 / 0):
        answer = broken.get(ME, headers=bearer(token))
    told = is_problem(answer, 500)
    assert "X-Request-ID" in told["detail"] and answer.headers["X-Request-ID"]
    assert "ZeroDivision" not in answer.content.decode()


def test_a_refusal_says_whether_the_person_or_the_token_lacks_it(cast: Cast) -> None:
    person = is_problem(call("/api/v1/tokens", personal(cast, "ada")), 403, "not_allowed")
    token = is_problem(call("/api/v1/tokens", personal(cast, "olga", ["work:write"])), 403, "not_allowed")
    assert person["detail"] == "The person behind this token lacks MANAGE_PEOPLE in this organization."
    assert token["detail"] == "This needs people:write."


def test_a_nul_in_the_address_is_a_problem(cast: Cast) -> None:
    token = personal(cast, "olga")
    for path in (f"{WORKSPACES}/%00", f"{WORKSPACES}?after=%00", f"{WORKSPACES}?limit=%00"):
        is_problem(call(path, token), 400)


@pytest.mark.parametrize(
    "path", ["/.well-known/oauth-authorization-server", "/healthz", "/readyz", "/metrics"]
)
def test_what_needs_no_credential_refuses_a_wrong_method_as_a_problem_too(cast: Cast, path: str) -> None:
    answer = Client().post(path)
    is_problem(answer, 405)
    assert answer.headers["Allow"] == "GET, HEAD"


def test_json_is_asked_for_in_any_case(cast: Cast) -> None:
    token = personal(cast, "olga")
    for kind in ("Application/JSON", JSON + "; charset=utf-8", "application/merge-patch+json"):
        answer = Client().generic(
            "POST", WORKSPACES, b'{"name": "x"}', content_type=kind, headers=bearer(token)
        )
        assert answer.status_code == 201
