"""`make bench`: every benchmark in one run on this machine, interleaved, and the table that docs/speed.md quotes.

`--quick` is a smoke test: its figures mean little. `--long` lengthens the record and a list of tasks to a million. Names of
benchmarks run only those.
"""

import argparse
import os
import platform
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path

from benchmarks import (
    record_page,
    recorded_writes,
    report,
    robot_accounts,
    task_list,
    task_page,
    token_endpoint,
    token_lookup,
    webhooks,
    who_am_i,
)
from benchmarks.gatehouse import open_gatehouse
from benchmarks.processor import Watch
from benchmarks.report import Measured
from benchmarks.rivals.project import allauth_idp, stock_dot
from benchmarks.stage import Stage, stage


@dataclass(frozen=True)
class Size:
    """How much of everything."""

    rounds: int
    seconds: float
    tokens: int
    many: int
    lookups: int
    lines: int
    pages: int
    tasks: int
    more_tasks: int
    # Deliveries a turn, seconds of steady events, settled rows beside which is claimed.
    pieces: int = 4000
    paced: float = 4.0
    settled: int = 200_000


FULL = Size(7, 1.2, 100_000, 1_000_000, 3000, lines=100_000, pages=28, tasks=100_000, more_tasks=100_000)
# Exporting a million lines takes longer than everything else together.
LONG = replace(FULL, lines=1_000_000, more_tasks=1_000_000, settled=1_000_000)
QUICK = replace(
    Size(2, 0.5, 20_000, 50_000, 500, lines=20_000, pages=7, tasks=20_000, more_tasks=60_000),
    pieces=1000,
    paced=2.0,
    settled=20_000,
)
FEW = 10_000
DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "speed.md"


def steps(scene: Stage, size: Size) -> dict[str, Callable[[], list[Measured]]]:
    """Every benchmark by name, in the order of the table; what several of them need is started once, when needed."""
    product = cache(partial(open_gatehouse, scene))
    web = cache(lambda: product().web())
    stock = cache(partial(stock_dot, scene))
    rounds, seconds = size.rounds, size.seconds

    def tokens() -> list[Measured]:
        rivals = [stock(), stock_dot(scene, "fast"), allauth_idp(scene)]
        return [token_endpoint.measure(product(), web(), rivals, rounds, seconds)]

    return {
        "token_endpoint": tokens,
        "who_am_i": lambda: [who_am_i.measure(product(), web(), stock(), size.tokens, rounds, seconds)],
        "token_lookup": lambda: [token_lookup.measure(product(), FEW, size.many, rounds, size.lookups)],
        "recorded_writes": lambda: [
            recorded_writes.on_postgresql(product(), rounds, seconds),
            recorded_writes.on_sqlite(product(), rounds, seconds),
        ],
        "task_list": lambda: [task_list.measure(product(), web(), stock(), size.tasks, rounds, seconds)],
        "task_page": lambda: [
            task_page.on_postgresql(product(), size.more_tasks, rounds, 10 * size.pages),
            task_page.on_sqlite(product(), size.tasks, rounds, 10 * size.pages),
        ],
        "robot_accounts": lambda: [
            robot_accounts.on_postgresql(product(), rounds, size.pages),
            robot_accounts.on_sqlite(product(), rounds, size.pages),
        ],
        "record_page": lambda: [
            record_page.on_postgresql(product(), FEW, size.lines, rounds, size.pages),
            record_page.on_sqlite(product(), FEW, size.lines, rounds, size.pages),
        ],
        "webhooks": lambda: webhooks.measure(product(), rounds, size.pieces, size.paced, size.settled),
    }


def measure(size: Size, names: list[str]) -> list[Measured]:
    """Those benchmarks, or all; every server ends with the run, also after a failure, Ctrl-C or SIGTERM."""
    found = []
    with stage() as scene:
        all_steps = steps(scene, size)
        if unknown := set(names) - set(all_steps):
            raise SystemExit(f"There is no benchmark {min(unknown)}; there are: {', '.join(all_steps)}.")
        for name, step in all_steps.items():
            if not names or name in names:
                say(name)
                found += step()
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("names", nargs="*", help="only these benchmarks")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--quick", dest="size", action="store_const", const=QUICK, help="a smoke test")
    length.add_argument(
        "--long", dest="size", action="store_const", const=LONG, help="a million lines and tasks"
    )
    parser.add_argument("--write", action="store_true", help="put the tables into docs/speed.md, too")
    asked = parser.parse_args()
    size: Size = asked.size or FULL
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    began, watch, load_before = time.monotonic(), Watch.begin(), os.getloadavg()[0]
    found = measure(size, asked.names)
    seconds = time.monotonic() - began
    closing = (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"{size.rounds} rounds, {seconds:.0f} s. Others used {watch.others(seconds):.0%} of the processor meanwhile; "
        f"load average before: {load_before:.1f}."
    )
    told = "\n\n".join((report.ratio_table(found), report.turn_table(found), closing))
    print(told)
    if asked.write:
        report.put_into(DOCUMENT, told)


def say(what: str) -> None:
    """Tell the person who is waiting, on stderr."""
    print(f"bench: {time.strftime('%H:%M:%S')} {what}…", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
