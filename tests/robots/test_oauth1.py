"""OAuth1 with real clients: requests-oauthlib, Authlib and curl against a live server; and everything that must fail."""

import json
import shutil
import subprocess
import time
from typing import Any

import pytest
import requests
from authlib.integrations.requests_client import OAuth1Auth as AuthlibAuth
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256, Client
from oauthlib.oauth2 import BackendApplicationClient
from requests_oauthlib import OAuth1, OAuth2Session

from robots import renewal
from robots.models import Robot
from tests.cast import Cast

WORKSPACES = "/api/v1/workspaces"


@pytest.fixture
def live(cast: Cast, committed: None, live_server: Any, settings: Any) -> Any:
    settings.GATEHOUSE_URL = live_server.url
    return live_server


def auth(values: Any, **more: Any) -> OAuth1:
    return OAuth1(
        values.client_id, values.client_secret, values.oauth1_token, values.oauth1_token_secret, **more
    )


@pytest.mark.parametrize("where", ["auth_header", "query", "body"])
@pytest.mark.parametrize("method", ["HMAC-SHA1", "HMAC-SHA256"])
def test_requests_oauthlib_signs_in_header_query_and_form(
    cast: Cast, live: Any, where: str, method: str
) -> None:
    signer = auth(cast.robby_values, signature_type=where, signature_method=method)
    if where == "body":
        # A form is no JSON: the signature is right (415 says so), a wrong one would be 401.
        answer = requests.post(live.url + WORKSPACES, data={"name": "x"}, auth=signer, timeout=10)
        assert answer.status_code == 415
    else:
        answer = requests.get(live.url + "/api/v1/me", auth=signer, timeout=10)
        assert answer.status_code == 200 and answer.json()["name"] == "Robby", answer.text
        # No call takes these: the signature is right (422 says so), a wrong one would be 401.
        answer = requests.get(live.url + "/api/v1/me?x=a%20b&x=c", auth=signer, timeout=10)
        assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == "x", answer.text


def test_requests_oauthlib_writes_json(cast: Cast, live: Any) -> None:
    answer = requests.post(
        live.url + WORKSPACES, json={"name": "By OAuth1"}, auth=auth(cast.robby_values), timeout=10
    )
    assert answer.status_code == 201


def test_authlib_signs_and_gets_tokens(cast: Cast, live: Any) -> None:
    values = cast.robby_values
    signer = AuthlibAuth(
        values.client_id, values.client_secret, values.oauth1_token, values.oauth1_token_secret
    )
    assert requests.get(live.url + "/api/v1/me", auth=signer, timeout=10).status_code == 200
    session = AuthlibSession(values.client_id, values.client_secret)
    session.fetch_token(live.url + "/oauth2/token", grant_type="client_credentials")
    assert session.get(live.url + "/api/v1/me", timeout=10).json()["kind"] == "robot"


def test_requests_oauthlib_gets_tokens(cast: Cast, live: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    values = cast.robby_values
    session = OAuth2Session(client=BackendApplicationClient(client_id=values.client_id))
    token = session.fetch_token(live.url + "/oauth2/token", client_secret=values.client_secret)
    assert token["token_type"] == "Bearer"
    assert session.get(live.url + "/api/v1/me").json()["scopes"] == ["work:read", "work:write", "people:read"]


@pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")
def test_curl_gets_a_token(cast: Cast, live: Any) -> None:
    pair = f"{cast.robby_values.client_id}:{cast.robby_values.client_secret}"
    command = ["curl", "-s", "-u", pair, "-d", "grant_type=client_credentials", live.url + "/oauth2/token"]
    told = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=30).stdout)
    assert told["expires"] == told["expires_in"] == 3600


# ---------- without a network: what must be refused ----------


def signed(cast: Cast, path: str = "/api/v1/me", body: str | None = None, **changed: Any) -> dict[str, str]:
    """Headers of a request signed with robby's values, some of them changed."""
    told = {
        "client_key": cast.robby_values.client_id,
        "client_secret": cast.robby_values.client_secret,
        "resource_owner_key": cast.robby_values.oauth1_token,
        "resource_owner_secret": cast.robby_values.oauth1_token_secret,
    } | changed
    method = "POST" if body is not None else "GET"
    headers = {"Content-Type": "application/json"} if body is not None else {}
    _uri, out, _body = Client(**told).sign("http://testserver" + path, method, body=body, headers=headers)
    return out


def ask(client: Any, headers: dict[str, str], path: str = "/api/v1/me") -> Any:
    return client.get(path, headers=headers)


def test_a_nonce_works_once(cast: Cast, client: Any) -> None:
    headers = signed(cast)
    assert ask(client, headers).status_code == 200
    again = ask(client, headers)
    assert again.status_code == 401 and "nonce" in again.json()["detail"]


def test_a_wrong_signature_spends_no_nonce(cast: Cast, client: Any) -> None:
    headers = signed(cast, nonce="n-1", timestamp=str(int(time.time())), client_secret="wrong")
    assert ask(client, headers).status_code == 401
    good = signed(cast, nonce="n-1", timestamp=str(int(time.time())))
    assert ask(client, good).status_code == 200


@pytest.mark.parametrize("off", [-3600, -301, 301, 3600])
def test_a_clock_that_is_off_is_told_so(cast: Cast, client: Any, off: int) -> None:
    answer = ask(client, signed(cast, timestamp=str(int(time.time()) + off + (2 if off > 0 else -2))))
    assert answer.status_code == 401 and "300 seconds" in answer.json()["detail"]


