"""The machine door: what gets in as whom, what does not and why, and that every refusal is a problem document."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, User
from accounts.sealing import new_secret
from robots import renewal
from robots.models import AccessToken, Robot
from tests.cast import Cast
from tests.conftest import basic, bearer
from tests.tokens.conftest import ME, WORKSPACES, call, is_problem, personal
from tokens.models import PersonalToken

# ---------- who gets in ----------


def test_a_robot_is_told_who_it_is(cast: Cast, token_for) -> None:
    answer = call(ME, token_for(cast.robby_values))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json; charset=utf-8")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json() == {
        "kind": "robot",
        "id": cast.robby.public_id,
        "name": "Robby",
        "organization": {"id": cast.home.public_id, "slug": "halden", "name": "Halden"},
        "scopes": ["work:read", "work:write", "people:read"],
        "read_only": False,
    }


def test_a_personal_token_is_told_who_it_is(cast: Cast) -> None:
    told = call(ME, personal(cast, "ada", ["work:read"])).json()
    assert told["kind"] == "token" and told["name"] == "ada's" and told["organization"]["slug"] == "halden"
    assert told["id"] == PersonalToken.objects.get().public_id
    assert (told["scopes"], told["read_only"]) == (["work:read"], True)


def test_everything_i_may_do_is_spelled_out(cast: Cast) -> None:
    assert "work:write" in call(ME, personal(cast, "ada")).json()["scopes"]
    assert "record:read" not in call(ME, personal(cast, "ada")).json()["scopes"]
    assert "record:read" in call(ME, personal(cast, "olga")).json()["scopes"]


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_is_case_insensitive(cast: Cast, scheme: str) -> None:
    headers = {"Authorization": f"{scheme} {personal(cast, 'olga')}"}
    assert Client().get(ME, headers=headers).status_code == 200


def test_a_personal_token_may_come_as_an_api_key(cast: Cast) -> None:
    assert Client().get(ME, headers={"X-API-Key": personal(cast, "olga")}).json()["kind"] == "token"


def test_a_session_opens_no_api(cast: Cast) -> None:
    is_problem(cast.client("olga").get(ME), 401)


def test_a_use_is_noted(cast: Cast, token_for) -> None:
    from accounts import usage

    Client().get(ME, headers=bearer(token_for(cast.robby_values)) | {"User-Agent": "tides/1.0 żółw"})
    Client().get(ME, headers=bearer(personal(cast, "olga")))
    usage.flush()
    cast.robby.refresh_from_db()
    assert cast.robby.last_used_at and cast.robby.last_used_from == "127.0.0.1"
    assert cast.robby.last_used_client.startswith("tides/1.0")
    assert PersonalToken.objects.get().last_used_at and cast.robby.secrets.get().last_used_at


# ---------- who does not ----------


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer x"},
        {"Authorization": "Bearer gate_at_" + "0" * 49},
        {"Authorization": "Token x"},
        {"Authorization": "Digest x"},
        {"Authorization": "żółw 🗝"},
        {"X-API-Key": "x"},
        {"X-API-Key": "gate_pat_"},
        {"X-API-Key": "\x7f"},
    ],
)
def test_what_is_no_credential_is_refused(cast: Cast, header: dict[str, str]) -> None:
    raw = {name: value.encode().decode("latin-1") for name, value in header.items()}
    answer = Client().get(ME, headers=raw)
    is_problem(answer, 401, "invalid_token" if any(header.values()) else "")
    assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="gatehouse"')


def test_a_client_secret_opens_no_api(cast: Cast) -> None:
    values = cast.robby_values
    is_problem(call(ME, values.client_secret), 401, "invalid_token")
    is_problem(Client().get(ME, headers={"X-API-Key": values.client_secret}), 401, "invalid_token")
    is_problem(Client().get(ME, headers=basic(values.client_id, values.client_secret)), 401, "invalid_token")


def test_a_wrong_checksum_costs_no_query(cast: Cast, token_for, queries) -> None:
    for value in (token_for(cast.robby_values), personal(cast, "olga")):
        typo = value[:-1] + ("a" if value[-1] != "a" else "b")
        assert queries(lambda typo=typo: is_problem(call(ME, typo), 401, "invalid_token")) == 0
        assert queries(lambda value=value: call(ME, value)) <= 2


def test_well_formed_but_unknown_values_are_refused(cast: Cast) -> None:
    for prefix in ("gate_at_", "gate_pat_", "gate_cs_", "gate_o1_", "gate_inv_"):
        is_problem(call(ME, new_secret(prefix)), 401, "invalid_token")


def test_the_same_header_twice_is_two_credentials(cast: Cast, token_for) -> None:
    value = bearer(token_for(cast.robby_values))["Authorization"]
    is_problem(Client().get(ME, headers={"Authorization": f"{value},{value}"}), 400, "two_credentials")


def test_head_is_get_without_the_body(cast: Cast, token_for) -> None:
    headers = bearer(token_for(cast.robby_values))
    asked, told = Client().head(ME, headers=headers), Client().get(ME, headers=headers)
    assert asked.status_code == 200 and not asked.content
    assert asked.headers["Content-Type"] == told.headers["Content-Type"]
    assert Client().head(ME).status_code == 401


@pytest.mark.parametrize("size", [5_000, 100_000, 1_000_000])
@pytest.mark.parametrize("name", ["Authorization", "X-API-Key"])
def test_a_long_header_is_refused_and_costs_no_query(cast: Cast, queries, name: str, size: int) -> None:
    value = ("Bearer " if name == "Authorization" else "") + "gate_at_" + "x" * size
    answers: list[Any] = []
    assert queries(lambda: answers.append(Client().get(ME, headers={name: value}))) == 0
    is_problem(answers[0], 401, "invalid_token")


def test_two_credentials_are_refused_even_if_both_are_right(cast: Cast, token_for) -> None:
    headers = bearer(token_for(cast.robby_values)) | {"X-API-Key": personal(cast, "olga")}
    is_problem(Client().get(ME, headers=headers), 400, "two_credentials")


@pytest.mark.parametrize("name", ["access_token", "token", "api_key", "apikey", "X-API-Key", "Access_Token"])
def test_a_credential_in_the_address_is_refused_even_if_it_is_right(cast: Cast, name: str) -> None:
    value = personal(cast, "olga")
    for answer in (
        Client().get(ME, {name: value}),
        Client().get(f"{ME}?{name}={value}", headers=bearer(value)),
    ):
        is_problem(answer, 400, "credential_in_address")
        assert value not in answer.content.decode()


def test_a_credential_in_a_form_is_none(cast: Cast) -> None:
    is_problem(Client().post(WORKSPACES, {"access_token": personal(cast, "olga"), "name": "x"}), 401)


# ---------- what ends ----------


@pytest.mark.parametrize("change", [{"revoked_at": timezone.now()}, {"expires_at": timezone.now()}])
def test_a_revoked_or_expired_personal_token_is_refused(cast: Cast, change: Any) -> None:
    value = personal(cast, "olga")
    PersonalToken.objects.update(**change)
    is_problem(call(ME, value), 401, "invalid_token")


def test_a_personal_token_lives_until_it_expires(cast: Cast) -> None:
    value = personal(cast, "olga")
    PersonalToken.objects.update(expires_at=timezone.now() + timedelta(minutes=1))
    assert call(ME, value).status_code == 200


def test_an_expired_access_token_is_refused(cast: Cast, token_for) -> None:
    token = token_for(cast.robby_values)
    AccessToken.objects.update(expires=timezone.now())
    is_problem(call(ME, token), 401, "invalid_token")


def test_losing_api_access_stops_tokens_with_a_reason_and_regaining_it_starts_them(cast: Cast) -> None:
    value, ada = personal(cast, "ada"), Membership.objects.filter(user=cast.users["ada"])
    ada.update(api_access=False)
    told = is_problem(call(ME, value), 403, "api_access_missing")
    assert "API access" in told["detail"]
    ada.update(api_access=True)
    assert call(ME, value).status_code == 200


@pytest.mark.parametrize("gone", ["deactivated_at", "retired_at"])
def test_who_has_left_takes_tokens_along(cast: Cast, gone: str) -> None:
    value = personal(cast, "ada")
    Membership.objects.filter(user=cast.users["ada"]).update(**{gone: timezone.now()})
    is_problem(call(ME, value), 401, "invalid_token")
    Membership.objects.filter(user=cast.users["ada"]).update(**{gone: None})
    assert call(ME, value).status_code == 200


def test_a_person_who_was_switched_off_has_no_tokens(cast: Cast) -> None:
    value = personal(cast, "ada")
    User.objects.filter(pk=cast.users["ada"].pk).update(is_active=False)
    is_problem(call(ME, value), 401, "invalid_token")


def test_a_demotion_counts_at_the_next_call(cast: Cast) -> None:
    value = personal(cast, "carl")
    assert call(WORKSPACES, value, "post", {"name": "Harbour"}).status_code == 201
    Membership.objects.filter(user=cast.users["carl"]).update(role="member", api_access=True)
    is_problem(call(WORKSPACES, value, "post", {"name": "Bridge"}), 403, "not_allowed")
    assert call(WORKSPACES, value).json()["items"] == []


def test_without_api_access_no_token_can_be_made(cast: Cast) -> None:
    from accounts.permissions import Refused

    with pytest.raises(Refused):
        personal(cast, "mia")


def test_renewal_stops_old_secrets_and_tokens(cast: Cast, token_for) -> None:
    token = token_for(cast.robby_values)
    _robot, _secret, fresh = renewal.renew(cast.actor("olga"), cast.robby.public_id)
    is_problem(call(ME, token), 401, "invalid_token")
    assert call(ME, token_for(fresh)).status_code == 200


def test_in_an_overlap_old_tokens_work_until_it_ends(cast: Cast, token_for) -> None:
    token = token_for(cast.robby_values)
    renewal.renew(cast.actor("olga"), cast.robby.public_id, timedelta(hours=1))
    assert call(ME, token).status_code == 200
    cast.robby.secrets.filter(number=1).update(dies_at=timezone.now())
    is_problem(call(ME, token), 401, "invalid_token")


# ---------- other organizations ----------


def test_nobody_reaches_into_another_organization(cast: Cast, token_for) -> None:
    there = call(WORKSPACES, personal(cast, "stan"), "post", {"name": "Nordic"}).json()["id"]
    for token in (token_for(cast.robby_values), personal(cast, "olga")):
        assert call(WORKSPACES, token).json()["items"] == []
        for method in ("get", "delete"):
            is_problem(call(f"{WORKSPACES}/{there}", token, method), 404)
        is_problem(call(f"{WORKSPACES}/{there}", token, "patch", {"name": "mine"}), 404)


def test_a_person_in_two_organizations_has_a_token_in_each(cast: Cast) -> None:
    Membership.objects.create(organization=cast.elsewhere, user=cast.users["olga"], role="member")
    told = call(ME, personal(cast, "olga")).json()
    assert told["organization"]["slug"] == "halden"


# ---------- read-only ----------


def writes(token: str, thing: str) -> list[Any]:
    return [
        call(WORKSPACES, token, "post", {"name": "Harbour"}),
        call(thing, token, "patch", {"name": "Harbour"}),
        call(thing, token, "delete"),
    ]


def test_a_read_only_robot_is_refused_every_write_also_with_an_older_token(cast: Cast, token_for) -> None:
    token = token_for(cast.robby_values)
    thing = f"{WORKSPACES}/{call(WORKSPACES, token, 'post', {'name': 'Bridge'}).json()['id']}"
    Robot.objects.filter(pk=cast.robby.pk).update(read_only=True)
    for answer in writes(token, thing):
        told = is_problem(answer, 403, "not_allowed")
        assert told["power"] == "MANAGE_WORKSPACES" and told["scopes"] == ["work:write"]
        assert "read-only" in told["detail"]
    assert call(thing, token).json()["name"] == "Bridge" and call(ME, token).json()["read_only"]
    Robot.objects.filter(pk=cast.robby.pk).update(read_only=False)
    assert call(thing, token, "patch", {"name": "Harbour"}).status_code == 200


def test_a_robot_that_became_writing_keeps_its_narrow_tokens_narrow(cast: Cast, token_for) -> None:
    token = token_for(cast.reader_values)
    Robot.objects.filter(pk=cast.reader.pk).update(read_only=False)
    is_problem(call(WORKSPACES, token, "post", {"name": "x"}), 403, "not_allowed")


def test_a_refusal_names_the_scope_that_would_have_opened_it(cast: Cast) -> None:
    value = personal(cast, "olga", ["people:read"])
    assert is_problem(call(WORKSPACES, value), 403, "not_allowed")["scopes"] == ["work:read"]
    told = is_problem(call(WORKSPACES, value, "post", {"name": "x"}), 403, "not_allowed")
    assert told["power"] == "MANAGE_WORKSPACES" and told["scopes"] == ["work:write"]
