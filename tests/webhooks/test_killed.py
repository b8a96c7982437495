"""A worker killed with -9 at random points: no event is lost, and what comes twice comes under the same id."""

import os
import random
import signal
import subprocess
import sys
from collections import Counter

from django.db import connections

from tests.cast import Cast
from tests.webhooks.conftest import happen, listens, of, running, states, time_passes, wait_until
from tests.webhooks.receivers import Receiver
from webhooks.lanes import WIDEST_WINDOW

# More by hand: KILLS=50 make test ARGS="tests/webhooks/test_killed.py".
ROUNDS = int(os.environ.get("KILLS", "5"))
EVENTS = 12


def worker() -> subprocess.Popen[bytes]:
    names = [f"{alias}={connections[alias].settings_dict['NAME']}" for alias in connections]
    return subprocess.Popen([sys.executable, "-m", "tests.webhooks.worker", *names])


def test_a_worker_killed_at_random_points_loses_nothing(
    committed: None, cast: Cast, receiver: Receiver
) -> None:
    webhook = listens(cast, receiver.url("/slow"))
    for _ in range(ROUNDS):
        happen(cast, EVENTS)
        before = len(receiver.heard)
        point = before + random.randint(0, EVENTS)
        process = worker()
        wait_until(lambda: len(receiver.heard) >= point or process.poll() is not None, "some to be heard")  # noqa: B023
        process.send_signal(signal.SIGKILL)
        process.wait()
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
    committed: None, cast: Cast, receiver: Receiver
) -> None:
    webhook = listens(cast, receiver.url("/hang"))
    happen(cast, 3)
    process = worker()
    wait_until(lambda: len(receiver.heard) == 3, "all to be under way")
    process.send_signal(signal.SIGKILL)
    process.wait()
    with running():
        pass
    assert len(receiver.heard) == 3 and states(webhook) == {"pending": 3}
    receiver.release.set()
    time_passes(webhook)
    with running():
        pass
    assert states(webhook) == {"delivered": 3} and Counter(receiver.ids()).most_common(1)[0][1] == 2


def test_a_worker_that_ends_by_itself_leaves_no_lease(
    committed: None, cast: Cast, receiver: Receiver
) -> None:
    webhook = listens(cast, receiver.url("/ok"))
    happen(cast, 5)
    process = worker()
    assert process.wait(60) == 0
    assert states(webhook) == {"delivered": 5} and not of(webhook).exclude(lease=None).exists()
