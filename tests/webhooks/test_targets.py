"""Which addresses a webhook may have, as far as they say."""

import socket
import threading
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from webhooks import here, targets


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://erp.example/in", "https://erp.example/in"),
        ("https://ERP.Example", "https://erp.example/"),
        ("HTTPS://erp.example:443/in?a=b&c=%20", "https://erp.example/in?a=b&c=%20"),
        ("https://erp.example.:8443/", "https://erp.example:8443/"),
        ("https://xn--zk-hka.example/", "https://xn--zk-hka.example/"),
        ("https://1.1.1.1/", "https://1.1.1.1/"),
        ("https://[2606:4700::1111]:8443/", "https://[2606:4700::1111]:8443/"),
        ("http://127.0.0.1:9000/in", "http://127.0.0.1:9000/in"),
        ("http://[::1]:9000/", "http://[::1]:9000/"),
        ("http://localhost:9000/", "http://localhost:9000/"),
    ],
)
def test_good_ones_are_kept_in_one_spelling(typed: str, kept: str) -> None:
    assert targets.check(typed) == kept


BAD = """
erp.example/in ftp://erp.example/ https:///in https:// javascript:alert(1) //erp.example/ https:erp.example
https://olga:secret@erp.example/ https://@erp.example/ https://erp.example/#here https://erp.example/#
https://erp.example:22/ https://erp.example:0/ https://erp.example:99999/ https://erp.example:x/
https://10.0.0.1/ https://192.168.1.1/ https://169.254.169.254/latest https://0.0.0.0/ https://[fe80::1]/
https://[fe80::1%25eth0]/ https://[::ffff:10.0.0.1]/ https://[64:ff9b::a00:1]/ https://[fd00::1]/ https://224.0.0.1/
https://2130706433/ https://127.1/ https://0x7f.0.0.1/ https://0177.0.0.1/ https://1.2.3.4.5/ https://erp.0x7f/
https://erp..example/ https://-erp.example/ https://erp_%41.example/ https://[erp]/ https://[::1/ https://erp.example\\@a/
http://erp.example/in http://1.1.1.1/ https://żółć.example/
""".split()


@pytest.mark.parametrize(
    "typed", [*BAD, "https://erp.example/a b", "https://erp.example/\x00", "https://e/" + "x" * 2000]
)
def test_bad_ones_are_refused_with_a_sentence(typed: str) -> None:
    with pytest.raises(ValidationError) as refused:
        targets.check(typed)
    told = refused.value.messages[0]
    assert told.endswith((".", "…")) and "10.0.0.1" not in told


def test_this_instance_is_no_target(settings: object) -> None:
    settings.GATEHOUSE_URL, settings.PORT = "https://gatehouse.example", 8000  # type: ignore[attr-defined]
    for typed in ("https://gatehouse.example/x", "https://GATEHOUSE.example:443/", "http://127.0.0.1:8000/"):
        with pytest.raises(ValidationError, match="itself"):
            targets.check(typed)
    assert targets.check("https://gatehouse.example:8443/")


def own_address() -> str:
    """Of this machine, as others reach it; the second loopback address where there is no network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            # Chooses a network card, sends nothing.
            asked.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.2"
        return str(asked.getsockname()[0])


@pytest.fixture
def opened(settings: Any) -> Any:
    """Behind a proxy, and the operator opened the network that this instance is in."""
    settings.GATEHOUSE_URL, settings.PORT = "https://gatehouse.example", 8123
    settings.GATEHOUSE_WEBHOOK_ALLOW = (f"{own_address()}/32", "10.9.0.0/16", "fd00::/8")
    return settings


def refused(typed: str) -> bool:
    """Whether it is refused because it is this instance."""
    try:
        targets.look_up(targets.check(typed))
    except ValidationError as error:
        assert "itself" in str(error.messages[0])
        return True
    return False


def test_an_own_address_is_this_instance_on_its_own_ports_only(opened: Any) -> None:
    mine = own_address()
    for typed in (f"http://{mine}:8123/", f"https://{mine}/", f"http://[::ffff:{mine}]:8123/"):
        assert refused(typed), typed
    assert not refused(f"http://{mine}:8124/") and not refused("http://10.9.0.1:8123/")


def test_what_its_name_leads_to_is_this_instance(opened: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    names = {"gatehouse.example": ["10.9.8.7", "fd00::7"], "alias.example": ["10.9.8.7"]}

    def answers(name: str, *args: Any, **kwargs: Any) -> list[Any]:
        if name not in names:
            raise socket.gaierror("no such name")
        return [(0, 0, 0, "", (address, 0)) for address in names[name]]

    monkeypatch.setattr(socket, "getaddrinfo", answers)
    for typed in (
        "https://10.9.8.7/",
        "http://10.9.8.7:8123/",
        "https://[fd00::7]/",
        "https://[fd00:0::7]:8123/",
    ):
        assert refused(typed), typed
    assert refused("http://alias.example:8123/") and not refused("http://other.example:8123/")
    # Another system may be behind the same proxy, and another port is another system.
    assert not refused("https://alias.example/") and not refused("https://10.9.8.7:8443/")


@pytest.mark.parametrize(
    ("typed", "addresses", "said"),
    [
        ("https://erp.example/", ["10.1.2.3"], "not a public one"),
        ("https://erp.example/", ["1.1.1.1", "169.254.169.254"], "not a public one"),
        ("https://erp.example/", ["64:ff9b::a00:1"], "not a public one"),
        ("https://erp.example/", ["1.1.1.1", "2606:4700::1111"], ""),
        ("https://erp.example/", ["10.9.8.7"], ""),
        ("https://erp.example/", [], ""),
        ("http://erp.example/", ["10.9.8.7"], ""),
        ("http://erp.example/", ["1.1.1.1"], "Use https"),
        ("http://erp.example/", [], ""),
    ],
)
def test_where_a_name_leads_is_said_when_it_is_typed(
    opened: Any, monkeypatch: pytest.MonkeyPatch, typed: str, addresses: list[str], said: str
) -> None:
    rows = [(0, 0, 0, "", (address, 0)) for address in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: rows)
    if said:
        with pytest.raises(ValidationError, match=said):
            targets.look_up(targets.check(typed))
    else:
        targets.look_up(targets.check(typed))


def test_a_silent_name_server_holds_nobody_up_for_long(opened: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(here, "LOOKUP_SECONDS", 0.05)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: [over.wait(60)][:0])
    try:
        assert not refused("http://alias.example:8123/")
    finally:
        over.set()


def test_the_operator_opens_networks(settings: object) -> None:
    settings.GATEHOUSE_WEBHOOK_ALLOW = ("10.1.0.0/16",)  # type: ignore[attr-defined]
    assert targets.check("http://10.1.2.3/") and targets.check("https://10.1.2.3:8443/")
    # A name may lead there; the sender decides when it connects.
    assert targets.check("http://n8n:5678/hook")
    with pytest.raises(ValidationError):
        targets.check("https://10.2.0.1/")


def test_in_production_loopback_is_private_like_any_other(settings: object) -> None:
    settings.PRODUCTION = True  # type: ignore[attr-defined]
    for typed in ("http://127.0.0.1:9000/", "https://localhost:9000/", "https://a.localhost/"):
        with pytest.raises(ValidationError):
            targets.check(typed)
