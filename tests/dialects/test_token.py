"""`…/connect/token`: a JWT that clients can check, and that is an access token like any other for us."""

import base64
import json
import logging
import re
import time
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from joserfc import jwt
from joserfc.errors import BadSignatureError
from joserfc.jwk import KeySet

from robots import renewal, signing, switches
from robots.models import AccessToken, Robot, SigningKey
from tests.cast import Cast, assemble
from tests.conftest import FORM, basic, bearer
from tests.dialects.conftest import ALL, API, FURTHER, Caller, ask_token, whole
from tests.leaks import Visitor, found

CONFIGURATION = "/identity_/.well-known/openid-configuration"
MOUNTS = (
    "/identity",
    "/identity_",
    "/halden/identity_",
    "/halden/prod/identity_",
    "/Halden/identity",
    "/IDENTITY_",
)


def verified(token: str) -> dict[str, Any]:
    """As a client does it: the configuration leads to the key set, the header to the key."""
    told = Client().get(CONFIGURATION).json()
    keys = Client().get(told["jwks_uri"].removeprefix("http://testserver")).json()
    claims: dict[str, Any] = jwt.decode(token, KeySet.import_key_set(keys), algorithms=["RS256"]).claims
    asked = jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": told["issuer"]},
        aud={"essential": True, "value": "http://testserver"},
        exp={"essential": True},
        nbf={"essential": True},
    )
    asked.validate(claims)
    return claims


def part(token: str, number: int) -> dict[str, Any]:
    """Header or claims, unverified."""
    told: dict[str, Any] = json.loads(base64.urlsafe_b64decode(token.split(".")[number] + "=="))
    return told


def test_the_answer_is_theirs(cast: Cast, caller: Caller) -> None:
    answer = ask_token(cast.robby_values, "PM.RobotAccount PM.Group.Read")
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
    told = answer.json()
    assert list(told) == ["access_token", "expires_in", "token_type", "scope"]
    assert (told["expires_in"], told["token_type"]) == (3600, "Bearer")
    assert told["scope"] == "PM.RobotAccount PM.Group.Read"


def test_a_real_library_verifies_it_by_the_key_set(cast: Cast, caller: Caller) -> None:
    header, claims = part(caller.token, 0), verified(caller.token)
    assert list(header) == ["alg", "kid", "x5t", "typ"] and header["alg"] == "RS256"
    assert claims["iss"] == "http://testserver/identity_" and claims["sub_type"] == "service.external"
    assert claims["prt_id"] == cast.home.public_id and claims["client_id"] == cast.robby.client_id
    assert claims["scope"] == ALL.split()
    assert claims["exp"] - claims["iat"] == 3600 and claims["iat"] - claims["nbf"] == 300
    assert abs(claims["iat"] - time.time()) < 60


def test_a_changed_one_does_not_verify_and_opens_nothing(caller: Caller) -> None:
    header, body, signature = caller.token.split(".")
    claims = part(caller.token, 1) | {"prt_id": "other"}
    forged = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    with pytest.raises(BadSignatureError):
        verified(f"{header}.{forged}.{signature}")
    for token in (f"{header}.{forged}.{signature}", f"{header}.{body}.", f"{header}.{body}.{'A' * 342}"):
        assert Caller(token, caller.partition).call("get", API).status_code == 401


def test_it_is_an_access_token_like_any_other(cast: Cast, caller: Caller) -> None:
    assert AccessToken.objects.get().robot_id == cast.robby.pk
    told = caller.call("get", "/api/v1/me").json()
    assert told["organization"]["slug"] == "halden" and "robots:write" in told["scopes"]
    pair = basic(cast.robby_values.client_id, cast.robby_values.client_secret)
    body = f"token={caller.token}"
    said = Client().post("/oauth2/introspect", body, content_type=FORM, headers=pair).json()
    assert said["active"] and said["client_id"] == cast.robby.client_id
    assert Client().post("/oauth2/revoke", body, content_type=FORM, headers=pair).status_code == 200
    assert caller.call("get", API).status_code == 401


