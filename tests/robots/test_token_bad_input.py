"""What no program should send to /oauth2/: always an RFC 6749 error, never a 500, never a token."""

import base64

import pytest
from django.test import Client

from accounts.sealing import new_secret
from robots.models import AccessToken
from tests.cast import Cast
from tests.conftest import FORM, basic
from tests.robots.conftest import GRANT, INTROSPECT, REVOKE, TOKEN, ask, in_body, is_refused, send

PATHS = [TOKEN, "/oauth2/access_token", REVOKE, INTROSPECT]


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


@pytest.mark.parametrize(
    "encoded",
    [
        "",
        "====",
        "not base64!",
        "żółw",
        "a",
        b64(b"no colon at all"),
        b64(b":"),
        b64(b":secret"),
        b64(b"id:"),
        b64(b"\xff\xfe:\xff"),
        b64(b"\x00:\x00"),
        b64(b"\x01\x02\r\n:\x7f"),
        b64("é:😀".encode()),
        b64("é:ü".encode("latin-1")),
        b64(b"a:b") + " " + b64(b"a:b"),
        b64(b"a" * 9000 + b":" + b"b" * 9000),
        "%3A%3A",
    ],
)
@pytest.mark.parametrize("path", PATHS)
def test_malformed_basic_is_an_unknown_client(cast: Cast, path: str, encoded: str) -> None:
    header = ("Basic " + encoded).encode().decode("latin-1")
    answer = send(path, f"{GRANT}&token=x", HTTP_AUTHORIZATION=header)
    is_refused(answer, 401, "invalid_client")


@pytest.mark.parametrize(
    "header", ["Bearer x", "Digest a=b", "Negotiate", "Basicx", "OAuth a=", ",", "\tBasic x"]
)
def test_another_scheme_is_an_unknown_client_whatever_the_body_says(cast: Cast, header: str) -> None:
    is_refused(send(TOKEN, in_body(cast.robby_values), {"Authorization": header}), 401, "invalid_client")


