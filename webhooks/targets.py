"""Where a webhook may send to, as far as its address says; what a name leads to is judged when connecting (addresses.py)."""

import ipaddress
import re
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit, urlunsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from webhooks.addresses import is_allowed, verdict
from webhooks.here import is_of_this_machine, plain, resolved

LONGEST = 2000
PORTS = {"http": 80, "https": 443}
_NAME = re.compile(r"(?=.{1,253}\Z)(?!-)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*", re.ASCII)
# 127.1, 2130706433, 0x7f.0.0.1: resolvers read these as addresses, a reader does not.
_NUMBER = re.compile(r"(\d+|0x[0-9a-f]*)", re.ASCII)

_HERE = gettext_lazy("This is Gatehouse itself. Choose the address of another system.")
_PLAIN = gettext_lazy("Use https: deliveries would be readable on their way, and so would passwords.")


class Origin(NamedTuple):
    """What may not change under a password: scheme, host in lower case, port."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == PORTS.get(self.scheme) else f":{self.port}"
        return f"{self.scheme}://{host}{port}"


def origin(url: str) -> Origin:
    """The origin of an address that passed check()."""
    parts = urlsplit(url)
    return Origin(parts.scheme, (parts.hostname or "").rstrip("."), parts.port or PORTS[parts.scheme])


def check(url: str) -> str:
    """The address as it is stored. Raises ValidationError with a sentence on what to change."""
    parts = _parts(url)
    # Without the dot at the end: it is the same name.
    host = (parts.hostname or "").rstrip(".")
    literal = _literal(host)
    _port(parts)
    there = Origin(parts.scheme, host, parts.port or PORTS[parts.scheme])
    _not_here(there, literal)
    if literal is not None and verdict(literal):
        raise ValidationError(_("This address is not a public one. The operator can allow its network."))
    if parts.scheme == "http" and not _may_be_plain(literal):
        raise ValidationError(_PLAIN)
    netloc = str(there).partition("//")[2]
    return urlunsplit((parts.scheme, netloc, parts.path or "/", parts.query, ""))


def _parts(url: str) -> SplitResult:
    """What has the shape of a web address. Raises ValidationError."""
    if len(url) > LONGEST:
        raise ValidationError(_("An address has at most %d characters.") % LONGEST)
    if not all("!" <= character <= "~" for character in url):
        raise ValidationError(
            _("Write it in ASCII and without spaces: a host as xn--…, other characters as %…")
        )
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise ValidationError(_("This is no web address. It looks like https://example.com/hook.")) from error
    if parts.scheme not in PORTS or not parts.hostname or "\\" in url:
        raise ValidationError(_("This is no web address. It looks like https://example.com/hook."))
    if "@" in parts.netloc:
        raise ValidationError(_("Leave user name and password out: they belong under Authentication."))
    if parts.fragment or url.endswith("#"):
        raise ValidationError(_("Leave out what is behind #: it is never sent."))
    return parts


def _port(parts: SplitResult) -> None:
    try:
        port = parts.port
    except ValueError as error:
        raise ValidationError(_("A port is a number up to 65535.")) from error
    if port is not None and port not in PORTS.values() and port < 1024:
        raise ValidationError(_("Use port 80, 443, or one from 1024 on."))


def _literal(host: str) -> str | None:
    """The address that a host is, and None for a name. Raises ValidationError for what is neither."""
    if host == "localhost" or host.endswith(".localhost"):
        return "127.0.0.1"
    try:
        # A zone (fe80::1%eth0) is of this machine only.
        return str(ipaddress.ip_address(host)) if "%" not in host else _no_host()
    except ValueError:
        pass
    if not _NAME.fullmatch(host) or _NUMBER.fullmatch(host.rpartition(".")[2]):
        _no_host()
    return None


def _no_host() -> str:
    raise ValidationError(_("This is no host: write a name like example.com, or an address in full."))


def look_up(url: str) -> None:
    """What only a name server knows about an address that passed check(): where its name leads at the moment.

    Asked when somebody types it, so that they hear of it at once; each connection is judged anew (addresses.py). May take
    some seconds, so never inside a transaction. A name that nobody knows yet is fine. Raises ValidationError.
    """
    there, public = origin(url), origin(settings.GATEHOUSE_URL)
    literal = _literal(there.host)
    found = {plain(literal)} if literal is not None else resolved(there.host)
    # On a proxy's port a name of its own may be another system behind the same address; on our own port it can't.
    ports = {settings.PORT} if literal is None else {settings.PORT, public.port}
    if there.port in ports and (any(map(is_of_this_machine, found)) or found & resolved(public.host)):
        raise ValidationError(_HERE)
    if literal is not None:
        return
    if any(map(verdict, found)):
        raise ValidationError(
            _("This name leads to an address that is not a public one. The operator can allow its network.")
        )
    if there.scheme == "http" and found and not all(map(is_allowed, found)):
        raise ValidationError(_PLAIN)


def _not_here(there: Origin, literal: str | None) -> None:
    """Raises ValidationError when the target is this instance: its events would cause events, without an end."""
    public = origin(settings.GATEHOUSE_URL)
    own = there.port in (public.port, settings.PORT)
    if (there.host, there.port) == (public.host, public.port) or (
        own and literal is not None and is_of_this_machine(plain(literal))
    ):
        raise ValidationError(_HERE)


def _may_be_plain(literal: str | None) -> bool:
    """http, where nobody else can listen: loopback in development, and networks that the operator allowed.

    A name may lead into one of those; the sender refuses http when it does not.
    """
    return bool(settings.GATEHOUSE_WEBHOOK_ALLOW) if literal is None else is_allowed(literal)
