"""`make bench`: every benchmark in one run on this machine, interleaved, and the table that docs/speed.md quotes.

`--quick` is a smoke test of under a minute: its figures mean little.
"""

import argparse
import os
import platform
import signal
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from benchmarks import recorded_writes, report, token_endpoint, token_lookup, who_am_i
from benchmarks.gatehouse import open_gatehouse
from benchmarks.processor import Watch
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


FULL = Size(rounds=9, seconds=1.5, tokens=100_000, many=1_000_000, lookups=3000)
QUICK = Size(rounds=2, seconds=0.6, tokens=20_000, many=100_000, lookups=1000)
FEW = 10_000


def measure(scene: Stage, size: Size) -> list[report.Measured]:
    """All of it, in an order in which the seeded database is copied before a server holds on to it."""
    say("preparing databases")
    gatehouse = open_gatehouse(scene)
    gatehouse.database("ours_web")
    gatehouse.database("ours_writes")
    say("token look-up")
    found = [token_lookup.measure(gatehouse, FEW, size.many, size.rounds, size.lookups)]
    say("recorded writes")
    found.append(recorded_writes.on_postgresql(gatehouse, size.rounds, size.seconds))
    found.append(recorded_writes.on_sqlite(gatehouse, size.rounds, size.seconds))
    say("starting web servers")
    web = gatehouse.web()
    rivals = [stock_dot(scene), stock_dot(scene, "fast"), allauth_idp(scene)]
    say("token endpoint")
    found.insert(0, token_endpoint.measure(gatehouse, web, rivals, size.rounds, size.seconds))
    say("who am I")
    found.insert(1, who_am_i.measure(gatehouse, web, rivals[0], size.tokens, size.rounds, size.seconds))
    return found


def main() -> None:
    """Measure and print; every server ends with the run, also after a failure, Ctrl-C or SIGTERM."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smoke test of under a minute")
    size = QUICK if parser.parse_args().quick else FULL
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    began, watch, load_before = time.monotonic(), Watch.begin(), os.getloadavg()[0]
    with stage() as scene:
        found = measure(scene, size)
        seconds = time.monotonic() - began
        others = watch.others(seconds)
    closing = (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"{size.rounds} rounds, {seconds:.0f} s. Others used {others:.0%} of the processor meanwhile; "
        f"load average before: {load_before:.1f}."
    )
    print(report.ratio_table(found), report.turn_table(found), closing, sep="\n\n")


def say(what: str) -> None:
    """Tell the person who is waiting, on stderr."""
    print(f"bench: {time.strftime('%H:%M:%S')} {what}…", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
