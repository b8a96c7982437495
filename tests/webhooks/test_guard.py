"""The guard of the one door out: which addresses it refuses to open, and whose certificates it believes."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from tests.webhooks.certificates import Authority
from tests.webhooks.door import post
from tests.webhooks.receivers import Receiver, served

pytestmark = pytest.mark.usefixtures("only_loopback")


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