@pytest.mark.parametrize(
    "client_id", ["\0", "a\0b", "\x7f", "\ud7ff", "😀" * 50, "x" * 300, "' OR 1=1 --", "%s", "\u202e"]
)
def test_a_strange_client_id_with_a_well_formed_secret_is_an_unknown_client(
    cast: Cast, client_id: str
) -> None:
    secret = new_secret("gate_cs_")
    is_refused(send(TOKEN, headers=basic(client_id, secret)), 401, "invalid_client")
    from urllib.parse import urlencode

    body = urlencode({"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret})
    is_refused(send(TOKEN, body), 401, "invalid_client")


def test_two_ways_at_once_are_refused(cast: Cast) -> None:
    is_refused(ask(cast.robby_values, in_body(cast.robby_values)), 400, "invalid_request")
    is_refused(ask(cast.robby_values, f"{GRANT}&client_secret=x"), 400, "invalid_request")


def test_another_client_id_beside_basic_is_refused(cast: Cast) -> None:
    body = f"{GRANT}&client_id={cast.reader_values.client_id}"
    is_refused(ask(cast.robby_values, body), 400, "invalid_request")


@pytest.mark.parametrize(
    "twice", ["grant_type=client_credentials", "scope=work:read", "client_id=a", 'x"ł=1']
)
def test_a_parameter_sent_twice_is_refused(cast: Cast, twice: str) -> None:
    is_refused(ask(cast.robby_values, f"{GRANT}&{twice}&{twice}"), 400, "invalid_request")


@pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete", "options"])
@pytest.mark.parametrize("path", PATHS)
def test_another_method_is_told_to_use_post(cast: Cast, path: str, method: str) -> None:
    header = basic(cast.robby_values.client_id, cast.robby_values.client_secret)
    answer = getattr(Client(), method)(path, headers=header)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    if method != "head":
        is_refused(answer, 405, "invalid_request")


@pytest.mark.parametrize(
    "content_type",
    ["", "application/json", "text/plain", "multipart/form-data", FORM + "x", "*/*", "żółw", ";"],
)
@pytest.mark.parametrize("path", PATHS)
def test_another_content_type_is_told_which_one_to_use(cast: Cast, path: str, content_type: str) -> None:
    is_refused(send(path, in_body(cast.robby_values), content_type=content_type), 400, "invalid_request")


def test_a_multipart_form_is_refused(cast: Cast) -> None:
    typed = {"grant_type": "client_credentials", "client_id": cast.robby_values.client_id}
    is_refused(
        Client().post(TOKEN, typed | {"client_secret": cast.robby_values.client_secret}),
        400,
        "invalid_request",
    )


@pytest.mark.parametrize("path", PATHS)
def test_a_body_of_one_megabyte_is_too_large(cast: Cast, path: str) -> None:
    is_refused(send(path, in_body(cast.robby_values) + "&x=" + "y" * 2**20), 413, "invalid_request")


@pytest.mark.parametrize("length", ["²", "-1", "1e3", " ", "999999999999999999999"])
def test_a_length_that_is_none_is_no_crash(cast: Cast, length: str) -> None:
    answer = send(TOKEN, in_body(cast.robby_values), CONTENT_LENGTH=length)
    assert answer.status_code in (400, 413) and answer.json()["error"] == "invalid_request"


@pytest.mark.parametrize(
    "grant", ["password", "authorization_code", "refresh_token", "implicit", "x" * 500, "%00", "ł"]
)
def test_an_unknown_grant_is_named_as_such(cast: Cast, grant: str) -> None:
    is_refused(send(TOKEN, in_body(cast.robby_values, f"grant_type={grant}")), 400, "unsupported_grant_type")


@pytest.mark.parametrize(
    "body", ["", "grant_type=", "granttype=client_credentials", "&&&===", "%", "a" * 5000]
)
def test_a_missing_grant_is_named_as_such(cast: Cast, body: str) -> None:
    is_refused(ask(cast.robby_values, body), 400, "invalid_request")


@pytest.mark.parametrize("path", [REVOKE, INTROSPECT])
@pytest.mark.parametrize("body", ["", "token=", "tokens=x", GRANT])
def test_a_missing_token_is_named_as_such(cast: Cast, path: str, body: str) -> None:
    header = basic(cast.robby_values.client_id, cast.robby_values.client_secret)
    is_refused(send(path, body, header), 400, "invalid_request")


@pytest.mark.parametrize("broken", [b"\xff\xfe", b"x=%ff%fe", b"\x80=1", b"scope=%c3%28"])
@pytest.mark.parametrize("path", PATHS)
def test_a_form_that_is_not_utf8_is_refused(cast: Cast, path: str, broken: bytes) -> None:
    body = in_body(cast.robby_values).encode() + b"&token=x&" + broken
    is_refused(send(path, body), 400, "invalid_request")


def test_too_many_fields_are_refused(cast: Cast) -> None:
    body = in_body(cast.robby_values) + "".join(f"&f{n}=1" for n in range(100))
    is_refused(send(TOKEN, body), 400, "invalid_request")


@pytest.mark.parametrize(
    "scope", ["%00", "work:read%00", "ł\"'<b>", "%5C%22", "%E2%80%AE", "x" * 3000, "work:read,work:write"]
)
def test_a_strange_scope_is_an_invalid_scope(cast: Cast, scope: str) -> None:
    is_refused(ask(cast.robby_values, f"{GRANT}&scope={scope}"), 400, "invalid_scope")


def test_nothing_of_all_this_made_a_token_or_repeats_a_secret(cast: Cast) -> None:
    wrong = cast.robby_values.client_secret[:-1]
    for answer in (
        send(TOKEN, f"{GRANT}&client_id={cast.robby_values.client_id}&client_secret={wrong}"),
        send(TOKEN, f"{GRANT}&{wrong}=1&{wrong}=1"),
        ask(cast.robby_values, f"{GRANT}&scope={wrong}"),
    ):
        assert answer.status_code in (400, 401)
        assert wrong not in answer.content.decode()
    assert not AccessToken.objects.exists()
