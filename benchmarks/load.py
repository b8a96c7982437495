"""A closed loop of keep-alive connections against one server: raw sockets and one selector, so that it costs little.

Every connection asks again as soon as it has its answer. Both cores are shared with the servers, so what this costs
makes fast servers look slower than they are: ratios err on the modest side.
"""

import selectors
import socket
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field

# How long one answer may take: stock PBKDF2 with all connections waiting takes a few seconds on two cores.
PATIENCE = 60.0
LINES_END = b"\r\n\r\n"
LAST_CHUNK = b"\r\n0\r\n\r\n"


class Refused(Exception):
    """A server answered something else than 200: whatever was measured then is worth nothing."""


@dataclass
class Load:
    """What a server took: `seconds` run from the first request to the last answer."""

    seconds: float
    waits: list[float]

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.waits) / self.seconds

    def percentile(self, percent: int) -> float:
        """How many seconds the slowest of the quickest `percent` in a hundred took."""
        return statistics.quantiles(self.waits, n=100, method="inclusive")[percent - 1]


@dataclass
class Line:
    """One connection: what has come of the answer that it waits for."""

    socket: socket.socket
    asked_at: float = 0.0
    got: bytearray = field(default_factory=bytearray)
    ends: Callable[[bytearray], bool] | None = None

    def ask(self, request: bytes) -> None:
        """Send the next request; it is small enough for one packet."""
        self.got.clear()
        self.ends = None
        self.asked_at = time.perf_counter()
        self.socket.sendall(request)

    def hear(self) -> bool:
        """Read what is there; whether the answer is complete. Raises Refused."""
        part = self.socket.recv(65536)
        if not part:
            raise Refused("the server closed the connection")
        self.got += part
        if self.ends is None and LINES_END in self.got:
            self.ends = end_of(self.got)
        return self.ends is not None and self.ends(self.got)


def end_of(got: bytearray) -> Callable[[bytearray], bool]:
    """What tells whether the answer that begins with `got` is complete. Raises Refused."""
    end = got.index(LINES_END) + len(LINES_END)
    head = bytes(got[:end]).lower()
    if not head.startswith(b"http/1.1 200 "):
        raise Refused(bytes(got[:2000]).decode(errors="replace"))
    _, found, rest = head.partition(b"\r\ncontent-length:")
    if found:
        length = end + int(rest.partition(b"\r\n")[0])
        return lambda now: len(now) >= length
    if b"\r\ntransfer-encoding: chunked" in head:
        return lambda now: now.endswith(LAST_CHUNK)
    raise Refused("neither Content-Length nor chunks: " + head.decode(errors="replace"))


def drive(port: int, request: bytes, connections: int, seconds: float) -> Load:
    """Ask for `seconds`, then wait for what is under way. Raises Refused, TimeoutError."""
    waits: list[float] = []
    with lines(port, connections) as (selector, opened):
        began = time.perf_counter()
        for line in opened:
            line.ask(request)
        waiting = len(opened)
        while waiting:
            ready = selector.select(PATIENCE)
            if not ready:
                raise TimeoutError(f"no answer from port {port} in {PATIENCE:.0f} s")
            for key, _ in ready:
                answered: Line = key.data
                if not answered.hear():
                    continue
                now = time.perf_counter()
                waits.append(now - answered.asked_at)
                if now - began < seconds:
                    answered.ask(request)
                else:
                    waiting -= 1
        return Load(time.perf_counter() - began, waits)


@contextmanager
def lines(port: int, connections: int) -> Iterator[tuple[selectors.BaseSelector, list[Line]]]:
    """Open connections, watched by a selector."""
    with ExitStack() as stack:
        selector = stack.enter_context(closing(selectors.DefaultSelector()))
        opened = []
        for _ in range(connections):
            made = stack.enter_context(socket.create_connection(("127.0.0.1", port), PATIENCE))
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            opened.append(Line(made))
            selector.register(made, selectors.EVENT_READ, opened[-1])
        yield selector, opened


def post(path: str, form: str, headers: dict[str, str]) -> bytes:
    """A request with a form."""
    more = {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(form))}
    return head("POST", path, headers | more) + form.encode()


def get(path: str, headers: dict[str, str]) -> bytes:
    """A request without a body."""
    return head("GET", path, headers)


def head(method: str, path: str, headers: dict[str, str]) -> bytes:
    """Request line and headers; every rival answers to this Host."""
    named = {"Host": "127.0.0.1", "User-Agent": "benchmark", "Accept": "application/json"} | headers
    rows = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items())]
    return ("\r\n".join(rows) + "\r\n\r\n").encode()
