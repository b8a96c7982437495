"""Bodies without a Content-Length, in chunks: small ones are read like any other, files are told to announce themselves."""

import contextlib
import http.client
import io
import json
from typing import Any

import pytest
from django.test import Client

from config.chunks import counted
from tests.operations.product import AT_ONCE, Product

LARGEST = 2_621_440
JSON = "application/json; charset=utf-8"


def environ(body: bytes, kind: str = JSON, path: str = "/api/v1/workspaces", **more: str) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "CONTENT_TYPE": kind,
        "HTTP_TRANSFER_ENCODING": "chunked",
        "wsgi.input": io.BytesIO(body),
    } | more


def test_a_small_body_is_counted() -> None:
    told = counted(environ(b'{"name": "x"}'))
    assert told["CONTENT_LENGTH"] == "13" and told["wsgi.input"].read() == b'{"name": "x"}'
    assert counted(environ(b""))["CONTENT_LENGTH"] == "0"


@pytest.mark.parametrize(
    "given",
    [
        environ(b"x", kind="application/pdf"),
        environ(b"x", kind="multipart/form-data; boundary=x"),
        environ(b"x", path="/accounts/login/"),
        environ(b"x", CONTENT_LENGTH="1"),
        environ(b"x", HTTP_TRANSFER_ENCODING=""),
    ],
)
def test_everything_else_is_left_alone(given: dict[str, Any]) -> None:
    assert counted(given) is given and given["wsgi.input"].tell() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/oauth2/token", "/identity_/connect/token"])
def test_of_a_body_that_is_too_large_no_more_is_read(path: str) -> None:
    form = "application/x-www-form-urlencoded"
    endless = environ(b"x" * (LARGEST + 100), kind=form, path=path)
    told = counted(endless)
    assert endless["wsgi.input"].tell() == LARGEST + 1
    answer = Client().generic(
        "POST", path, told["wsgi.input"].read(), form, CONTENT_LENGTH=told["CONTENT_LENGTH"]
    )
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("path", "kind", "body", "status", "word"),
    [
        (
            "/oauth2/token",
            "application/x-www-form-urlencoded",
            b"grant_type=client_credentials&client_id=x&client_secret=y",
            401,
            "invalid_client",
        ),
        (
            "/halden/identity_/connect/token",
            "application/x-www-form-urlencoded",
            b"grant_type=x",
            400,
            "unsupported",
        ),
    ],
)
def test_the_server_hands_them_on(
    running: Product, path: str, kind: str, body: bytes, status: int, word: str
) -> None:
    client = http.client.HTTPConnection("127.0.0.1", running.port, timeout=AT_ONCE)
    with contextlib.closing(client):
        pieces = iter([body[:10], body[10:]])
        client.request("POST", path, body=pieces, headers={"Content-Type": kind}, encode_chunked=True)
        answer = client.getresponse()
        told = json.loads(answer.read())
    assert answer.status == status and word in told["error"]
