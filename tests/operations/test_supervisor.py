"""The supervisor's parts, without the product: back-off and the sentences about a fall."""

import os
import signal
import time

import pytest

from config import supervisor
from config.supervisor import Part


@pytest.fixture
def part():
    """A part that ends at once with status 3."""
    return Part("gate-test", lambda: os._exit(3))


def fall(part):
    """Let it run until it ends."""
    part.start()
    part.process.join(10)
    return part.fell(time.monotonic())


def test_back_off_doubles_up_to_its_limit(part):
    delays = [fall(part).split("again in ")[1] for _ in range(7)]
    assert delays == ["0.5 s", "1 s", "2 s", "4 s", "8 s", "10 s", "10 s"]


def test_back_off_starts_anew_after_a_healthy_minute(part):
    fall(part)
    fall(part)
    part.start()
    part.started_at -= supervisor.HEALTHY_AFTER
    part.process.join(10)
    assert "again in 0.5 s" in part.fell(time.monotonic())


def test_how_it_ended_is_said(part):
    assert fall(part).startswith("gate-test ended with status 3;")
    part.run = lambda: os.kill(os.getpid(), signal.SIGKILL)
    assert fall(part).startswith("gate-test was killed by SIGKILL;")


def test_no_fall_is_forgotten_in_the_next_start(part):
    fall(part)
    assert part.process is None
    assert part.due_at > time.monotonic()
