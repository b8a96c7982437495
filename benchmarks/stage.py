"""What every benchmark runs on: throw-away PostgreSQL and Redis, databases, web servers; gone with the `with` block."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

from benchmarks.load import Refused, drive
from config.management.commands.serve import BLOCKING_THREADS
from config.supervisor import die_with_parent
from scripts import servers
from scripts.testing import OURS

WORKERS = 2
START_SECONDS = 60.0


@dataclass
class Stage:
    """The servers of this run."""

    stack: ExitStack
    folder: Path
    postgres_url: str
    redis_url: str
    made: set[str] = field(default_factory=set)

    def database(self, name: str, template: str = "") -> str:
        """The URL of database `name`, made on first call, as a copy of `template` if one is given."""
        url = urlunsplit(urlsplit(self.postgres_url)._replace(path=f"/{name}"))
        if name not in self.made:
            copied = f' TEMPLATE "{template}"' if template else ""
            with psycopg.connect(self.postgres_url, autocommit=True) as connection:
                connection.execute(f'CREATE DATABASE "{name}"{copied}'.encode())
            self.made.add(name)
        return url

    def environment(self, **ours: str) -> dict[str, str]:
        """This shell's, without what configures a Gatehouse, with `ours`."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if name not in OURS and not name.startswith(("GATEHOUSE_", "DJANGO_", "GRANIAN_"))
        }
        return kept | ours

    def run(self, *command: str, env: dict[str, str]) -> dict[str, Any]:
        """A command with this Python; the JSON it printed, if any. Its errors go where ours go."""
        done = subprocess.run(
            [sys.executable, *command], env=env, stdout=subprocess.PIPE, text=True, check=True
        )
        told: dict[str, Any] = json.loads(done.stdout) if done.stdout.startswith("{") else {}
        return told

    def web(self, name: str, target: str, env: dict[str, str]) -> "Web":
        """granian as the product ships it, until the stage is struck."""
        port = int(env.get("PORT") or servers.free_port())
        options = (
            f"--interface wsgi --host 127.0.0.1 --port {port} --workers {WORKERS} --blocking-threads {BLOCKING_THREADS} "
            "--blocking-threads-idle-timeout 600 --respawn-failed-workers --no-access-log --log-level error "
            "--workers-kill-timeout 5"
        )
        command = [sys.executable, "-m", "granian", *options.split(), target]
        log = self.folder / f"{name}.log"
        process = self.stack.enter_context(child(command, env, log))
        return Web(name, port, process, log)


@dataclass
class Web:
    """A web server of this run."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    log: Path

    def wait(self, request: bytes) -> None:
        """Return once it answers `request` with 200. Raises Refused with the answer or the server's log."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise Refused(f"{self.name} did not start:\n" + self.log.read_text(errors="replace"))
            try:
                drive(self.port, request, 1, 0)
                return
            except ConnectionError:
                time.sleep(0.1)
            except Refused as reason:
                raise Refused(f"{self.name}: {reason}\n{self.log.read_text(errors='replace')}") from reason


@contextmanager
def child(command: list[str], env: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that ends with the block, and with us."""
    with log.open("wb") as file:
        process = subprocess.Popen(
            command, env=env, stdin=subprocess.DEVNULL, stdout=file, stderr=file, preexec_fn=die_with_parent
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def stage() -> Iterator[Stage]:
    """Start PostgreSQL and Redis; whatever happens, everything that was started on them ends first."""
    with ExitStack() as stack:
        folder = stack.enter_context(servers.scratch())
        postgres_url = stack.enter_context(servers.postgres())
        redis_url = stack.enter_context(servers.redis())
        yield Stage(stack, folder, postgres_url, redis_url)
