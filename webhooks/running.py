"""One engine in a process: whoever is woken while it runs has nothing to do, it looks again by itself."""

import threading

from accounts.wake import wake
from webhooks.engine import Engine

_alone = threading.Lock()
_asked = threading.Event()
_engines: set[Engine] = set()
_ending = False


def deliver() -> None:
    """Send what is due until nothing is, or until the engine's time is over; its successor is woken then."""
    _asked.set()
    # Asked for while the last one was on its way out: what it did not see is for the next.
    while not _ending and _asked.is_set() and _alone.acquire(blocking=False):
        _asked.clear()
        _run()


def _run() -> None:
    engine, is_held = Engine(), True

    def hand_over() -> None:
        # What is still under way may take a quarter of a minute; nobody else waits for that.
        nonlocal is_held
        is_held = False
        _alone.release()
        wake("webhooks.deliver")

    engine.handing_over = hand_over
    _engines.add(engine)
    try:
        engine.run()
    finally:
        _engines.discard(engine)
        if is_held:
            _alone.release()


def stop() -> None:
    """The process is about to end: no new engine, and the one that runs comes to its end."""
    global _ending
    _ending = True
    for engine in list(_engines):
        engine.stop()
