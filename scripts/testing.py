"""Runs pytest on one backend: `python -m scripts.testing embedded|scale [arguments for pytest]`.

Finds a Chromium, gives the run a GATEHOUSE_VAR of its own, starts servers for `scale` unless DATABASE_URL and
REDIS_URL name some, and takes everything down again, also after a failure or Ctrl-C.
"""

import contextlib
import os
import signal
import subprocess
import sys

from scripts import chromium, debian, servers

# What a developer's shell may hold and a test must not see; which settings tests use, pyproject.toml says.
OURS = (
    "DJANGO_SETTINGS_MODULE",
    "DATABASE_URL",
    "REDIS_URL",
    "EMAIL_URL",
    "SECRET_KEY",
    "HOST",
    "PORT",
    "WEB_CONCURRENCY",
)


def environment(backend: str, stack: contextlib.ExitStack) -> dict[str, str]:
    """The environment of the run; servers it needs live as long as `stack`."""
    clean = {
        name: value
        for name, value in os.environ.items()
        if name not in OURS and not name.startswith("GATEHOUSE_")
    }
    clean["GATEHOUSE_VAR"] = str(stack.enter_context(servers.scratch()))
    clean["GATEHOUSE_CHROMIUM"] = chromium.find()
    if backend == "scale":
        given = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL") if os.environ.get(name)}
        if len(given) == 1:
            raise debian.Missing(
                "Set DATABASE_URL and REDIS_URL together, or neither to have both started for you."
            )
        if not given:
            debian.say("starting a throw-away PostgreSQL and Redis…")
            given = {
                "DATABASE_URL": stack.enter_context(servers.postgres()),
                "REDIS_URL": stack.enter_context(servers.redis()),
            }
        clean |= given
    return clean


def run(command: list[str], env: dict[str, str]) -> int:
    """Run it; Ctrl-C reaches it by the terminal, SIGTERM is passed on as one, and either way it is waited for."""
    with subprocess.Popen(command, env=env) as process:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        # pytest takes its fixtures down after SIGINT only.
        signal.signal(signal.SIGTERM, lambda *_: process.send_signal(signal.SIGINT))
        return process.wait()


def main() -> int:
    """Run pytest with a process per core; its exit status is ours."""
    if len(sys.argv) < 2 or sys.argv[1] not in ("embedded", "scale"):
        raise SystemExit(__doc__)
    # loadfile: a server that a module of tests starts is started once. (pytest 9.2 loses xdist's groups.)
    command = [sys.executable, "-m", "pytest", "--numprocesses", "auto", "--dist", "loadfile", *sys.argv[2:]]
    # Until pytest runs, SIGTERM must unwind the stack like Ctrl-C does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with contextlib.ExitStack() as stack:
        return run(command, environment(sys.argv[1], stack))


if __name__ == "__main__":
    sys.exit(main())