def cut_read_only(cast: Cast) -> None:
    Robot.objects.filter(pk=cast.robby.pk).update(read_only=True)


def cut_scope(cast: Cast) -> None:
    Robot.objects.filter(pk=cast.robby.pk).update(scopes=["robots:read"])


@pytest.mark.parametrize("cut", [cut_read_only, cut_scope])
def test_a_switch_flipped_a_second_ago_counts(cast: Cast, caller: Caller, cut: Any) -> None:
    cut(cast)
    assert caller.call("get", API).status_code == 200
    assert caller.call("post", API, {"name": "x"}).status_code == 403


@pytest.mark.parametrize("cut", ["switch", "renew", "delete"])
def test_what_ends_a_robot_ends_it(cast: Cast, caller: Caller, cut: str) -> None:
    olga, robot = cast.actor("olga"), cast.robby.public_id
    if cut == "switch":
        switches.switch(olga, robot, on=False)
    elif cut == "renew":
        renewal.renew(olga, robot)
    else:
        switches.delete(olga, robot)
    assert caller.call("get", API).status_code == 401


def test_after_an_hour_it_has_ended(caller: Caller) -> None:
    with time_machine.travel(timezone.now() + timedelta(seconds=3601)):
        assert caller.call("get", API).status_code == 401


@pytest.mark.parametrize("mount", MOUNTS)
def test_every_mount_gives_tokens_keys_and_lists(cast: Cast, caller: Caller, mount: str) -> None:
    token = ask_token(cast.robby_values, mount=mount).json()["access_token"]
    here = Client().get(f"{mount}/.well-known/openid-configuration").json()
    assert here["issuer"] == "http://testserver/identity_"
    assert here["token_endpoint"] == f"http://testserver{mount}/connect/token"
    assert Client().get(f"{mount}/.well-known/openid-configuration/jwks").json()["keys"]
    assert Client().get(f"{mount}/.well-known/openid-configuration/").json() == here
    for path in (f"/api/RobotAccount/{caller.partition}", "/api/robotaccount", "/api/RobotAccount/"):
        answer = whole(Client().get(mount + path, headers=bearer(token)))
        assert answer.status_code == 200 and answer.json()["totalCount"] == 2, path


def test_the_partition_is_a_mount_too(cast: Cast, caller: Caller) -> None:
    for mount in (
        f"/{caller.partition}/identity_",
        f"/{caller.partition.upper()}/identity_",
        "/%7Borganization%7D/t/identity_",
    ):
        assert ask_token(cast.robby_values, mount=mount).status_code == 200
        assert caller.call("get", f"{mount}/api/RobotAccount/{caller.partition}").status_code == 200
    for mount in ("/nordic/identity_", "/nobody/identity_", f"/{cast.elsewhere.public_id}/identity_"):
        answer = ask_token(cast.robby_values, mount=mount)
        assert (answer.status_code, answer.json().get("error")) == (401, "invalid_client"), answer.content


def test_what_clients_send_besides_is_ignored(cast: Cast, caller: Caller) -> None:
    more = {"acr_values": "tenantId:halden"}
    told = ask_token(cast.robby_values, "", client_scopes="PM.Group.Read", **more).json()
    assert told["scope"] == "PM.Group.Read"
    everything = ask_token(cast.robby_values, "").json()["scope"]
    assert everything == "work:read work:write people:read PM.RobotAccount PM.Group PM.Audit.Read"


@pytest.mark.parametrize("scope", ["PM.Security", "PM.RobotAccount PM.OAuthApp", "webhooks:write"])
def test_more_than_the_robot_has_is_refused(cast: Cast, caller: Caller, scope: str) -> None:
    answer = ask_token(cast.robby_values, scope)
    assert answer.status_code == 400 and list(answer.json()) == ["error", "error_description"]
    assert answer.json()["error"] == "invalid_scope"


