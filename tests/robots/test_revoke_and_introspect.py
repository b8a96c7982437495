"""`POST /oauth2/revoke` (RFC 7009) and `POST /oauth2/introspect` (RFC 7662, own tokens only)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.sealing import new_secret
from robots import renewal
from robots.models import AccessToken, Robot
from tests.cast import Cast
from tests.conftest import basic, bearer
from tests.robots.conftest import INTROSPECT, REVOKE, is_refused, send
from tests.tokens.conftest import in_a_month


def by(values: Any, path: str, token: str, more: str = "") -> Any:
    return send(path, f"token={token}{more}", basic(values.client_id, values.client_secret))


def is_active(values: Any, token: str) -> bool:
    answer = by(values, INTROSPECT, token)
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
    return answer.json()["active"]


def test_a_revoked_token_stops_at_once(cast: Cast, token_for) -> None:
    token, other = token_for(cast.robby_values), token_for(cast.robby_values)
    answer = by(cast.robby_values, REVOKE, token)
    assert (answer.status_code, answer.content) == (200, b"")
    assert Client().get("/api/v1/me", headers=bearer(token)).status_code == 401
    assert Client().get("/api/v1/me", headers=bearer(other)).status_code == 200


@pytest.mark.parametrize(
    "hint", ["&token_type_hint=access_token", "&token_type_hint=refresh_token", "&token_type_hint=x"]
)
def test_the_hint_changes_nothing(cast: Cast, token_for, hint: str) -> None:
    token = token_for(cast.robby_values)
    assert by(cast.robby_values, REVOKE, token, hint).status_code == 200
    assert not is_active(cast.robby_values, token)


@pytest.mark.parametrize("token", ["x", "%00", "ł", "y" * 5000, "gate_at_" + "0" * 49])
def test_revoking_an_unknown_token_is_no_error(cast: Cast, token: str) -> None:
    assert by(cast.robby_values, REVOKE, token).status_code == 200
    assert not is_active(cast.robby_values, token)


def test_revoking_twice_is_no_error(cast: Cast, token_for) -> None:
    token = token_for(cast.robby_values)
    assert [by(cast.robby_values, REVOKE, token).status_code for _ in range(2)] == [200, 200]


def test_another_robots_token_cannot_be_revoked(cast: Cast, token_for) -> None:
    token = token_for(cast.robby_values)
    assert by(cast.reader_values, REVOKE, token).status_code == 200
    assert Client().get("/api/v1/me", headers=bearer(token)).status_code == 200


def test_a_robot_may_look_at_its_own_token(cast: Cast, token_for) -> None:
    token = token_for(cast.robby_values, "work:read")
    told = by(cast.robby_values, INTROSPECT, token).json()
    lifetime = told.pop("exp") - told.pop("iat")
    assert abs(lifetime - 3600) <= 1
    assert told == {
        "active": True,
        "scope": "work:read",
        "client_id": cast.robby_values.client_id,
        "token_type": "Bearer",
        "sub": cast.robby.public_id,
    }


def test_another_robots_token_is_just_not_active(cast: Cast, token_for) -> None:
    token = token_for(cast.robby_values)
    assert by(cast.reader_values, INTROSPECT, token).json() == {"active": False}
    assert by(cast.reader_values, INTROSPECT, new_secret("gate_at_")).json() == {"active": False}


def test_introspection_by_get_is_refused(cast: Cast, token_for) -> None:
    token = token_for(cast.robby_values)
    header = basic(cast.robby_values.client_id, cast.robby_values.client_secret)
    is_refused(Client().get(INTROSPECT, {"token": token}, headers=header), 405, "invalid_request")
    is_refused(send(f"{INTROSPECT}?token={token}", "token=x", header), 400, "invalid_request")


def test_a_token_cannot_introspect_itself(cast: Cast, token_for) -> None:
    token = token_for(cast.robby_values)
    is_refused(send(INTROSPECT, f"token={token}", bearer(token)), 401, "invalid_client")


def test_introspection_tells_what_counts_now(cast: Cast, token_for) -> None:
    token = token_for(cast.robby_values)
    Robot.objects.filter(pk=cast.robby.pk).update(read_only=True)
    assert by(cast.robby_values, INTROSPECT, token).json()["scope"] == "work:read people:read"


def test_an_expired_token_is_not_active(cast: Cast, token_for) -> None:
    token = token_for(cast.robby_values)
    AccessToken.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert not is_active(cast.robby_values, token)


def test_a_renewed_robots_old_token_is_not_active(cast: Cast, token_for) -> None:
    token = token_for(cast.robby_values)
    _robot, _secret, fresh = renewal.renew(cast.actor("olga"), cast.robby.public_id)
    assert not is_active(fresh, token)


def test_in_an_overlap_the_new_secret_may_revoke_the_old_ones_token(cast: Cast, token_for) -> None:
    token = token_for(cast.robby_values)
    _robot, _secret, fresh = renewal.renew(cast.actor("olga"), cast.robby.public_id, timedelta(hours=1))
    assert is_active(fresh, token)
    assert by(fresh, REVOKE, token).status_code == 200
    assert not is_active(cast.robby_values, token)


def test_a_personal_token_is_nobodys_here(cast: Cast) -> None:
    from tokens import actions as tokens

    _row, value = tokens.create(cast.actor("olga"), "CI", None, in_a_month())
    assert by(cast.robby_values, INTROSPECT, value).json() == {"active": False}
    assert by(cast.robby_values, REVOKE, value).status_code == 200
    assert Client().get("/api/v1/me", headers=bearer(value)).status_code == 200
