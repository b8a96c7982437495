"""The whole product as a process tree of its own: started, asked, hurt and stopped by the tests beside this file."""

import contextlib
import http.client
import os
import re
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from scripts.servers import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
# Generous: it only says how long a machine under load may take before we call something dead.
PATIENCE = 60.0
# What a waiting person would call at once.
AT_ONCE = 5.0


class Product:
    """One `manage.py serve` on a free port, with `folder` as its GATEHOUSE_VAR."""

    def __init__(self, folder: Path, backend: dict[str, str]) -> None:
        self.port = free_port()
        self.folder = folder
        self.log = folder / "output.txt"
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("GATEHOUSE_", "DATABASE_URL"))
        }
        for name in ("REDIS_URL", "EMAIL_URL", "HOST", "WEB_CONCURRENCY", "COV_CORE_SOURCE"):
            self.environment.pop(name, None)
        # The tests' own settings are theirs alone: this is the product as it is shipped.
        self.environment |= {"DJANGO_SETTINGS_MODULE": "config.settings"}
        self.environment |= backend | {"PORT": str(self.port), "GATEHOUSE_VAR": str(folder / "var")}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Product":
        """Start it and wait until it says that it is ready."""
        self.spawn()
        wait_until(
            lambda: "Gatehouse is ready" in self.output() or self.has_ended(),
            "the product to start",
            self.output,
        )
        assert not self.has_ended(), self.output()
        return self

    def spawn(self) -> None:
        """Start it."""
        with self.log.open("ab") as log:
            command = [sys.executable, "manage.py", "serve"]
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)

    @property
    def pid(self) -> int:
        """The supervisor's process id."""
        assert self.process is not None
        return self.process.pid

    def output(self) -> str:
        """All it has printed so far."""
        return self.log.read_text(errors="replace")

    def has_ended(self) -> bool:
        """Whether the supervisor is gone."""
        return self.process is None or self.process.poll() is not None

    def get(self, path: str) -> tuple[int, bytes]:
        """Status and body of a page, or a timeout if it does not come at once."""
        client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=AT_ONCE)
        with contextlib.closing(client):
            client.request("GET", path)
            answer = client.getresponse()
            return answer.status, answer.read()

    def is_up(self) -> bool:
        """Whether it answers."""
        try:
            return self.get("/healthz")[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def pids(self, name: str = "") -> set[int]:
        """Its processes (the supervisor left out), all or those of one name."""
        return {pid for pid in descendants(self.pid) if name in ("", comm(pid))}

    def one(self, name: str) -> int:
        """Some process of that name, once there is one."""
        wait_until(lambda: bool(self.pids(name)), f"a process {name}")
        return min(self.pids(name))

    def signal(self, number: signal.Signals) -> int:
        """Send the supervisor a signal; gives its exit status once it has ended."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def clean_up(self) -> None:
        """End whatever is left, however the test went."""
        if not self.has_ended():
            left = self.pids()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.signal(signal.SIGTERM)
            if not self.has_ended():
                self.signal(signal.SIGKILL)
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


def wait_until(is_so: Callable[[], bool], what: str, output: Callable[[], str] = str) -> None:
    """Return when `is_so` becomes true; fail with `what` and the `output` so far if it takes too long."""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, f"waited {PATIENCE:g} s for {what}\n{output()}"
        time.sleep(0.05)


def are_gone(pids: set[int]) -> bool:
    """Whether none of the processes runs any more (waiting to be reaped counts as gone)."""
    return all(state(pid) in ("", "Z", "X") for pid in pids)


def descendants(root: int) -> set[int]:
    """The process ids below `root`, at any depth."""
    parents = {pid: parent(pid) for pid in (int(path.name) for path in Path("/proc").glob("[0-9]*"))}
    found: set[int] = set()
    layer = {root}
    while layer:
        layer = {pid for pid, above in parents.items() if above in layer}
        found |= layer
    return {pid for pid in found if state(pid) not in ("", "Z", "X")}


def fields(pid: int) -> list[str]:
    """/proc/<pid>/stat from its third field on (the second, the name, may hold spaces)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def state(pid: int) -> str:
    """One letter as in ps; empty when there is no such process."""
    return (fields(pid) or [""])[0]


def parent(pid: int) -> int:
    """Its parent's id; 0 when there is no such process."""
    return int((fields(pid) or ["", "0"])[1])


def comm(pid: int) -> str:
    """Its name; empty when there is no such process."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def welcome_link(output: str) -> str | None:
    """The address that a first start prints, without scheme and host."""
    found = re.search(r"https?://[^/\s]+(/\S*gate_inv_\w+\S*)", output)
    return found and found[1]


@contextlib.contextmanager
def own_backend() -> Iterator[dict[str, str]]:
    """DATABASE_URL and REDIS_URL for one product: a database made for it; nothing on the embedded default."""
    url, redis_url = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
    if not url or not redis_url:
        yield {}
        return
    import psycopg

    name = f"gatehouse_serve_{secrets.token_hex(4)}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            # Redis has sixteen databases; from the last one down, one for each process of pytest: two products on
            # one would take each other's tasks.
            process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
            own_redis = urlunsplit(urlsplit(redis_url)._replace(path=f"/{15 - process % 15}"))
            yield {
                "DATABASE_URL": urlunsplit(urlsplit(url)._replace(path=f"/{name}")),
                "REDIS_URL": own_redis,
            }
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
