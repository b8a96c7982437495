"""Listing 1,000 of 10,000 robot accounts in one answer, as clients of the third system ask for them.

In process, through the whole product (door, limit, use noted, groups of each, the answer's bytes), beside the bare ORM
query for the same page: `values_list()` of the same columns, nothing else. What lies between is our own time.
"""

from functools import partial

from benchmarks import gatehouse as product
from benchmarks.crew import Hand, hand
from benchmarks.gatehouse import Gatehouse
from benchmarks.load import Load
from benchmarks.report import Measured, Row
from benchmarks.rounds import Work, interleave

ROBOTS = 10_000
# Of our own, for one answer.
MILLISECONDS = 300
QUERIES = 4


def on_postgresql(gatehouse: Gatehouse, rounds: int, pages: int) -> Measured:
    """With a server's database."""
    env = gatehouse.environment(gatehouse.database("ours_robots"))
    return measure(gatehouse, "PostgreSQL", env, rounds, pages)


def on_sqlite(gatehouse: Gatehouse, rounds: int, pages: int) -> Measured:
    """On the embedded default."""
    env = product.environment(gatehouse.stage) | {"GATEHOUSE_VAR": str(gatehouse.stage.folder / "var-robots")}
    for command in (("migrate", "--verbosity", "0"), ("demo", "--json")):
        gatehouse.stage.run(product.MANAGE, *command, env=env)
    return measure(gatehouse, "SQLite", env, rounds, pages)


def measure(gatehouse: Gatehouse, database: str, env: dict[str, str], rounds: int, pages: int) -> Measured:
    """Our own time over what is promised, and the queries of a page of 1 and of 1,000."""
    child = gatehouse.stage.stack.enter_context(hand("benchmarks.ours.keeper", env))
    asked = child.ask(fill=ROBOTS)["queries"]
    names = {
        way: f"1,000 of {ROBOTS:,} robot accounts, {way}, {database}" for way in ("Gatehouse", "bare ORM")
    }
    works: dict[str, Work] = {
        name: partial(read, child, way == "bare ORM", pages) for way, name in names.items()
    }
    for work in works.values():
        work()
    turns = interleave(works, rounds)
    pairs = zip(turns[names["Gatehouse"]], turns[names["bare ORM"]], strict=True)
    own = [(ours.p50_ms - bare.p50_ms) / MILLISECONDS for ours, bare in pairs]
    what = f"ms of our own for 1,000 of {ROBOTS:,} robot accounts : {MILLISECONDS}, {database}"
    return Measured(
        [
            Row(what, own, most=1),
            Row(
                f"queries for 1,000 robot accounts, and for 1 : {QUERIES}, {database}",
                [count / QUERIES for count in asked],
                most=1,
            ),
        ],
        turns,
    )


def read(child: Hand, bare: bool, pages: int) -> Load:
    """Let the child read that many pages."""
    told = child.ask(pages=pages, bare=bare)
    return Load(told["seconds"], told["waits"])
