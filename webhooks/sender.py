"""The only file that opens a connection to a stranger: one guarded door out.

Every address is judged where the socket is made, so nothing that resolves, redirects or is written in a strange way comes
past it; the connection goes to the address that was judged, and its certificate must be for the name.
"""

import asyncio
import itertools
import socket
import ssl
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import aiohttp
import uvloop
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from webhooks.addresses import is_allowed, verdict
from webhooks.outcomes import Outcome

# Wall clock: name, connection, TLS, headers and body together.
DEADLINE_SECONDS = 15.0
ANSWER_BYTES = 64 * 1024
# Shorter than receivers keep idle connections (2 s is common): a request must not meet a closing one.
KEEP_ALIVE_SECONDS = 1.5
# A name is looked up again after so long; each connection is judged anyway.
NAME_SECONDS = 10
LOOKUPS = 32
PORTS = (80, 443)
HEADERS = 100


@dataclass(slots=True)
class Answer:
    """What came of one request. `note`: the guard's verdict, or "cut" for an answer that went on."""

    outcome: Outcome
    began: float
    duration_ms: int
    status: int | None = None
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""
    note: str = ""

    @property
    def is_cut(self) -> bool:
        """Whether the body went on."""
        return self.note == "cut"

    def header(self, name: str) -> str | None:
        """The first header of that name (lower case)."""
        return next((value for key, value in self.headers if key.lower() == name), None)


class NotAllowed(OSError):
    """The guard's refusal; says what kind of address it was, never which."""

    def __init__(self, word: str) -> None:
        super().__init__(f"address not allowed: {word}")
        self.word = word


def new_event_loop() -> asyncio.AbstractEventLoop:
    """The loop that requests are sent from."""
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop


class _Resolver(AbstractResolver):
    """Names to addresses, each look-up in a thread of its own: one that hangs delays nobody and outlives nothing."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(LOOKUPS)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Every address of `host`. Raises NotAllowed if one of them is not public: it is not tried which one answers."""
        async with self._free:
            found = await _looked_up(host, port)
        for address, _family in found:
            if word := verdict(address):
                raise NotAllowed(word)
        return [
            ResolveResult(hostname=host, host=address, port=port, family=kind, proto=0, flags=0)
            for address, kind in found
        ]

    async def close(self) -> None:
        """Threads end by themselves."""


