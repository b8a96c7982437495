"""Which addresses are refused, and under what name."""

from typing import Any

import pytest

from webhooks.addresses import is_allowed, verdict

REFUSED = {
    "0.0.0.0": "unspecified",
    "0.1.2.3": "unspecified",
    "127.0.0.1": "loopback",
    "127.255.255.254": "loopback",
    "10.0.0.1": "private",
    "172.16.0.1": "private",
    "172.31.255.255": "private",
    "192.168.1.1": "private",
    "100.64.0.1": "shared",
    "100.127.255.255": "shared",
    "169.254.169.254": "link-local",
    "192.0.0.8": "reserved",
    "192.0.2.1": "documentation",
    "198.51.100.7": "documentation",
    "203.0.113.9": "documentation",
    "192.88.99.1": "reserved",
    "198.18.0.1": "reserved",
    "198.19.255.255": "reserved",
    "224.0.0.1": "multicast",
    "239.255.255.250": "multicast",
    "240.0.0.1": "reserved",
    "255.255.255.255": "reserved",
    "::": "unspecified",
    "::1": "loopback",
    "::127.0.0.1": "reserved",
    "::ffff:127.0.0.1": "loopback",
    "::ffff:10.0.0.1": "private",
    "::ffff:169.254.169.254": "link-local",
    "::ffff:0:127.0.0.1": "reserved",
    "64:ff9b::7f00:1": "loopback",
    "64:ff9b::a9fe:a9fe": "link-local",
    "64:ff9b:1::1": "reserved",
    "100::1": "reserved",
    "2001::1": "reserved",
    "2001:2::1": "reserved",
    "2001:10::1": "reserved",
    "2001:20::1": "reserved",
    "2001:db8::1": "documentation",
    "2002:7f00:1::": "reserved",
    "2002:a00:1::1": "reserved",
    "2a00::5efe:a00:1": "private",
    "3fff::1": "documentation",
    "3ffe::1": "reserved",
    "5f00::1": "reserved",
    "fc00::1": "private",
    "fd12:3456::1": "private",
    "fe80::1": "link-local",
    "fe80::1%eth0": "reserved",
    "2600::1%1": "reserved",
    "fec0::1": "private",
    "ff02::1": "multicast",
    "ff0e::1": "multicast",
    "4000::1": "reserved",
    "not an address": "reserved",
    "": "reserved",
}
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "100.63.255.255",
    "100.128.0.1",
    "172.15.255.255",
    "172.32.0.1",
    "192.167.255.255",
    "223.255.255.255",
    "2606:4700:4700::1111",
    "2a00:1450:4001::1",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
]


@pytest.fixture(autouse=True)
def production(settings: Any) -> None:
    settings.PRODUCTION = True
    settings.GATEHOUSE_WEBHOOK_ALLOW = ()


@pytest.mark.parametrize(("address", "word"), REFUSED.items())
def test_what_is_not_public_is_refused(address: str, word: str) -> None:
    assert verdict(address) == word


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_public_is_not(address: str) -> None:
    assert verdict(address) == "" and not is_allowed(address)


def test_the_operator_opens_ranges_and_nothing_beside_them(settings: Any) -> None:
    settings.GATEHOUSE_WEBHOOK_ALLOW = ("10.1.0.0/16", "fd00::/8")
    assert [verdict(one) for one in ("10.1.2.3", "::ffff:10.1.2.3", "fd00::5")] == ["", "", ""]
    assert verdict("10.2.0.1") == verdict("64:ff9b::a01:203") == verdict("fc00::1") == "private"
    assert verdict("10.1.2.3%eth0") == "reserved"


def test_development_reaches_this_machine_and_nothing_else_private(settings: Any) -> None:
    settings.PRODUCTION = False
    assert [verdict(one) for one in ("127.0.0.1", "::1", "::ffff:127.0.0.1")] == ["", "", ""]
    assert verdict("10.0.0.1") == "private" and verdict("64:ff9b::7f00:1") == "loopback"
