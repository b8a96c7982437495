"""A robot's address allow-list: IPv4 and IPv6 networks, decided at use."""

import ipaddress
from collections.abc import Iterable

MOST = 500


def is_allowed(networks: Iterable[str], address: str) -> bool:
    """Whether `address` lies in one of `networks`; an empty list allows everybody."""
    listed = list(networks)
    if not listed:
        return True
    try:
        caller = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(caller, "ipv4_mapped", None)
    return any(_holds(network, caller) or (mapped and _holds(network, mapped)) for network in listed)


def _holds(network: str, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return address in ipaddress.ip_network(network)


def read(text: str) -> tuple[list[str], list[tuple[int, str]]]:
    """What was typed, a network or address a line or comma separated: (networks as written by us, broken entries).

    A broken entry is (line number from 1, what it says); an address with host bits beyond its mask counts as its network.
    """
    good: list[str] = []
    broken: list[tuple[int, str]] = []
    for number, line in enumerate(text.splitlines(), 1):
        for entry in filter(None, (part.strip() for part in line.split(","))):
            try:
                good.append(str(ipaddress.ip_network(entry, strict=False)))
            except ValueError:
                broken.append((number, entry[:60]))
    return list(dict.fromkeys(good)), broken
