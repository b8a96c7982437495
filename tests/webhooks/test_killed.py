"""A worker killed with -9 at random points: no event is lost, and what comes twice comes under the same id."""

import contextlib
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator

import pytest
from django.db import connections

from tests.cast import Cast
from tests.webhooks.conftest import happen, listens, of, running, states, time_passes, wait_until
from tests.webhooks.receivers import Receiver
from webhooks.lanes import WIDEST_WINDOW

ROUNDS = 50
EVENTS = 12


class Worker:
    """An engine in a process of its own, one after the other."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdin is not None and process.stdout is not None
        self._asks, self._says, self._pid = process.stdin, process.stdout, 0

    def start(self) -> None:
        """The next one."""
        self._asks.write("go\n")
        self._asks.flush()
        self._pid = int(self._says.readline())

    def has_ended(self) -> bool:
        """By itself or not."""
        try:
            os.kill(self._pid, 0)
        except ProcessLookupError:
            return True
        return False

    def ended(self) -> int:
        """Wait for its exit status."""
        return int(self._says.readline())

    def kill(self) -> None:
        """With -9; it may have come to its end in the same moment."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)
        assert self.ended() in (0, -signal.SIGKILL)


@pytest.fixture
def worker(committed: None) -> Iterator[Worker]:
    """A process that makes them."""
    names = [f"{alias}={connections[alias].settings_dict['NAME']}" for alias in connections]
    command = [sys.executable, "-m", "tests.webhooks.worker", *names]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Worker(process)


def test_a_worker_killed_at_random_points_loses_nothing(
    worker: Worker, cast: Cast, receiver: Receiver
) -> None:
    webhook = listens(cast, receiver.url("/slow"))
    for _ in range(ROUNDS):
        happen(cast, EVENTS)
        before = len(receiver.heard)
        point = before + random.randint(0, EVENTS)
        worker.start()
        wait_until(lambda: len(receiver.heard) >= point or worker.has_ended(), "some to be heard")  # noqa: B023
        worker.kill()
        # The killed one's leases end.
        time_passes(webhook)
    with running():
        pass
    all_ids = list(of(webhook).values_list("public_id", flat=True))
    heard = Counter(receiver.ids())
    assert states(webhook) == {"delivered": ROUNDS * EVENTS} and set(heard) == set(all_ids)
    # Twice is only what was under way, or waiting to be settled, when somebody was killed.
    assert sum(heard.values()) - len(all_ids) <= ROUNDS * WIDEST_WINDOW
    bodies = {(one.headers["webhook-id"], one.body) for one in receiver.heard}
    assert len(bodies) == len(all_ids)


def test_what_a_killed_worker_held_is_nobody_elses_until_its_lease_ends(
    worker: Worker, cast: Cast, receiver: Receiver
) -> None:
    webhook = listens(cast, receiver.url("/hang"))
    happen(cast, 3)
    worker.start()
    wait_until(lambda: len(receiver.heard) == 3, "all to be under way")
    worker.kill()
    with running():
        pass
    assert len(receiver.heard) == 3 and states(webhook) == {"pending": 3}
    receiver.release.set()
    time_passes(webhook)
    with running():
        pass
    assert states(webhook) == {"delivered": 3} and Counter(receiver.ids()).most_common(1)[0][1] == 2


def test_a_worker_that_ends_by_itself_leaves_no_lease(worker: Worker, cast: Cast, receiver: Receiver) -> None:
    webhook = listens(cast, receiver.url("/ok"))
    happen(cast, 5)
    worker.start()
    assert worker.ended() == 0
    assert states(webhook) == {"delivered": 5} and not of(webhook).exclude(lease=None).exists()
