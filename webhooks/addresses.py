"""Which addresses a webhook may reach: public ones, and those that the operator allowed.

A list of our own: `ipaddress.is_global` says yes to multicast, NAT64, 6to4 and more on the Pythons that we run on.
"""

import ipaddress
from functools import lru_cache

from django.conf import settings

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# IANA's special-purpose registries, more exact ones first.
_FOUR = [
    (ipaddress.IPv4Network(network), word)
    for network, word in {
        "0.0.0.0/8": "unspecified",
        "127.0.0.0/8": "loopback",
        "10.0.0.0/8": "private",
        "172.16.0.0/12": "private",
        "192.168.0.0/16": "private",
        "100.64.0.0/10": "shared",
        "169.254.0.0/16": "link-local",
        "192.0.0.0/24": "reserved",
        "192.0.2.0/24": "documentation",
        "198.51.100.0/24": "documentation",
        "203.0.113.0/24": "documentation",
        "192.31.196.0/24": "reserved",
        "192.52.193.0/24": "reserved",
        "192.88.99.0/24": "reserved",
        "192.175.48.0/24": "reserved",
        "198.18.0.0/15": "reserved",
        "224.0.0.0/4": "multicast",
        "240.0.0.0/4": "reserved",
    }.items()
]
_SIX = [
    (ipaddress.IPv6Network(network), word)
    for network, word in {
        "::/128": "unspecified",
        "::1/128": "loopback",
        "fc00::/7": "private",
        "fec0::/10": "private",
        "fe80::/10": "link-local",
        "ff00::/8": "multicast",
        "2001:db8::/32": "documentation",
        "3fff::/20": "documentation",
        # Teredo, ORCHID, benchmarking and whatever else the protocols keep for themselves.
        "2001::/23": "reserved",
        "2002::/16": "reserved",
        "2620:4f:8000::/48": "reserved",
        "3ffe::/16": "reserved",
    }.items()
]
_GLOBAL = ipaddress.IPv6Network("2000::/3")
# NAT64 as DNS64 writes it: the packet goes on to the IPv4 address in the last 32 bits.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# ISATAP: an interface id that carries an IPv4 address.
_ISATAP = (0x00005EFE, 0x02005EFE)


def verdict(address: str) -> str:
    """ "" when a webhook may reach this address, else what it is: a word such as `private`, never the address."""
    parsed = _parsed(address)
    if parsed is None:
        return "reserved"
    return "" if _is_allowed(parsed) else _kind(parsed)


def is_allowed(address: str) -> bool:
    """Whether the operator opened it (GATEHOUSE_WEBHOOK_ALLOW; in development this machine, too)."""
    parsed = _parsed(address)
    return parsed is not None and _is_allowed(parsed)


def _parsed(address: str) -> Address | None:
    # With a zone id it is an address of one network card only.
    if "%" in address:
        return None
    try:
        return ipaddress.ip_address(address)
    except ValueError:
        return None


def _is_allowed(address: Address) -> bool:
    plain = getattr(address, "ipv4_mapped", None) or address
    opened = _networks(tuple(settings.GATEHOUSE_WEBHOOK_ALLOW))
    if any(plain.version == network.version and plain in network for network in opened):
        return True
    return not settings.PRODUCTION and plain.is_loopback


@lru_cache(maxsize=8)
def _networks(told: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(network) for network in told)


def _kind(address: Address) -> str:
    if isinstance(address, ipaddress.IPv4Address):
        return next((word for network, word in _FOUR if address in network), "")
    if (carried := _carried(address)) is not None:
        return _kind(carried)
    known = next((word for network, word in _SIX if address in network), "")
    # Beyond the global range nothing has been given out.
    return known or ("" if address in _GLOBAL else "reserved")


def _carried(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that is reached through this one, if it is a form of one."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    low = int(address) & 0xFFFFFFFF
    if address in _NAT64 or (address in _GLOBAL and (int(address) >> 32) & 0xFFFFFFFF in _ISATAP):
        inner = ipaddress.IPv4Address(low)
        # An ISATAP address with a public one inside is an ordinary address.
        return inner if address in _NAT64 or _kind(inner) else None
    return None
