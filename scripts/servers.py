"""Throw-away PostgreSQL and Redis servers on free ports; they end with the `with` block, whatever happens in it."""

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from config.supervisor import die_with_parent
from scripts import debian

# Nothing here outlives a crash: don't wait for the disk. Connections: pytest's workers, live servers, `serve` twice.
POSTGRES_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "300",
    "shared_buffers": "128MB",
    "listen_addresses": "127.0.0.1",
}
START_TIMEOUT = 60


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL; gives its DATABASE_URL."""
    with scratch() as folder:
        programs, password = postgres_programs(), secrets.token_urlsafe(16)
        (folder / "password").write_text(password)
        hand_over(folder)
        data = initialise(programs, folder)
        port = free_port()
        options = [f"-c{name}={value}" for name, value in POSTGRES_SETTINGS.items()]
        command = [str(programs / "postgres"), "-D", str(data), "-p", str(port), "-k", str(folder), *options]
        # SIGINT is PostgreSQL's fast shutdown: SIGTERM would wait for every connection to close.
        with running(command, folder, signal.SIGINT) as process:
            url = f"postgres://gatehouse:{password}@127.0.0.1:{port}/gatehouse"
            wait_for(process, lambda: create_database(url), folder)
            yield url


@contextlib.contextmanager
def redis() -> Iterator[str]:
    """A Redis that keeps nothing on disk; gives its REDIS_URL."""
    program = debian.need(lambda: shutil.which("redis-server"), "redis-server", "A Redis server")
    with scratch() as folder:
        hand_over(folder)
        port = free_port()
        settings = {"port": port, "bind": "127.0.0.1", "dir": folder, "save": "", "appendonly": "no"}
        options = [text for name, value in settings.items() for text in (f"--{name}", str(value))]
        with running([program, *options], folder, signal.SIGTERM) as process:
            wait_for(process, lambda: ping(port), folder)
            yield f"redis://127.0.0.1:{port}/0"


def postgres_programs() -> Path:
    """The newest folder that holds both `initdb` and `postgres`: one made by another version can't be served."""

    def find() -> Path | None:
        debians = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -float(path.parent.name))
        others = [
            Path(os.path.realpath(found)).parent
            for name in ("initdb", "postgres")
            if (found := shutil.which(name))
        ]
        return next((path for path in [*debians, *others] if is_usable(path)), None)

    return debian.need(find, "postgresql", "A PostgreSQL server")


def is_usable(folder: Path) -> bool:
    """Whether both programs are there and run as the user they will run as."""
    try:
        return all(
            subprocess.run(
                [folder / name, "--version"], capture_output=True, cwd="/", **other_user()
            ).returncode
            == 0
            for name in ("initdb", "postgres")
        )
    except OSError:
        return False


def initialise(programs: Path, folder: Path) -> Path:
    """Make an empty cluster whose only user is `gatehouse`."""
    data = folder / "data"
    command: list[str | Path] = [programs / "initdb", "-D", data, "-U", "gatehouse", "--no-sync"]
    command += ["--pwfile", folder / "password", "--auth=scram-sha-256", "--encoding=UTF8", "--no-locale"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, **other_user())
    if done.returncode:
        raise debian.Missing(f"PostgreSQL's initdb failed: {done.stderr.strip()}")
    return data


def create_database(url: str) -> bool:
    """Make the database named in `url`; fails until the server is up."""
    import psycopg

    try:
        with psycopg.connect(url.removesuffix("/gatehouse") + "/postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE gatehouse")
    except psycopg.OperationalError:
        return False
    return True


def ping(port: int) -> bool:
    """Whether Redis answers."""
    import redis as client

    try:
        return bool(client.Redis(port=port, socket_timeout=1).ping())
    except client.RedisError:
        return False


def other_user() -> dict[str, Any]:
    """Arguments for subprocess that leave root behind: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise debian.Missing(
        "PostgreSQL cannot run as root, and there is neither a user `postgres` nor `nobody`."
    )


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="gatehouse-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def hand_over(folder: Path) -> None:
    """Give the folder and what is in it to the user that the servers run as."""
    user = other_user()
    if user:
        for path in (folder, *folder.iterdir()):
            os.chown(path, user["user"], user["group"])


@contextlib.contextmanager
def running(command: list[str], folder: Path, stop: signal.Signals) -> Iterator[subprocess.Popen[bytes]]:
    """The server's process, in a session of its own: Ctrl-C is for pytest first, the servers go after it."""
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=lambda: die_with_parent(stop),
            **other_user(),
        )
    try:
        yield process
    finally:
        process.send_signal(stop)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for(process: subprocess.Popen[bytes], is_up: Callable[[], bool], folder: Path) -> None:
    """Return once the server is up; end with its log if it isn't."""
    deadline = time.monotonic() + START_TIMEOUT
    while not is_up():
        if process.poll() is not None or time.monotonic() > deadline:
            raise debian.Missing("A server did not start:\n" + (folder / "log").read_text(errors="replace"))
        time.sleep(0.1)


def free_port() -> int:
    """A TCP port of this machine that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