@pytest.mark.parametrize(
    "changed",
    [
        {"client_secret": "wrong"},
        {"resource_owner_secret": "wrong"},
        {"client_key": "0" * 32},
        {"client_key": "short"},
        {"resource_owner_key": "gate_o1_" + "x" * 49},
        {"resource_owner_key": None},
        {"signature_method": "PLAINTEXT"},
    ],
)
def test_wrong_parts_are_refused(cast: Cast, client: Any, changed: dict[str, Any]) -> None:
    assert ask(client, signed(cast, **changed)).status_code == 401


@pytest.mark.parametrize(
    "header",
    [
        "OAuth",
        "OAuth a=",
        'OAuth oauth_consumer_key="%zz"',
        'OAuth oauth_token="a", oauth_token="b"',
        "OAuth \xff",
        "oauth " + "x" * 5000,
        'OAuth oauth_signature="%FF%FE", oauth_nonce="%00"',
    ],
)
def test_malformed_headers_are_answered_in_words(cast: Cast, client: Any, header: str) -> None:
    answer = ask(client, {"Authorization": header})
    assert answer.status_code in (400, 401) and answer.json()["detail"]
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_non_ascii_query_is_no_server_error(cast: Cast, client: Any) -> None:
    assert client.get("/api/v1/me?ż=%ff&oauth_signature=x").status_code in (400, 401)


def test_a_duplicated_parameter_is_refused(cast: Cast, client: Any) -> None:
    headers = signed(cast)
    headers["Authorization"] += ', oauth_nonce="again"'
    assert ask(client, headers).status_code == 401


def test_the_secret_and_the_pair_must_be_of_one_generation(cast: Cast, client: Any) -> None:
    from datetime import timedelta

    _robot, _secret, fresh = renewal.renew(cast.actor("olga"), cast.robby.public_id, timedelta(hours=1))
    assert ask(client, signed(cast)).status_code == 200  # the old pair, while the overlap runs
    mixed = signed(cast, client_secret=fresh.client_secret)
    assert ask(client, mixed).status_code == 401
    cast.robby_values = fresh
    assert ask(client, signed(cast)).status_code == 200


def test_oauth1_off_ends_it_and_destroys_the_pair(cast: Cast, client: Any, token_for: Any) -> None:
    renewal.switch_oauth1_off(cast.actor("olga"), cast.robby.public_id)
    secret = cast.robby.secrets.get()
    assert secret.oauth1_token_sealed is None and secret.oauth1_token_secret_sealed is None
    assert ask(client, signed(cast)).status_code == 401
    assert token_for(cast.robby_values)
    _robot, _secret, fresh = renewal.renew(cast.actor("olga"), cast.robby.public_id, oauth1=True)
    cast.robby_values = fresh
    assert ask(client, signed(cast)).status_code == 200


def test_a_body_hash_is_verified_and_can_be_required(cast: Cast, client: Any) -> None:
    body = '{"name": "Signed"}'
    plain = signed(cast, WORKSPACES, body)
    Robot.objects.filter(pk=cast.robby.pk).update(require_body_hash=False)
    # oauthlib's client sends oauth_body_hash for a JSON body.
    assert "oauth_body_hash" in plain["Authorization"]
    tampered = client.post(WORKSPACES, '{"name": "Other"}', content_type="application/json", headers=plain)
    assert tampered.status_code == 401 and "oauth_body_hash" in tampered.json()["detail"]
    answer = client.post(
        WORKSPACES, body, content_type="application/json", headers=signed(cast, WORKSPACES, body)
    )
    assert answer.status_code == 201, answer.content


def test_a_required_body_hash_that_is_missing_is_refused(cast: Cast, client: Any) -> None:
    Robot.objects.filter(pk=cast.robby.pk).update(require_body_hash=True)
    signer = auth(cast.robby_values)
    prepared = requests.Request(
        "POST", "http://testserver" + WORKSPACES, json={"name": "x"}, auth=signer
    ).prepare()
    headers = {"Authorization": str(prepared.headers["Authorization"].decode())}
    assert "oauth_body_hash" not in headers["Authorization"]
    answer = client.post(WORKSPACES, prepared.body, content_type="application/json", headers=headers)
    assert answer.status_code == 401 and "requires oauth_body_hash" in answer.json()["detail"]


def test_it_works_behind_a_proxy_that_ends_tls(cast: Cast, client: Any, settings: Any) -> None:
    settings.GATEHOUSE_URL = "https://gatehouse.example.com"
    told = Client(
        cast.robby_values.client_id,
        cast.robby_values.client_secret,
        cast.robby_values.oauth1_token,
        cast.robby_values.oauth1_token_secret,
        signature_method=SIGNATURE_HMAC_SHA256,
    )
    _uri, headers, _body = told.sign("https://gatehouse.example.com/api/v1/me")
    assert ask(client, headers).status_code == 200


def test_a_switched_off_or_deleted_robot_signs_nothing(cast: Cast, client: Any) -> None:
    from robots import switches

    switches.switch(cast.actor("olga"), cast.robby.public_id, on=False)
    assert ask(client, signed(cast)).status_code == 401
    switches.switch(cast.actor("olga"), cast.robby.public_id, on=True)
    assert ask(client, signed(cast)).status_code == 200
    switches.delete(cast.actor("olga"), cast.robby.public_id)
    assert ask(client, signed(cast)).status_code == 401
