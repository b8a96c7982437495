"""The same requests at django-oauth-toolkit's own TokenView and at ours: the same status, error and scope.

Where we differ on purpose, the table says why. Both run on our Validator, Scopes and tables.
"""

import base64
import json
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from oauth2_provider.views import TokenView

from accounts.sealing import new_secret
from robots.models import AccessToken
from tests.cast import Cast
from tests.conftest import FORM, basic, bearer
from tests.robots.conftest import GRANT, TOKEN, in_body

LIBRARY = "/oauth2/library/"
pytestmark = pytest.mark.urls("tests.robots.library_urls")


@dataclass
class Case:
    """A request (`{id}`, `{secret}`, `{other}` are filled in) and what both answer: status and error, or scope."""

    told: str
    body: str = GRANT
    basic: str = "{id}:{secret}"
    header: str = ""
    content_type: str = FORM
    query: str = ""
    method: str = "post"
    # What we answer instead, and why.
    ours: str = ""
    why: str = ""


BODY = f"{GRANT}&client_id={{id}}&client_secret={{secret}}"
UNKNOWN = "f" * 32
CASES = {
    "Basic": Case("200 work:read work:write people:read"),
    "body": Case("200 work:read work:write people:read", BODY, ""),
    "narrower": Case("200 work:read", f"{GRANT}&scope=work:read"),
    "two scopes": Case("200 people:read work:read", f"{GRANT}&scope=people:read+work:read"),
    "empty scope": Case(
        "400 invalid_scope",
        f"{GRANT}&scope=",
        ours="200 work:read work:write people:read",
        why="RFC 6749 section 3.2: a parameter without a value is as if it were not there",
    ),
    "unknown scope": Case("400 invalid_scope", f"{GRANT}&scope=introspection"),
    "scope it does not have": Case("400 invalid_scope", f"{GRANT}&scope=work:read+record:read"),
    "alias": Case(
        "400 invalid_scope",
        f"{GRANT}&scope=PM.Audit",
        why="aliases are ours alone; without the scope behind it both refuse",
    ),
    "wrong secret": Case("401 invalid_client", basic="{id}:" + new_secret("gate_cs_")),
    "not one of our secrets": Case("401 invalid_client", basic="{id}:secret"),
    "another robot's secret": Case("401 invalid_client", basic="{id}:{other}"),
    "unknown client": Case("401 invalid_client", basic=UNKNOWN + ":{secret}"),
    "blank secret": Case("401 invalid_client", basic="{id}:"),
    "blank in the body": Case("401 invalid_client", f"{GRANT}&client_id={{id}}&client_secret=", ""),
    "no secret": Case("401 invalid_client", f"{GRANT}&client_id={{id}}", ""),
    "no client": Case("401 invalid_client", GRANT, ""),
    "Basic without a colon": Case("401 invalid_client", basic="{id}"),
    "Basic that is not base64": Case("401 invalid_client", basic="", header="Basic !!!"),
    "another scheme": Case("401 invalid_client", basic="", header="Digest x"),
    "lower-case basic": Case(
        "401 invalid_client",
        header="basic",
        ours="200 work:read work:write people:read",
        why="RFC 7235 section 2.1: schemes are case-insensitive",
    ),
    "another scheme beside the body": Case(
        "200 work:read work:write people:read",
        BODY,
        "",
        "Digest x",
        ours="401 invalid_client",
        why="RFC 6749 section 2.3: one way to authenticate in each request",
    ),
    "two ways at once": Case(
        "200 work:read work:write people:read",
        BODY,
        ours="400 invalid_request",
        why="RFC 6749 section 2.3, again",
    ),
    "another client id beside Basic": Case(
        "400 server_error",
        f"{GRANT}&client_id={UNKNOWN}",
        ours="400 invalid_request",
        why="nothing of ours is broken: the request names two clients",
    ),
    "no grant": Case(
        "400 unsupported_grant_type",
        "scope=work:read",
        ours="400 invalid_request",
        why="RFC 6749 section 5.2: a missing parameter is an invalid request",
    ),
    "unknown grant": Case("400 unsupported_grant_type", "grant_type=magic"),
    "password": Case(
        "400 invalid_grant",
        "grant_type=password&username=olga@halden.example&password=x",
        ours="400 unsupported_grant_type",
        why="we have one grant, and say so before asking who calls",
    ),
    "refresh token": Case(
        "400 invalid_grant",
        "grant_type=refresh_token&refresh_token=x",
        ours="400 unsupported_grant_type",
        why="the same",
    ),
    "authorization code": Case(
        "400 unauthorized_client",
        "grant_type=authorization_code&code=x",
        ours="400 unsupported_grant_type",
        why="the same",
    ),
    "unknown device code": Case(
        "404 device_not_found",
        "grant_type=urn:ietf:params:oauth:grant-type:device_code&device_code=x",
        ours="400 unsupported_grant_type",
        why="the same, and 404 device_not_found is no RFC 6749 error",
    ),
    "secret in the address": Case(
        "400 invalid_request", GRANT, "", query="client_id={id}&client_secret={secret}"
    ),
    "grant twice": Case(
        "200 work:read work:write people:read",
        f"{GRANT}&{GRANT}",
        ours="400 invalid_request",
        why="RFC 6749 section 3.2: parameters must not be there more than once",
    ),
    "scope twice": Case(
        "200 work:read",
        f"{GRANT}&scope=people:read&scope=work:read",
        ours="400 invalid_request",
        why="the same; the library takes the last one",
    ),
    "GET": Case("405 invalid_request", method="get"),
}