def _looked_up(host: str, port: int) -> asyncio.Future[list[tuple[str, int]]]:
    loop = asyncio.get_running_loop()
    future: asyncio.Future[list[tuple[str, int]]] = loop.create_future()

    def tell(found: list[tuple[str, int]] | None, error: OSError | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(found or [])

    def ask() -> None:
        found, failure = None, None
        try:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found = list(dict.fromkeys((str(row[4][0]), int(row[0])) for row in rows))
        except (OSError, UnicodeError) as error:
            failure = error if isinstance(error, OSError) else socket.gaierror(socket.EAI_NONAME, "no name")
        try:
            loop.call_soon_threadsafe(tell, found, failure)
        except RuntimeError:
            # The loop has ended meanwhile.
            return

    threading.Thread(target=ask, name="webhook-name", daemon=True).start()
    return future


def _guarded_socket(address_info: Any) -> socket.socket:
    """A socket for an address that may be reached; literals come here without having been resolved."""
    family, kind, protocol, _, address = address_info
    if word := verdict(address[0]):
        raise NotAllowed(word)
    return socket.socket(family=family, type=kind, proto=protocol)


def _guarded_plain_socket(address_info: Any) -> socket.socket:
    """The same without TLS: only where the operator opened the range."""
    if not is_allowed(address_info[4][0]):
        raise NotAllowed(verdict(address_info[4][0]) or "insecure")
    return _guarded_socket(address_info)


@cache
def _trusted() -> ssl.SSLContext:
    """The authorities of this system, read once: that takes as long as a hundred deliveries."""
    return ssl.create_default_context()


class Sender:
    """An open door: `async with Sender() as sender: await sender.post(…)`. Connections are kept for the next request."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        # Tests bring the authority that they trust; everybody else has the system's.
        self._tls = tls or _trusted()
        self._doors: dict[str, aiohttp.ClientSession] = {}

    async def __aenter__(self) -> "Sender":
        self._doors = {
            "https": self._door(_guarded_socket),
            "http": self._door(_guarded_plain_socket),
        }
        return self

    def _door(self, make: Any) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            resolver=_Resolver(),
            ttl_dns_cache=NAME_SECONDS,
            ssl=self._tls,
            limit=0,
            keepalive_timeout=KEEP_ALIVE_SECONDS,
            socket_factory=make,
            family=socket.AF_UNSPEC,
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            # To the moment: by default the library rounds up to whole seconds.
            timeout=aiohttp.ClientTimeout(
                total=DEADLINE_SECONDS, sock_connect=None, ceil_threshold=DEADLINE_SECONDS
            ),
            auto_decompress=False,
            trust_env=False,
            max_headers=HEADERS,
            skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding"),
        )

    async def __aexit__(self, *error: Any) -> None:
        for door in self._doors.values():
            await door.close()

    async def post(self, url: URL, body: bytes, headers: Iterable[tuple[str, str]]) -> Answer:
        """Send it and read the answer; whatever goes wrong is an Answer too."""
        began, start = time.time(), time.perf_counter()

        def answer(outcome: Outcome, note: str = "", **told: Any) -> Answer:
            return Answer(outcome, began, round((time.perf_counter() - start) * 1000), note=note, **told)

        door = self._doors.get(url.scheme)
        if door is None or url.port is None or (url.port < 1024 and url.port not in PORTS):
            return answer(Outcome.ADDRESS, "scheme" if door is None else "port")
        try:
            status, received, content, note = await _exchange(door, url, body, headers)
        except Exception as error:
            return answer(*_failure(error))
        outcome = Outcome.OK if 200 <= status < 300 else Outcome.STATUS
        return answer(outcome, note, status=status, headers=received, body=content)


async def _exchange(
    door: aiohttp.ClientSession, url: URL, body: bytes, headers: Iterable[tuple[str, str]]
) -> tuple[int, list[tuple[str, str]], bytes, str]:
    async with door.post(url, data=body, headers=list(headers), allow_redirects=False) as response:
        content, note = await _body(response)
        received = [(_text(name), _text(value)) for name, value in response.raw_headers]
        if len(kept := _first(received)) < len(received):
            note = "cut"
        return response.status, kept, content, note


async def _body(response: aiohttp.ClientResponse) -> tuple[bytes, str]:
    """Its beginning, and "cut" if it went on."""
    stream = response.content
    content = bytearray(await stream.readany())
    while not stream.at_eof():
        if len(content) > ANSWER_BYTES:
            # Not read to its end, so never used again.
            response.close()
            break
        content += await stream.readany()
    return bytes(content[:ANSWER_BYTES]), "cut" if len(content) > ANSWER_BYTES else ""


def _first(headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """As many of them as are kept: a hundred long ones would be ten times the body."""
    if sum(len(name) + len(value) for name, value in headers) <= ANSWER_BYTES:
        return headers
    sizes = itertools.accumulate(len(name) + len(value) for name, value in headers)
    return [pair for pair, size in zip(headers, sizes, strict=True) if size <= ANSWER_BYTES]


def _text(value: bytes) -> str:
    text = value.decode("utf-8", "replace")
    return text.replace("\0", "\ufffd") if "\0" in text else text


def _failure(error: Exception) -> tuple[Outcome, str]:
    """The word for what went wrong, and the guard's."""
    causes: list[BaseException] = [error]
    while (below := causes[-1].__cause__) is not None and len(causes) < 8:
        causes.append(below)
    for cause in causes:
        if isinstance(cause, NotAllowed):
            return Outcome.ADDRESS, cause.word
    for kinds, outcome in _FAILURES:
        if any(isinstance(cause, kinds) for cause in causes):
            return outcome, ""
    return Outcome.CONNECTION, ""


# The first that fits; what fits none is a broken connection.
_FAILURES: tuple[tuple[Any, Outcome], ...] = (
    (TimeoutError, Outcome.TIMEOUT),
    (aiohttp.InvalidURL, Outcome.ADDRESS),
    (aiohttp.ClientConnectorDNSError, Outcome.DNS),
    ((aiohttp.ClientSSLError, ssl.SSLError, ssl.CertificateError), Outcome.TLS),
    (ConnectionRefusedError, Outcome.REFUSED),
    (aiohttp.http_exceptions.LineTooLong, Outcome.TOO_LARGE),
    (aiohttp.ClientPayloadError, Outcome.CONNECTION),
    ((aiohttp.ClientResponseError, aiohttp.http_exceptions.HttpProcessingError), Outcome.PROTOCOL),
)