def test_wrong_credentials_are_refused_and_counted(cast: Cast) -> None:
    def wrong() -> Any:
        form = f"grant_type=client_credentials&client_id={cast.robby.client_id}&client_secret=wrong"
        return Client(REMOTE_ADDR="192.0.2.9").post(
            "/halden/identity_/connect/token", form, content_type=FORM
        )

    assert (wrong().status_code, wrong().json()["error"]) == (401, "invalid_client")
    answer = [wrong() for _ in range(120)][-1]
    assert (answer.status_code, answer.json()["error"]) == (429, "temporarily_unavailable")
    assert answer.headers["Retry-After"]
    assert Client().get("/identity_/connect/token").json()["error"] == "invalid_request"


# ---------- the keys ----------


def test_keys_overlap_both_ways(cast: Cast, caller: Caller) -> None:
    [first] = signing.key_set()
    start = timezone.now()
    signing.rotate(start)
    assert signing.key_set() == [first]
    signing.rotate(start + timedelta(days=90, minutes=1))
    second = signing.key_set()[0]
    assert (
        signing.key_set() == [second, first] and SigningKey.objects.exclude(private_sealed=None).count() == 2
    )
    with time_machine.travel(start + timedelta(days=90, minutes=5)):
        assert part(ask_token(cast.robby_values).json()["access_token"], 0)["kid"] == first["kid"]
    with time_machine.travel(start + timedelta(days=91, minutes=5)):
        token = ask_token(cast.robby_values).json()["access_token"]
        assert part(token, 0)["kid"] == second["kid"] and verified(token)
        signing.rotate(timezone.now())
        assert SigningKey.objects.get(private_sealed=None).jwk == first and len(signing.key_set()) == 2
    signing.rotate(start + timedelta(days=92, minutes=5))
    assert signing.key_set() == [second]


def test_a_key_that_was_seen_is_replaced_by_hand(cast: Cast, caller: Caller, capsys: Any) -> None:
    call_command("rotate_signing_key")
    told = capsys.readouterr().out
    token = ask_token(cast.robby_values).json()["access_token"]
    assert part(token, 0)["kid"] in told
    assert verified(token) and verified(caller.token)
    assert SigningKey.objects.exclude(private_sealed=None).count() == 1


def test_a_key_that_does_not_open_any_more_is_replaced(cast: Cast, caller: Caller) -> None:
    SigningKey.objects.update(private_sealed="v1:gone:AAAA")
    assert verified(ask_token(cast.robby_values).json()["access_token"])
    assert SigningKey.objects.count() == 2


def test_nothing_of_it_is_readable(committed: None, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    cast = assemble()
    Robot.objects.filter(pk=cast.robby.pk).update(scopes=FURTHER)
    machine, values = Visitor(Client()), cast.robby_values
    form = f"grant_type=client_credentials&client_id={values.client_id}&client_secret={values.client_secret}"
    token = machine.ask("post", "/identity_/connect/token", form, reveals=True, content_type=FORM).json()[
        "access_token"
    ]
    for value in (token, token[:-1] + ("A" if token[-1] != "A" else "B")):
        machine.ask("get", API, headers=bearer(value))
        machine.ask("get", f"{API}?access_token={value}")
    machine.ask("put", f"{API}/{token[:60]}", {}, content_type="application/json", headers=bearer(token))
    key = SigningKey.objects.get()
    private = signing.unseal(key.private_sealed, **signing._place(key.number))
    lines = [line for line in private.splitlines() if not line.startswith("-")]
    text = "\n".join(record.getMessage() for record in caplog.records if "backends" not in record.name)
    jti = part(token, 1)["jti"]
    assert re.fullmatch(r"[0-9A-F]{64}", jti)
    signature = token.rpartition(".")[2]
    # Its first lines are the modulus, which the key set shows; lines 8 and -4 are the private exponent and a factor's.
    assert (
        found([signature, values.client_secret, jti, lines[8], lines[-4]], *machine.kept, ("logs", text))
        == []
    )
