"""`POST /oauth2/token` for robots that do it right: RFC 6749 section 4.4, scopes, other systems' names, generations."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from robots import renewal
from robots.models import AccessToken, Robot, Secret
from robots.oauth import checksum
from tests.cast import Cast
from tests.conftest import basic, bearer
from tests.robots.conftest import GRANT, TOKEN, ask, in_body, is_refused, send

ALL_OF_ROBBY = "work:read work:write people:read"


def test_the_answer_is_what_the_contract_says(cast: Cast) -> None:
    answer = ask(cast.robby_values)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    assert (answer.headers["Cache-Control"], answer.headers["Pragma"]) == ("no-store", "no-cache")
    told = answer.json()
    token = told.pop("access_token")
    assert token.startswith("gate_at_") and len(token) == 57
    assert told == {"token_type": "Bearer", "expires_in": 3600, "expires": 3600, "scope": ALL_OF_ROBBY}


def test_only_the_checksum_of_a_token_is_stored(cast: Cast) -> None:
    token = ask(cast.robby_values).json()["access_token"]
    row = AccessToken.objects.filter(robot=cast.robby).values().get()
    assert row["token_checksum"] == checksum(token) and token not in str(row)
    assert abs(row["expires"] - timezone.now() - timedelta(hours=1)) < timedelta(minutes=1)


def test_credentials_in_the_body_work_as_well(cast: Cast) -> None:
    assert send(TOKEN, in_body(cast.robby_values)).status_code == 200


def test_the_older_address_is_the_same_endpoint(cast: Cast) -> None:
    assert send("/oauth2/access_token", in_body(cast.robby_values)).json()["scope"] == ALL_OF_ROBBY


@pytest.mark.parametrize("scheme", ["Basic", "basic", "BASIC", "bAsIc"])
def test_the_scheme_is_case_insensitive(cast: Cast, scheme: str) -> None:
    header = basic(cast.robby_values.client_id, cast.robby_values.client_secret)["Authorization"]
    assert send(TOKEN, headers={"Authorization": header.replace("Basic", scheme)}).status_code == 200


def test_basic_parts_may_be_form_encoded(cast: Cast) -> None:
    encoded = cast.robby_values.client_secret.replace("_", "%5F")
    assert send(TOKEN, headers=basic(cast.robby_values.client_id, encoded)).status_code == 200


def test_the_client_id_may_be_repeated_beside_basic(cast: Cast) -> None:
    assert ask(cast.robby_values, f"{GRANT}&client_id={cast.robby_values.client_id}").status_code == 200


@pytest.mark.parametrize("content_type", ["; charset=UTF-8", ";charset=utf-8", " ; x=y"])
def test_a_charset_beside_the_content_type_does_no_harm(cast: Cast, content_type: str) -> None:
    full = "Application/X-WWW-Form-Urlencoded" + content_type
    assert send(TOKEN, in_body(cast.robby_values), content_type=full).status_code == 200


def test_unknown_parameters_and_empty_ones_are_ignored(cast: Cast) -> None:
    assert ask(cast.robby_values, f"{GRANT}&resource=x&scope=&client_secret=").json()["scope"] == ALL_OF_ROBBY


@pytest.mark.parametrize(
    "asked", ["work:read", "people:read+work:read", "work:write%20work:read", "work:read++"]
)
def test_a_token_may_be_narrower_than_its_robot(cast: Cast, asked: str) -> None:
    told = ask(cast.robby_values, f"{GRANT}&scope={asked}").json()
    assert told["scope"].split() == asked.replace("%20", "+").replace("++", "").split("+")


def test_a_scope_asked_for_twice_is_there_once(cast: Cast) -> None:
    assert ask(cast.robby_values, f"{GRANT}&scope=work:read+work:read").json()["scope"] == "work:read"


def test_a_narrow_token_can_do_no_more_than_it_says(cast: Cast, token_for) -> None:
    headers = bearer(token_for(cast.robby_values, "work:read"))
    assert Client().get("/api/v1/me", headers=headers).json()["scopes"] == ["work:read"]
    assert Client().get("/api/v1/workspaces", headers=headers).status_code == 200
    made = Client().post(
        "/api/v1/workspaces", {"name": "x"}, content_type="application/json", headers=headers
    )
    assert made.status_code == 403


def test_a_read_only_robot_gets_only_what_reads(cast: Cast) -> None:
    assert ask(cast.reader_values).json()["scope"] == "work:read people:read"
    is_refused(ask(cast.reader_values, f"{GRANT}&scope=work:write"), 400, "invalid_scope")


@pytest.mark.parametrize(
    ("alias", "scopes"),
    [
        ("PM.RobotAccount", "robots:read robots:write"),
        ("PM.RobotAccount.Read", "robots:read"),
        ("PM.RobotAccount.Write", "robots:write"),
        ("PM.Group", "groups:read groups:write"),
        ("PM.Group.Read+work:read", "groups:read work:read"),
        ("PM.Group.Write", "groups:write"),
        ("PM.Audit", "record:read"),
        ("PM.Audit.Read", "record:read"),
    ],
)
def test_other_systems_names_are_aliases(cast: Cast, alias: str, scopes: str) -> None:
    is_refused(ask(cast.robby_values, f"{GRANT}&scope={alias}"), 400, "invalid_scope")
    ticked = ["robots:read", "robots:write", "groups:read", "groups:write", "record:read"]
    Robot.objects.filter(pk=cast.robby.pk).update(scopes=ticked)
    assert ask(cast.robby_values, f"{GRANT}&scope={alias}").json()["scope"] == scopes


def test_what_an_owner_ticked_comes_without_asking(cast: Cast) -> None:
    Robot.objects.filter(pk=cast.robby.pk).update(scopes=["record:read", "no:such", "work:read"])
    assert ask(cast.robby_values).json()["scope"] == f"{ALL_OF_ROBBY} record:read"


def test_both_generations_work_while_they_overlap(cast: Cast) -> None:
    _robot, _secret, fresh = renewal.renew(cast.actor("olga"), cast.robby.public_id, timedelta(hours=1))
    assert [ask(values).status_code for values in (cast.robby_values, fresh)] == [200, 200]
    Secret.objects.filter(robot=cast.robby, number=1).update(dies_at=timezone.now() - timedelta(seconds=1))
    is_refused(ask(cast.robby_values), 401, "invalid_client")
    assert ask(fresh).status_code == 200


def test_the_metadata_names_what_is_mounted_and_nothing_else(cast: Cast) -> None:
    answer = Client().get("/.well-known/oauth-authorization-server")
    told = answer.json()
    assert told["issuer"] == "http://testserver"
    assert told["grant_types_supported"] == ["client_credentials"] and told["response_types_supported"] == []
    assert not {"authorization_endpoint", "registration_endpoint", "device_authorization_endpoint"} & set(
        told
    )
    for name in ("token", "revocation", "introspection"):
        assert told[f"{name}_endpoint_auth_methods_supported"] or name == "token"
        assert send(told[f"{name}_endpoint"].removeprefix("http://testserver")).status_code in (400, 401)
    assert told["token_endpoint_auth_methods_supported"] == ["client_secret_basic", "client_secret_post"]


@pytest.mark.parametrize(
    "path", ["authorize", "device-authorization", "register", "applications/", "userinfo", "token/"]
)
def test_the_librarys_other_addresses_are_not_mounted(cast: Cast, path: str) -> None:
    assert send(f"/oauth2/{path}").status_code == 404
    assert Client().get(f"/oauth2/{path}").status_code == 404
