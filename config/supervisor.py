"""Keeps a few long-running parts alive as one process tree: starts, restarts and stops them. Knows no Django.

Parts are forked, not executed anew: what the parent has imported is shared memory in all of them (a third of the
size), and a part that died is back within milliseconds.
"""

import contextlib
import ctypes
import logging
import os
import select
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.context import ForkProcess
from pathlib import Path
from types import FrameType

logger = logging.getLogger("gatehouse.serve")

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
FIRST_DELAY, LONGEST_DELAY = 0.5, 10.0
# A part that ran this long was healthy: the next fall starts the back-off anew.
HEALTHY_AFTER = 60.0
POLL = 0.05
PR_SET_PDEATHSIG = 1


def die_with_parent(signal_number: int = signal.SIGTERM) -> None:
    """Ask the kernel to send us `signal_number` when our parent ends, however it ends (Linux; elsewhere nothing)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(signal_number))


def name_process(name: str) -> None:
    """Show `name` (15 characters at most) in ps and top, where every part would be called after the interpreter."""
    with contextlib.suppress(OSError):
        Path("/proc/self/comm").write_text(name)


@dataclass
class Part:
    """One child: what it runs, and how its last starts went."""

    name: str
    run: Callable[[], None]
    process: ForkProcess | None = None
    started_at: float = 0.0
    delay: float = FIRST_DELAY
    due_at: float = 0.0

    def start(self) -> None:
        """Fork the child; it leads a session of its own, so that Ctrl-C in the terminal reaches only us."""
        self.process = get_context("fork").Process(
            name=self.name, target=_become, args=(self.name, self.run, os.getpid())
        )
        self.started_at = time.monotonic()
        # Blocked across the fork: a signal that came before the child has dropped our handlers would be lost in them.
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
        try:
            self.process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)

    def fell(self, now: float) -> str:
        """Note that the child ended by itself, plan the next start, and say it in a sentence."""
        assert self.process is not None
        code = self.process.exitcode or 0
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with status {code}"
        # What it left behind (web workers, the timetable) would hold the port or run twice.
        self.signal_group(signal.SIGKILL)
        self.process.close()
        self.process = None
        if now - self.started_at >= HEALTHY_AFTER:
            self.delay = FIRST_DELAY
        delay, self.delay = self.delay, min(self.delay * 2, LONGEST_DELAY)
        self.due_at = now + delay
        return f"{self.name} {how}; starting it again in {delay:g} s"

    def signal(self, number: int) -> None:
        """Send a signal to the child itself; it passes on what its own children must know."""
        if self.process is not None and self.process.pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.process.pid, number)

    def signal_group(self, number: int) -> None:
        """Send a signal to the child and everything it started."""
        if self.process is not None and self.process.pid is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)


def _become(name: str, run: Callable[[], None], parent: int) -> None:
    """The first steps of a child: a session, signals and a name of its own, and a death tied to its parent's."""
    os.setsid()
    signal.set_wakeup_fd(-1)
    for number in (*STOP_SIGNALS, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
    die_with_parent()
    if os.getppid() != parent:
        # The parent died between fork and prctl: nobody would ever tell us.
        raise SystemExit(1)
    name_process(name)
    run()


@dataclass
class Supervisor:
    """Runs `parts` until a stop signal; `ready` is polled until it once answers True."""

    parts: list[Part]
    ready: Callable[[], bool]
    grace: float = 30.0
    stops: int = field(default=0, init=False)
    stopped_at: float = field(default=0.0, init=False)

    def run(self) -> None:
        """Return once every part has ended after SIGTERM, Ctrl-C or a closed terminal."""
        read_end, write_end = os.pipe()
        os.set_blocking(read_end, False)
        os.set_blocking(write_end, False)
        before = {number: signal.signal(number, self._note_stop) for number in STOP_SIGNALS}
        before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        # A signal writes a byte here, so that waiting for children and waiting for signals is one wait without race.
        wakeup_before = signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
        try:
            self._watch(read_end)
            self._stop(read_end)
        finally:
            for part in self.parts:
                part.signal_group(signal.SIGKILL)
            signal.set_wakeup_fd(wakeup_before)
            for number, handler in before.items():
                signal.signal(number, handler)
            os.close(read_end)
            os.close(write_end)

    def _note_stop(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        # Within a second it is the same wish twice: make passes on what the terminal has sent to us as well.
        if not self.stops or now - self.stopped_at > 1:
            self.stops, self.stopped_at = self.stops + 1, now

    def _watch(self, wakeup: int) -> None:
        """Start what is due, restart what fell, until a stop signal."""
        is_ready = False
        while not self.stops:
            now = time.monotonic()
            for part in self.parts:
                if part.process is None and part.due_at <= now:
                    part.start()
            is_ready = is_ready or self.ready()
            self._wait(wakeup, self._pause(is_ready))
            for part in self.parts:
                if part.process is not None and part.process.exitcode is not None and not self.stops:
                    logger.error(part.fell(time.monotonic()))

    def _pause(self, is_ready: bool) -> float | None:
        """How long nothing can be due: until the next start, or for ever."""
        if not is_ready:
            return POLL
        waiting = [part.due_at for part in self.parts if part.process is None]
        return max(min(waiting) - time.monotonic(), 0.0) if waiting else None

    def _wait(self, wakeup: int, timeout: float | None) -> None:
        """Sleep until a child ends (SIGCHLD), a stop signal comes or `timeout` is over."""
        # Not multiprocessing's sentinels: a grandchild that lingers holds them open.
        if select.select([wakeup], [], [], timeout)[0]:
            with contextlib.suppress(BlockingIOError):
                os.read(wakeup, 1024)

    def _stop(self, wakeup: int) -> None:
        """SIGTERM to every part, `grace` seconds to finish its work, SIGKILL to the rest; a later Ctrl-C cuts it."""
        for part in self.parts:
            part.signal(signal.SIGTERM)
        deadline = time.monotonic() + self.grace
        while any(part.process is not None and part.process.exitcode is None for part in self.parts):
            left = deadline - time.monotonic()
            if left <= 0 or self.stops > 1:
                logger.error("not everything stopped in time: ending it now")
                break
            self._wait(wakeup, left)
        for part in self.parts:
            part.signal_group(signal.SIGKILL)
            if part.process is not None:
                part.process.kill()
                part.process.join()
