"""Tools from outside Python: found where they are, or installed from Debian's packages when we may."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Missing(SystemExit):
    """A tool is missing and cannot be installed from here; the message says how to get it."""


def install(*packages: str) -> bool:
    """Install Debian packages; False where there is no apt or we are not root."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    say(f"installing {', '.join(packages)} with apt-get…")
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", *packages]):
        # To stderr: the standard output of our scripts is an answer that the Makefile may read.
        if subprocess.run(["apt-get", *command], env=quiet, stdout=sys.stderr).returncode:
            return False
    return True


def need(find: Callable[[], T | None], package: str, what: str) -> T:
    """What `find` finds, after installing `package` if it found nothing at first."""
    found = find()
    if found is None and install(package):
        found = find()
    if found is None:
        raise Missing(f"{what} is needed and was not found; on Debian: apt-get install {package}")
    return found


def say(sentence: str) -> None:
    """Tell the person who is waiting, on stderr."""
    print(f"gatehouse: {sentence}", file=sys.stderr, flush=True)
