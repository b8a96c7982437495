"""The one door out: what goes through it, and what receivers may do to it."""

import asyncio
import socket
from pathlib import Path
from typing import Any

import pytest

from tests.webhooks.door import BODY, post
from tests.webhooks.receivers import Raw, Receiver, drip, served
from webhooks import sender
from webhooks.sender import ANSWER_BYTES

pytestmark = pytest.mark.usefixtures("only_loopback")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The deadline comes at once, for those that wait for it."""
    monkeypatch.setattr(sender, "DEADLINE_SECONDS", 0.5)


def test_a_request_goes_out_as_it_is_and_nothing_is_added(receiver: Receiver) -> None:
    answer = post(receiver.url("/ok/x?a=%20b"), **{"X-Own": "1", "webhook-id": "m"})
    [heard] = receiver.heard
    assert (answer.outcome, answer.status, answer.body) == ("ok", 200, b"thanks")
    assert heard.body == BODY and heard.headers["x-own"] == "1"
    assert set(heard.headers) == {"host", "content-length", "content-type", "x-own", "webhook-id"}


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(201, "ok"), (204, "ok"), (299, "ok"), (301, "status"), (410, "status"), (500, "status")],
)
def test_two_hundreds_are_success(receiver: Receiver, status: int, outcome: str) -> None:
    answer = post(receiver.url(f"/status/{status}"))
    assert (answer.outcome, answer.status) == (outcome, status)


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    answer = post(receiver.url("/redirect"))
    assert (answer.outcome, answer.status) == ("status", 301) and len(receiver.heard) == 1


def test_connections_are_kept(receiver: Receiver) -> None:
    async def ask(reader: Any, writer: Any) -> None:
        for _ in range(3):
            await reader.readexactly(len(BODY))
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            await writer.drain()
            if _ < 2:
                await reader.readuntil(b"\r\n\r\n")

    with served(Raw(ask)) as server:
        assert post(server.url(), times=3).outcome == "ok"
        assert server.connections == 1


def test_neither_proxies_nor_netrc_of_the_environment_count(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    assert post(receiver.url()).outcome == "ok"
    assert "authorization" not in receiver.heard[0].headers


def test_a_cookie_is_not_sent_back(receiver: Receiver) -> None:
    receiver.headers = {"Set-Cookie": "a=b"}
    post(receiver.url("/switch"), times=2)
    assert "cookie" not in receiver.heard[1].headers


def test_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert post(f"http://127.0.0.1:{taken.getsockname()[1]}/").outcome == "refused"


def test_the_deadline_ends_what_never_answers(receiver: Receiver, impatient: None) -> None:
    assert post(receiver.url("/hang")).outcome == "timeout"


def test_headers_are_kept_up_to_64_kib(receiver: Receiver) -> None:
    receiver.headers = {f"X-{number}": "y" * 4000 for number in range(40)}
    answer = post(receiver.url("/switch"))
    kept = sum(len(name) + len(value) for name, value in answer.headers)
    assert 60 * 1024 < kept <= 64 * 1024 and answer.is_cut and answer.outcome == "ok"


async def drip_headers(reader: Any, writer: Any) -> None:
    async for _ in drip(writer, b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 2000):
        await asyncio.sleep(0.05)


async def drip_body(reader: Any, writer: Any) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n")
    async for _ in drip(writer, b"a" * 2000):
        await asyncio.sleep(0.05)


async def drip_chunks(reader: Any, writer: Any) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"1\r\na\r\n")
        await writer.drain()
        await asyncio.sleep(0.05)


async def endless_continue(reader: Any, writer: Any) -> None:
    while True:
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("script", [drip_headers, drip_body, drip_chunks, endless_continue])
def test_the_deadline_also_ends_what_drips(script: Any, impatient: None) -> None:
    with served(Raw(script)) as server:
        answer = post(server.url())
        assert (answer.outcome, answer.status) == ("timeout", None)


@pytest.mark.parametrize("path", ["/huge", "/endless"])
def test_an_answer_is_read_up_to_64_kib(receiver: Receiver, path: str) -> None:
    answer = post(receiver.url(path))
    assert (answer.outcome, answer.note, len(answer.body)) == ("ok", "cut", ANSWER_BYTES)


async def reset(reader: Any, writer: Any) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    await writer.drain()
    await asyncio.sleep(0.1)
    linger = b"\1\0\0\0\0\0\0\0"
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)


async def hang_up(reader: Any, writer: Any) -> None:
    return


async def gibberish(reader: Any, writer: Any) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")


async def long_line(reader: Any, writer: Any) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 100_000 + b"\r\n\r\n")


async def many_headers(reader: Any, writer: Any) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-More: 1\r\n" * 1000)
        await writer.drain()


@pytest.mark.parametrize(
    ("script", "outcomes"),
    [
        (reset, {"connection"}),
        (hang_up, {"connection"}),
        (gibberish, {"protocol"}),
        (long_line, {"too_large", "protocol"}),
        (many_headers, {"too_large", "protocol"}),
    ],
)
def test_an_answer_that_is_none(script: Any, outcomes: set[str]) -> None:
    with served(Raw(script)) as server:
        assert post(server.url()).outcome in outcomes


async def odd_bytes(reader: Any, writer: Any) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nX-Odd: \xff\xfe\r\nContent-Length: 3\r\n\r\n\x00\xff!")


def test_bytes_that_no_text_has_are_kept_as_question_marks() -> None:
    with served(Raw(odd_bytes)) as server:
        answer = post(server.url())
        assert answer.outcome == "ok" and answer.header("x-odd") == "\ufffd\ufffd"
