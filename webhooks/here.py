"""Whether a target leads back to this instance: its events would cause events, without an end."""

import contextlib
import ipaddress
import socket
import threading

from django.conf import settings

# A name server that is silent holds nobody's form up for longer.
LOOKUP_SECONDS = 2.0


def leads_here(host: str, port: int, literal: str | None, public: tuple[str, int]) -> bool:
    """Of a target's host (and the address that it is, if it is one) and port; `public`: host and port of GATEHOUSE_URL.

    On a proxy's port a name of its own may well be another system behind the same address; on our own port it can't.
    """
    if (host, port) == public:
        return True
    if port not in (public[1], settings.PORT):
        return False
    if literal is None and port != settings.PORT:
        return False
    there = {_plain(literal)} if literal is not None else _resolved(host)
    return any(map(_is_of_this_machine, there)) or not there.isdisjoint(_resolved(public[0]))


def _plain(address: str) -> str:
    """An address in one spelling, an IPv4 one as such."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)


def _is_of_this_machine(address: str) -> bool:
    """Only an address of one's own can be bound to; nothing is sent."""
    parsed = ipaddress.ip_address(address)
    if parsed.is_loopback or parsed.is_unspecified:
        return True
    family = socket.AF_INET if parsed.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as mine:
            mine.bind((address, 0))
    except OSError:
        return False
    return True


def _resolved(host: str) -> set[str]:
    """The addresses of a name (or the one that it is); none when nobody answers in time."""
    found: list[set[str]] = []

    def look() -> None:
        with contextlib.suppress(OSError, UnicodeError):
            rows = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            found.append({_plain(str(row[4][0])) for row in rows})

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    looking.join(LOOKUP_SECONDS)
    return found[0] if found else set()
