"""`manage.py serve`: web, worker and timetable as one process tree in the foreground (config/supervisor.py)."""

import contextlib
import ctypes
import errno
import fcntl
import gc
import hashlib
import http.client
import logging
import signal
import socket
import sys
import warnings
from argparse import ArgumentParser
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import BaseCommand, CommandError, call_command
from django.db import DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor
from django.utils.log import configure_logging

from config.apps import prepare_ephemeral
from config.supervisor import Part, Supervisor, die_with_parent, name_process

BLOCKING_THREADS = 16
WORKER_THREADS = 4
# Below the supervisor's grace of 30 s, so that granian itself ends a web worker that a slow client holds up.
WEB_GRACE = 10
M_ARENA_MAX = -8


class Command(BaseCommand):
    """Prepares (migrations, static files), then keeps web and worker running until Ctrl-C or SIGTERM."""

    help = "Runs web, worker and timetable until Ctrl-C; applies migrations first."
    # They run in `make check`; here they would cost a third of a second at every start.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to prepare."""
        parser.add_argument("--no-migrate", action="store_true", help="leave the database as it is")
        parser.add_argument("--demo", action="store_true", help="load the demo organization first")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare, fork the parts, watch them; returning means a clean stop."""
        refuse_taken_port(settings.HOST, settings.PORT)
        lock = only_one(settings.GATEHOUSE_VAR / "serve.lock")
        try:
            preload()
            self.welcome = apart(lambda: prepare(**options))
            load_application()
        except KeyboardInterrupt:
            raise SystemExit(130) from None
        gc.collect()
        gc.freeze()
        Supervisor([Part("gate-web", run_web), Part("gate-worker", run_worker)], self.say_when_ready).run()
        fold_in_wal()
        lock.close()

    def say_when_ready(self) -> bool:
        """Print the address, and on the very first run the welcome link, once the web answers."""
        if not answers(settings.HOST, settings.PORT):
            return False
        self.stdout.write(f"\nGatehouse is ready at {settings.GATEHOUSE_URL}/")
        if self.welcome:
            self.stdout.write(f"Make the first organization here (the link works once): {self.welcome}")
        self.stdout.write("Ctrl-C stops it.\n")
        self.stdout.flush()
        return True


# ---------- before the parts start ----------


def refuse_taken_port(host: str, port: int) -> None:
    """Stop with a sentence if someone listens there: granian shares ports (SO_REUSEPORT) and would not notice."""
    address = host.strip("[]")
    try:
        family, kind, proto, _, target = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, proto) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(target)
            probe.listen(1)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            why = f"Port {port} on {host} is taken by another program; stop that, or choose another port"
            raise CommandError(f"{why}: PORT={port + 1 if port < 65535 else 8000} make run") from error
        raise CommandError(f"Cannot listen on HOST={host} PORT={port}: {error.strerror or error}") from error


def only_one(path: Path) -> IO[str]:
    """Hold a lock on `path`: two of us on one GATEHOUSE_VAR would run the timetable twice."""
    file = path.open("a")
    try:
        # A record lock belongs to this process alone: the parts don't inherit it and can't outlive us with it.
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError) as error:
        file.close()
        raise CommandError(
            f"Another `manage.py serve` runs on {settings.GATEHOUSE_VAR}; stop it first."
        ) from error
    return file


def apart(work: Callable[[], str | None]) -> str | None:
    """Do `work` in a child and give what it returns; if it fails, end as it did.

    We only fork: a connection to database, cache or broker that we opened would be shared by all parts.
    """
    fork = get_context("fork")
    receiver, sender = fork.Pipe(duplex=False)

    def run() -> None:
        die_with_parent(signal.SIGKILL)
        try:
            sender.send(work())
        except CommandError as error:
            raise SystemExit(f"{error}") from error
        except KeyboardInterrupt:
            raise SystemExit(130) from None

    child = fork.Process(target=run)
    child.start()
    child.join()
    if child.exitcode:
        raise SystemExit(child.exitcode if child.exitcode > 0 else 1)
    answer: str | None = receiver.recv()
    return answer


def prepare(*, no_migrate: bool, demo: bool, **options: Any) -> str | None:
    """Bring database and static files up to date; gives the link that makes the first organization, if any."""
    from accounts.actions import first_run_link

    if not no_migrate:
        migrate()
    collect_static()
    if demo:
        call_command("demo")
    link = first_run_link()
    connections.close_all()
    return link


def migrate() -> None:
    """Bring the database up to date; one that is costs no more than reading its list of migrations."""
    executor = MigrationExecutor(connections["default"])
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)
    else:
        # The file of what may be lost may have been lost.
        prepare_ephemeral("default")


def collect_static() -> None:
    """Collect the static files if one has changed since the last time."""
    root = Path(settings.STATIC_ROOT)
    digest, stamp = digest_of_static(), root / ".collected"
    if stamp.exists() and stamp.read_text() == digest:
        return
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(digest)


def digest_of_static() -> str:
    """One hash over the names and contents of all sources of static files (a checkout changes times, not contents)."""
    digest = hashlib.blake2b(repr(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            with storage.open(name) as file:
                digest.update(name.encode() + b"\0" + hashlib.blake2b(file.read()).digest())
    return digest.hexdigest()


def preload() -> None:
    """Import here, once, what every part needs, and be frugal with memory from the start."""
    import celery.apps.worker
    import celery.concurrency.thread  # noqa: F401
    import granian  # noqa: F401
    from django.urls import get_resolver

    from config.celery import app

    get_resolver().url_patterns  # noqa: B018 - imports every view
    app.loader.import_default_modules()
    if sys.platform == "linux":
        # glibc gives every thread an arena of its own; forty threads would keep a lot of half-empty ones.
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)


def load_application() -> None:
    """Middleware and all; whitenoise looks for the static files here, so they must be collected by now."""
    import config.wsgi  # noqa: F401


def answers(host: str, port: int) -> bool:
    """Whether /healthz says 200."""
    address = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host.strip("[]"), host.strip("[]"))  # noqa: S104
    client = http.client.HTTPConnection(address, port, timeout=2)
    try:
        client.request("GET", "/healthz", headers={"Host": urlsplit(settings.GATEHOUSE_URL).netloc})
        return client.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        client.close()


# ---------- after the parts have ended ----------


def fold_in_wal() -> None:
    """Leave SQLite's databases as one file each, fit for a copy; the parts don't close them, they end."""
    if settings.EMBEDDED:
        for alias in connections:
            # Busy: somebody else has it open, and will be the last one.
            with contextlib.suppress(DatabaseError), connections[alias].cursor() as cursor:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connections.close_all()


# ---------- the parts ----------


def run_web() -> None:
    """granian: workers that share the port. Why each setting: docs/operators, and the measurements behind it."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    # Its own handlers would write around our redaction.
    quiet = {"level": "WARNING", "handlers": [], "propagate": True}
    # It doubts every number of threads above the cores'; ours wait for slow clients, not for the processor.
    logging.getLogger("_granian").addFilter(lambda entry: "quite high" not in entry.getMessage())
    Granian(
        "config.wsgi:application",
        address=settings.HOST.strip("[]"),
        port=settings.PORT,
        interface=Interfaces.WSGI,
        workers=settings.WEB_CONCURRENCY,
        blocking_threads=BLOCKING_THREADS,
        blocking_threads_idle_timeout=600,
        respawn_failed_workers=True,
        workers_kill_timeout=WEB_GRACE,
        backlog=1024,
        log_level=LogLevels.warning,
        log_access=False,
        log_dictconfig={"loggers": {"_granian": quiet, "granian.access": quiet}},
    ).serve(target_loader=load_web_worker, wrap_loader=False)


def load_web_worker() -> Any:
    """The first thing a web worker does: it dies with granian's main process, and logs as Django does."""
    die_with_parent()
    name_process("gate-web-worker")
    configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)
    from config.wsgi import application

    return application


def run_worker() -> None:
    """Celery's worker, threads only (tasks wait for the network), with the timetable as its child."""
    from celery.platforms import SecurityWarning
    from celery.signals import beat_embedded_init

    from config.celery import app

    # Its warning about root is about pickled tasks; ours are JSON, and the web runs as the same user anyway.
    warnings.simplefilter("ignore", SecurityWarning)
    beat_embedded_init.connect(settle_timetable)
    chatter = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    schedule = ["-B", "--schedule", str(settings.GATEHOUSE_VAR / "timetable")]
    pool = ["--pool", "threads", "--concurrency", str(WORKER_THREADS)]
    app.worker_main(
        ["--quiet", "--skip-checks", "worker", "--loglevel", "WARNING", *pool, *chatter, *schedule]
    )


def settle_timetable(**kwargs: Any) -> None:
    """The timetable's process dies with the worker, also when that is killed."""
    die_with_parent()
    name_process("gate-timetable")
