"""What the record costs: eight writers in one organization change workspaces, with and without it.

Two processes with four threads, as the web server has them; each writer has a workspace of its own, so that only the
head of the organization's record stands between them. "Without" is the same verb with record() taken out, and below
that the bare UPDATE in a transaction.
"""

from functools import partial

from benchmarks import gatehouse as product
from benchmarks.crew import Hand, hand
from benchmarks.gatehouse import Gatehouse
from benchmarks.load import Load
from benchmarks.report import Measured, Row, ratios
from benchmarks.rounds import Work, interleave

PROCESSES, THREADS = 2, 4
VARIANTS = ("recorded", "unrecorded", "bare")


def on_postgresql(gatehouse: Gatehouse, rounds: int, seconds: float) -> Measured:
    """With a server's databases."""
    env = gatehouse.environment(gatehouse.database("ours_writes"))
    return measure(gatehouse, "PostgreSQL", env, rounds, seconds, 0.6)


def on_sqlite(gatehouse: Gatehouse, rounds: int, seconds: float) -> Measured:
    """On the embedded default, which writes one at a time and waits for the disk at every commit."""
    product.seeded(gatehouse.stage, embedded=True)
    return measure(gatehouse, "SQLite", product.environment(gatehouse.stage), rounds, seconds, None)


def measure(
    gatehouse: Gatehouse, database: str, env: dict[str, str], rounds: int, seconds: float, least: float | None
) -> Measured:
    """Recorded writes a second over unrecorded ones."""
    stack = gatehouse.stage.stack
    crew = [stack.enter_context(hand("benchmarks.ours.writer", env)) for _ in range(PROCESSES)]
    for child in crew:
        child.ask(variant="prepare", threads=THREADS, seconds=0)
    names = {variant: f"{variant} writes, {database}" for variant in VARIANTS}
    works: dict[str, Work] = {names[variant]: partial(write, crew, variant, seconds) for variant in VARIANTS}
    for work in works.values():
        work()
    turns = interleave(works, rounds)
    recorded = turns[names["recorded"]]
    return Measured(
        [
            Row(
                f"recorded writes : the same verb without the record, {database}",
                ratios(recorded, turns[names["unrecorded"]]),
                least,
            ),
            Row(
                f"recorded writes : the bare UPDATE in a transaction, {database}",
                ratios(recorded, turns[names["bare"]]),
            ),
        ],
        turns,
    )


def write(crew: list[Hand], variant: str, seconds: float) -> Load:
    """Let all write at once."""
    for child in crew:
        child.tell(variant=variant, threads=THREADS, seconds=seconds)
    told = [child.answer() for child in crew]
    return Load(max(one["seconds"] for one in told), [wait for one in told for wait in one["waits"]])
