"""Interleaved rounds: in each, every variant has its turn within the same minute, so that only ratios are compared."""

import hashlib
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from benchmarks import processor
from benchmarks.load import Load

# "norm" is the rate of a machine on which the fixed loop takes this long, about ours when nobody else is on it.
LOOP_SECONDS = 0.010
LOOP_STEPS = 38_000


@dataclass
class Turn:
    """What one variant did in one round."""

    rate: float
    norm: float
    app_ms: float
    database_ms: float
    p50_ms: float = 0.0
    p95_ms: float = 0.0
    p99_ms: float = 0.0

    @property
    def cpu_ms(self) -> float:
        """Processor time a piece, application and database together."""
        return self.app_ms + self.database_ms


Work = Callable[[], Load]


def loop() -> float:
    """How long a fixed piece of ordinary Python takes just now: the median of five."""
    times = []
    for _ in range(5):
        began = time.perf_counter()
        told: dict[int, str] = {}
        for step in range(LOOP_STEPS):
            told[step % 97] = f"{step}:{len(told)}"
            if step % 50 == 0:
                hashlib.sha256(told[step % 97].encode()).hexdigest()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def turn(work: Work) -> Turn:
    """Let one variant work; the loop is timed before and after."""
    before, used = loop(), processor.used_by_ours()
    load = work()
    app, database = (later - earlier for earlier, later in zip(used, processor.used_by_ours(), strict=True))
    speed = LOOP_SECONDS / ((before + loop()) / 2)
    per = 1000 / len(load.waits)
    return Turn(
        rate=load.rate,
        norm=load.rate / speed,
        app_ms=app * per,
        database_ms=database * per,
        p50_ms=load.percentile(50) * 1000,
        p95_ms=load.percentile(95) * 1000,
        p99_ms=load.percentile(99) * 1000,
    )


def interleave(variants: Mapping[str, Work], rounds: int) -> dict[str, list[Turn]]:
    """Every variant once a round, every other round backwards: what drifts, drifts against nobody."""
    turns: dict[str, list[Turn]] = {name: [] for name in variants}
    for number in range(rounds):
        for name in list(variants)[:: -1 if number % 2 else 1]:
            turns[name].append(turn(variants[name]))
    return turns
