"""What this machine knows about addresses without reaching out to any: which are its own, and what a name leads to."""

import contextlib
import ipaddress
import socket
import threading

# A name server that is silent holds nobody's form up for longer.
LOOKUP_SECONDS = 2.0


def plain(address: str) -> str:
    """An address in one spelling, an IPv4 one as such."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)


def is_of_this_machine(address: str) -> bool:
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


def resolved(host: str) -> set[str]:
    """The addresses of a name (or the one that it is); none when nobody answers in time. Never inside a transaction."""
    found: list[set[str]] = []

    def look() -> None:
        with contextlib.suppress(OSError, UnicodeError):
            rows = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            found.append({plain(str(row[4][0])) for row in rows})

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    looking.join(LOOKUP_SECONDS)
    return found[0] if found else set()
