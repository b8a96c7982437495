"""The holes of the stock library (dependencies.md, section 1), each closed and held here."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.sealing import new_secret
from robots.models import AccessToken, Application, Robot, Secret
from tests.cast import Cast
from tests.conftest import basic, bearer
from tests.robots.conftest import GRANT, INTROSPECT, REVOKE, TOKEN, ask, in_body, is_refused, send

NO_SECRETS = ["", " ", "!", "%00", "None", "null", "*", "a" * 200, "gate_cs_", "gate_cs_" + "0" * 49]
PATHS = [TOKEN, REVOKE, INTROSPECT]


@pytest.mark.parametrize("secret", NO_SECRETS)
def test_what_is_no_secret_opens_nothing(cast: Cast, bare: Robot, secret: str) -> None:
    for robot in (cast.robby, bare):
        is_refused(send(TOKEN, headers=basic(robot.client_id, secret)), 401, "invalid_client")
        body = f"{GRANT}&client_id={robot.client_id}&client_secret={secret}"
        is_refused(send(TOKEN, body), 401, "invalid_client")
    assert not AccessToken.objects.exists()


@pytest.mark.parametrize("path", PATHS)
def test_a_missing_secret_opens_nothing(cast: Cast, bare: Robot, path: str) -> None:
    for robot in (cast.robby, bare):
        is_refused(send(path, f"{GRANT}&token=x&client_id={robot.client_id}"), 401, "invalid_client")
    is_refused(
        send(path, f"{GRANT}&token=x&client_secret={cast.robby_values.client_secret}"), 401, "invalid_client"
    )
    is_refused(send(path, f"{GRANT}&token=x"), 401, "invalid_client")


def test_a_robot_without_any_generation_gets_nothing(cast: Cast, bare: Robot) -> None:
    for secret in (new_secret("gate_cs_"), cast.robby_values.client_secret):
        is_refused(send(TOKEN, headers=basic(bare.client_id, secret)), 401, "invalid_client")


def test_there_is_no_column_that_could_hold_a_readable_or_blank_secret() -> None:
    assert "client_secret" not in {field.name for field in Application._meta.get_fields()}
    assert "hash_client_secret" not in {field.name for field in Application._meta.get_fields()}
    assert "token" not in {field.name for field in AccessToken._meta.get_fields()}


def test_one_robots_secret_does_not_open_another(cast: Cast) -> None:
    mixed = basic(cast.reader_values.client_id, cast.robby_values.client_secret)
    is_refused(send(TOKEN, headers=mixed), 401, "invalid_client")


@pytest.mark.parametrize("part", ["oauth1_token", "oauth1_token_secret", "client_id"])
def test_a_robots_other_values_are_not_its_client_secret(cast: Cast, part: str) -> None:
    wrong = getattr(cast.robby_values, part)
    is_refused(send(TOKEN, headers=basic(cast.robby_values.client_id, wrong)), 401, "invalid_client")


def test_an_unknown_client_id_costs_what_a_wrong_secret_costs(cast: Cast, queries) -> None:
    wrong = new_secret("gate_cs_")
    tries = [
        (cast.robby_values.client_id, wrong),
        ("f" * 32, wrong),
        ("f" * 32, cast.robby_values.client_secret),
    ]
    answers = [send(TOKEN, headers=basic(*pair)) for pair in tries]
    assert len({answer.content for answer in answers}) == 1
    assert {queries(lambda pair=pair: send(TOKEN, headers=basic(*pair))) for pair in tries} == {1}
    assert queries(lambda: send(TOKEN, headers=basic("f" * 32, "typo"))) == 0


@pytest.mark.parametrize(
    "asked",
    ["introspection", "robots:read", "record:read", "work:read+people:write", "admin", "openid", "__all__"],
)
def test_scopes_cannot_be_escalated(cast: Cast, asked: str) -> None:
    is_refused(ask(cast.robby_values, f"{GRANT}&scope={asked}"), 400, "invalid_scope")
    assert not AccessToken.objects.exists()


def test_device_code_without_a_device_code_is_an_error_and_no_crash(cast: Cast) -> None:
    body = "grant_type=urn:ietf:params:oauth:grant-type:device_code"
    is_refused(send(TOKEN, in_body(cast.robby_values, body)), 400, "unsupported_grant_type")
    is_refused(send(TOKEN, body), 400, "unsupported_grant_type")


@pytest.mark.parametrize("state", ["switched_off_at", "retired_at"])
def test_a_robot_that_is_off_or_gone_gets_nothing_and_its_tokens_stop(
    cast: Cast, token_for, state: str
) -> None:
    token = token_for(cast.robby_values)
    Robot.objects.filter(pk=cast.robby.pk).update(**{state: timezone.now()})
    is_refused(ask(cast.robby_values), 401, "invalid_client")
    assert Client().get("/api/v1/me", headers=bearer(token)).status_code == 401


def test_an_ended_generation_takes_its_tokens_along(cast: Cast, token_for) -> None:
    token = token_for(cast.robby_values)
    Secret.objects.filter(robot=cast.robby).update(ended_at=timezone.now())
    is_refused(ask(cast.robby_values), 401, "invalid_client")
    assert Client().get("/api/v1/me", headers=bearer(token)).status_code == 401


@pytest.mark.parametrize("path", PATHS)
def test_credentials_in_the_address_are_refused_even_if_they_are_right(cast: Cast, path: str) -> None:
    is_refused(send(f"{path}?{in_body(cast.robby_values)}&token=x"), 400, "invalid_request")
    answer = send(f"{path}?client_secret={cast.robby_values.client_secret}", in_body(cast.robby_values))
    is_refused(answer, 400, "invalid_request")
    assert cast.robby_values.client_secret not in answer.content.decode()


@pytest.mark.parametrize("path", PATHS)
def test_a_personal_cookie_is_no_credential_here(cast: Cast, path: str) -> None:
    olga = cast.client("olga")
    answer = olga.post(path, f"{GRANT}&token=x", content_type="application/x-www-form-urlencoded")
    is_refused(answer, 401, "invalid_client")


def test_a_robot_cannot_sign_in(cast: Cast) -> None:
    typed = {
        "login": f"{cast.robby_values.client_id}@halden.example",
        "password": cast.robby_values.client_secret,
    }
    client = Client()
    client.post("/accounts/login/", typed)
    assert "_auth_user_id" not in client.session
    answer = client.get("/o/halden/", headers=bearer(ask(cast.robby_values).json()["access_token"]))
    assert answer.status_code == 302 and answer.url.startswith("/accounts/login/")
