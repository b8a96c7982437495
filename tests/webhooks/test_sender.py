"""The one door out: what it refuses to open, and what receivers may do to it."""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from yarl import URL

from tests.webhooks.certificates import Authority
from tests.webhooks.receivers import Raw, Receiver, drip, served
from webhooks import sender
from webhooks.sender import ANSWER_BYTES, Answer, Sender, new_event_loop

BODY = b'{"type": "robot.created"}'


@pytest.fixture(autouse=True)
def allowed(settings: Any) -> None:
    """Loopback only because the operator says so."""
    settings.PRODUCTION = True
    settings.GATEHOUSE_WEBHOOK_ALLOW = ("127.0.0.1/32",)


def post(url: str, tls: ssl.SSLContext | None = None, times: int = 1, **headers: str) -> Answer:
    async def ask() -> Answer:
        async with Sender(tls) as door:
            for _ in range(times):
                answer = await door.post(URL(url), BODY, list(headers.items()))
            return answer

    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(ask())


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The deadline comes at once, for those that wait for it."""
    monkeypatch.setattr(sender, "DEADLINE_SECONDS", 0.5)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """A name server: what each name leads to, one answer after another if there are several."""
    told: dict[str, list[str]] = {}
    real = socket.getaddrinfo

    def look_up(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        if host not in told:
            return real(host, port, *args, **kwargs)
        now = told[host].pop(0) if len(told[host]) > 1 else told[host][0]
        kinds = {address: socket.AF_INET6 if ":" in address else socket.AF_INET for address in now.split()}
        return [(kind, socket.SOCK_STREAM, 6, "", (address, port)) for address, kind in kinds.items()]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return told


# ---------- what goes out ----------


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


# ---------- the guard ----------


@pytest.mark.parametrize(
    ("host", "word"),
    [
        ("127.0.0.2", "loopback"),
        ("10.0.0.1", "private"),
        ("169.254.169.254", "link-local"),
        ("0.0.0.0", "unspecified"),
        ("[::1]", "loopback"),
        ("[::ffff:127.0.0.2]", "loopback"),
        ("[::ffff:7f00:2]", "loopback"),
        ("[64:ff9b::7f00:1]", "loopback"),
        ("[fe80::1]", "link-local"),
        ("[ff02::1]", "multicast"),
    ],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_literal_is_judged_where_the_socket_is_made(scheme: str, host: str, word: str) -> None:
    answer = post(f"{scheme}://{host}:8443/")
    assert (answer.outcome, answer.note, answer.status) == ("address", word, None)


@pytest.mark.parametrize("host", ["2130706433", "127.1", "0x7f.1", "0177.0.0.1", "127.0.0.1.", "0"])
def test_strange_ways_to_write_loopback_lead_nowhere(settings: Any, receiver: Receiver, host: str) -> None:
    settings.GATEHOUSE_WEBHOOK_ALLOW = ()
    assert post(f"https://{host}:{receiver.port}/").outcome in ("address", "dns")
    assert receiver.heard == []


def test_one_address_that_is_not_public_closes_the_whole_name(names: dict[str, list[str]]) -> None:
    names["shop.example"] = ["93.184.216.34 10.0.0.7"]
    answer = post("https://shop.example:8443/")
    assert (answer.outcome, answer.note) == ("address", "private")


def test_a_name_that_turns_private_after_the_check_is_refused(names: dict[str, list[str]]) -> None:
    names["shop.example"] = ["93.184.216.34", "127.0.0.2"]
    assert socket.getaddrinfo("shop.example", 443)[0][4][0] == "93.184.216.34"
    assert post("https://shop.example:8443/").note == "loopback"


def test_a_name_that_does_not_exist_says_so() -> None:
    assert post("https://nobody.invalid/").outcome == "dns"
    assert post(f"https://{'a' * 64}.example/").outcome == "dns"


def test_plain_http_only_where_the_operator_opened_the_range(
    names: dict[str, list[str]], receiver: Receiver
) -> None:
    names["open.example"], names["public.example"] = ["127.0.0.1"], ["93.184.216.34"]
    assert post(f"http://open.example:{receiver.port}/").outcome == "ok"
    answer = post("http://public.example:8080/")
    assert (answer.outcome, answer.note) == ("address", "insecure")


@pytest.mark.parametrize(
    ("url", "word"),
    [("http://127.0.0.1:22/", "port"), ("https://127.0.0.1:25/", "port"), ("ftp://127.0.0.1/", "scheme")],
)
def test_schemes_and_ports_are_few(url: str, word: str) -> None:
    answer = post(url)
    assert (answer.outcome, answer.note) == ("address", word)


def test_no_refusal_says_the_address(caplog: pytest.LogCaptureFixture, names: dict[str, list[str]]) -> None:
    names["shop.example"] = ["10.11.12.13"]
    assert "10.11.12.13" not in repr(post("https://shop.example:8443/")) + caplog.text


# ---------- TLS ----------


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def secure(authority: Authority) -> Iterator[Receiver]:
    with served(Receiver(authority.server("shop.example"))) as made:
        yield made


def test_the_certificate_must_be_for_the_name_and_the_name_is_asked_for(
    authority: Authority, secure: Receiver, names: dict[str, list[str]]
) -> None:
    names["shop.example"] = names["other.example"] = ["127.0.0.1"]
    assert post(secure.url("/ok", "shop.example"), authority.trust()).outcome == "ok"
    assert secure.heard[0].headers["host"] == f"shop.example:{secure.port}"
    assert authority.asked_for == ["shop.example"]
    assert post(secure.url("/ok", "other.example"), authority.trust()).outcome == "tls"
    assert post(secure.url("/ok", "127.0.0.1"), authority.trust()).outcome == "tls"
    assert len(secure.heard) == 1


def test_nobody_vouches_for_a_certificate_of_ones_own(secure: Receiver, names: dict[str, list[str]]) -> None:
    names["shop.example"] = ["127.0.0.1"]
    assert post(secure.url("/ok", "shop.example")).outcome == "tls" and secure.heard == []


def test_an_expired_certificate_is_refused(authority: Authority, names: dict[str, list[str]]) -> None:
    names["shop.example"] = ["127.0.0.1"]
    with served(Receiver(authority.server("shop.example", expired=True))) as late:
        assert post(late.url("/ok", "shop.example"), authority.trust()).outcome == "tls" and late.heard == []


def test_tls_to_somebody_who_speaks_plain_http(receiver: Receiver, authority: Authority) -> None:
    assert post(f"https://127.0.0.1:{receiver.port}/", authority.trust()).outcome == "tls"


# ---------- receivers that do not behave ----------


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