def answer_of(case: Case, path: str, cast: Cast) -> str:
    """What `path` says to the case: the status, then the error or the scope."""
    values, other = cast.robby_values, cast.reader_values.client_secret

    def filled(text: str) -> str:
        return text.format(id=values.client_id, secret=values.client_secret, other=other)

    header = case.header
    if case.basic:
        header = f"{header or 'Basic'} {base64.b64encode(filled(case.basic).encode()).decode()}"
    address = path + ("?" + filled(case.query) if case.query else "")
    given: dict[str, Any] = {"headers": {"Authorization": header} if header else {}}
    given |= {"data": filled(case.body), "content_type": case.content_type} if case.method == "post" else {}
    answer = getattr(Client(), case.method)(address, **given)
    # The library sends some of its JSON as text/html.
    told = json.loads(answer.content)
    return f"{answer.status_code} {told['error'] if 'error' in told else told['scope']}".strip()


@pytest.mark.parametrize("name", CASES)
def test_both_answer_the_same_unless_the_table_says_why_not(cast: Cast, name: str) -> None:
    case = CASES[name]
    assert answer_of(case, LIBRARY, cast) == case.told
    assert answer_of(case, TOKEN, cast) == (case.ours or case.told)
    assert bool(case.ours) <= bool(case.why)


def test_a_device_code_that_is_missing_crashes_the_library_and_not_us(cast: Cast) -> None:
    body = in_body(cast.robby_values, "grant_type=urn:ietf:params:oauth:grant-type:device_code")
    crashing = Client(raise_request_exception=False)
    assert crashing.post(LIBRARY, body, content_type=FORM).status_code == 500
    assert crashing.post(TOKEN, body, content_type=FORM).status_code == 400


def test_the_librarys_view_is_the_real_one() -> None:
    assert TokenView.__module__ == "oauth2_provider.views.base"


def test_tokens_of_either_view_work_at_the_api_and_look_alike(cast: Cast) -> None:
    header = basic(cast.robby_values.client_id, cast.robby_values.client_secret)
    for path in (LIBRARY, TOKEN):
        told = Client().post(path, GRANT, content_type=FORM, headers=header).json()
        assert told["token_type"] == "Bearer" and told["expires_in"] == 3600
        assert Client().get("/api/v1/me", headers=bearer(told["access_token"])).status_code == 200
    rows = AccessToken.objects.filter(robot=cast.robby).values(
        "scope", "robot", "secret", "application", "user"
    )
    assert len({str(row) for row in rows}) == 1 and len(rows) == 2
