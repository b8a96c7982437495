"""Receivers of all kinds, as real servers on loopback: fast, slow, hanging, dripping, refusing, endless, behind TLS."""

import asyncio
import contextlib
import ssl
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Heard:
    """One request that came in."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float = field(default_factory=time.monotonic)


class Receiver:
    """A server on a free port of 127.0.0.1; `url()` of each path, and what was heard, in order.

    A path says how it behaves: `/ok/…`, `/status/500/…`, `/hang/…`, `/first/40` (hangs after forty), `/endless/…`, `/echo/…`,
    `/redirect/…`, `/huge/…`, `/switch/…` (as `self.status` says at the moment).
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.heard: list[Heard] = []
        self.status = 200
        self.headers: dict[str, str] = {}
        self.under_way: dict[str, int] = {}
        self.most_under_way: dict[str, int] = {}
        self.release = threading.Event()
        self.tls = tls
        self.port = 0
        self._started = threading.Event()
        self._lock = threading.Lock()

    def url(self, path: str = "/ok", host: str = "127.0.0.1") -> str:
        """The address of a path."""
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}{path}"

    def ids(self, path: str = "") -> list[str]:
        """The `webhook-id` of everything heard at paths that begin so."""
        return [one.headers["webhook-id"] for one in list(self.heard) if one.path.startswith(path)]

    def start(self) -> None:
        """Listen, in a thread with an event loop of its own."""
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        assert self._started.wait(20)

    def stop(self) -> None:
        """End, also what hangs."""
        self.release.set()
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(20)

    async def _serve(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        app = web.Application(client_max_size=2**24)
        app.router.add_route("*", "/{tail:.*}", self._hear)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=self.tls, backlog=1024)
        await site.start()
        self.port = runner.addresses[0][1]
        self._started.set()
        await self._over.wait()
        await runner.cleanup()

    async def _hear(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        path = request.path
        with self._lock:
            self.heard.append(Heard(path, {k.lower(): v for k, v in request.headers.items()}, body))
            self.under_way[path] = self.under_way.get(path, 0) + 1
            self.most_under_way[path] = max(self.most_under_way.get(path, 0), self.under_way[path])
        try:
            return await self._answer(request, body)
        finally:
            with self._lock:
                self.under_way[path] -= 1

    async def _answer(self, request: web.Request, body: bytes) -> web.StreamResponse:
        kind, *rest = request.path.strip("/").split("/")
        if kind == "status":
            return web.Response(status=int(rest[0]), headers=self.headers, text="no")
        if kind == "switch":
            return web.Response(status=self.status, headers=self.headers)
        if kind == "hang" or (kind == "first" and len(self.ids(request.path)) > int(rest[0])):
            while not self.release.is_set():
                await asyncio.sleep(0.02)
            return web.Response(text="at last")
        if kind == "slow":
            await asyncio.sleep(0.2)
            return web.Response(text="well")
        if kind == "redirect":
            return web.Response(status=301, headers={"Location": "http://127.0.0.1:1/private"})
        if kind == "echo":
            told = dict(request.headers)
            return web.json_response({"headers": told, "body": body.decode()}, headers={"X-Echo": str(told)})
        if kind in ("endless", "huge"):
            return await self._pour(request, 2**40 if kind == "endless" else 200_000)
        return web.Response(text="thanks")

    async def _pour(self, request: web.Request, size: int) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        with contextlib.suppress(ConnectionError):
            while size > 0:
                await answer.write(b"0123456789abcdef" * 4096)
                size -= 65536
        return answer


class Raw:
    """A server that speaks bytes: `script(reader, writer)` decides what."""

    def __init__(
        self, script: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
    ) -> None:
        self.script = script
        self.port = 0
        self.connections = 0
        self._started = threading.Event()

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        """The address of a path."""
        return f"http://{host}:{self.port}{path}"

    def start(self) -> None:
        """Listen."""
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        assert self._started.wait(20)

    def stop(self) -> None:
        """End."""
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(20)

    async def _serve(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        tasks: set[Any] = set()

        async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.connections += 1
            tasks.add(asyncio.current_task())
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await reader.readuntil(b"\r\n\r\n")
                await self.script(reader, writer)
            writer.close()

        server = await asyncio.start_server(speak, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._started.set()
        await self._over.wait()
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@contextlib.contextmanager
def served(server: Any) -> Iterator[Any]:
    """It, started and stopped."""
    server.start()
    try:
        yield server
    finally:
        server.stop()


async def drip(writer: asyncio.StreamWriter, data: bytes) -> AsyncIterator[None]:
    """One byte after another."""
    for byte in data:
        writer.write(bytes([byte]))
        await writer.drain()
        yield
