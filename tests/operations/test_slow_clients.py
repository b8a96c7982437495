"""Clients that send or read one byte a second: everybody else is still answered at once."""

import contextlib
import re
import selectors
import signal
import socket
import threading
from collections.abc import Iterator

import pytest

from tests.operations.product import Product

CLIENTS = 12
HEAD = "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"


class Slow:
    """A dozen connections served by one thread: each sends, or reads, one byte a second."""

    def __init__(self, product: Product) -> None:
        self.product = product
        self.stop = threading.Event()
        self.sockets: list[socket.socket] = []
        self.pending: dict[socket.socket, bytes] = {}
        self.thread = threading.Thread(target=self.drip)

    def connect(self, path: str, method: str = "GET", sent: bytes = b"", pending: bytes = b"") -> None:
        """Open one connection: the head and `sent` at once, `pending` byte by byte."""
        client = socket.socket()
        # A small window: else the kernel on this side would take in a whole page at once.
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        client.connect(("127.0.0.1", self.product.port))
        client.sendall(HEAD.format(method=method, path=path, port=self.product.port).encode() + sent)
        self.sockets.append(client)
        self.pending[client] = pending

    def drip(self) -> None:
        """A byte a second each, until told to stop; a server that hangs up on one of them is fine."""
        while not self.stop.wait(1):
            for client in self.sockets:
                with contextlib.suppress(OSError):
                    if rest := self.pending[client]:
                        client.send(rest[:1])
                        self.pending[client] = rest[1:]
                    elif is_readable(client):
                        client.recv(1)

    def __enter__(self) -> "Slow":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        if self.thread.is_alive():
            self.thread.join()
        for client in self.sockets:
            client.close()


def is_readable(client: socket.socket) -> bool:
    """Whether a read would not wait."""
    with selectors.DefaultSelector() as selector:
        selector.register(client, selectors.EVENT_READ)
        return bool(selector.select(0))


@pytest.fixture
def slow(running) -> Iterator[Slow]:
    """No connection yet; the test opens them."""
    with Slow(running) as slow:
        yield slow


def half_heads(slow: Slow) -> None:
    """Requests whose headers never end."""
    for _ in range(CLIENTS):
        slow.connect("/accounts/login/", pending=b"X-Slow: " + b"a" * 600)


def half_bodies(slow: Slow) -> None:
    """Forms that announce 600 bytes and trickle in: each holds a thread of the web."""
    head = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 600\r\n\r\nlogin="
    for _ in range(CLIENTS):
        slow.connect("/accounts/login/", "POST", sent=head, pending=b"a" * 594)


def slow_readers(slow: Slow) -> None:
    """Readers of the largest file that the sign-in page needs."""
    page = slow.product.get("/accounts/login/")[1].decode()
    styles = re.findall(r'<link[^>]+rel="stylesheet"[^>]+href="([^"]+)"', page)
    largest = max(styles, key=lambda path: len(slow.product.get(path)[1]))
    # Many times over one connection: the kernels' buffers swallow a single one whole.
    again = HEAD.format(method="GET", path=largest, port=slow.product.port).encode() + b"\r\n"
    for _ in range(CLIENTS):
        slow.connect(largest, sent=b"\r\n" + again * 30)


@pytest.mark.parametrize("open_them", [half_heads, half_bodies, slow_readers])
def test_everybody_else_is_answered_at_once(running, slow, open_them):
    open_them(slow)
    slow.thread.start()
    for _ in range(10):
        assert running.get("/healthz")[0] == 200
        assert running.get("/accounts/login/")[0] == 200
        slow.stop.wait(0.3)


def test_slow_clients_do_not_hold_up_the_end(product):
    with Slow(product.start()) as slow:
        half_bodies(slow)
        slow_readers(slow)
        slow.thread.start()
        assert product.signal(signal.SIGTERM) == 0
