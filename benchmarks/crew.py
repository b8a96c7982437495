"""Child processes that do what they are told, a line of JSON each way: for work with an interpreter of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from config.supervisor import die_with_parent


class Fallen(Exception):
    """A child ended instead of answering; its traceback is on stderr."""


class Hand:
    """One child."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def tell(self, **order: Any) -> None:
        """Give it something to do; it starts at once."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        """Wait for what came of it. Raises Fallen."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise Fallen(f"{self.process.args!r} ended with status {self.process.wait()}")
        told: dict[str, Any] = json.loads(line)
        return told

    def ask(self, **order: Any) -> dict[str, Any]:
        """Both."""
        self.tell(**order)
        return self.answer()


@contextmanager
def hand(module: str, env: dict[str, str]) -> Iterator[Hand]:
    """`python -m module` as a child; it ends with the block, and with us."""
    with subprocess.Popen(
        [sys.executable, "-m", module],
        env=env,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        preexec_fn=die_with_parent,
    ) as process:
        try:
            yield Hand(process)
        finally:
            process.terminate()


def serve(obey: Callable[..., dict[str, Any]]) -> None:
    """The child's side: obey until stdin closes."""
    for line in sys.stdin:
        print(json.dumps(obey(**json.loads(line))), flush=True)


def prepare_django() -> None:
    """The product's settings, in this process."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
