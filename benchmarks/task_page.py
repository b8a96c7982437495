"""Does a list of tasks get slower the further one reads? A page at its end beside a page at its beginning.

In process, through the whole product: without a filter, by `done`, and by a frequent and a rare label, in turn.
"""

from functools import partial

from benchmarks import gatehouse as product
from benchmarks.crew import Hand, hand
from benchmarks.gatehouse import Gatehouse
from benchmarks.load import Load
from benchmarks.report import Measured, Row, ratios
from benchmarks.rounds import Work, interleave


def on_postgresql(gatehouse: Gatehouse, rows: int, rounds: int, pages: int) -> Measured:
    """With a server's database."""
    env = gatehouse.environment(gatehouse.database("ours_tasks"))
    return measure(gatehouse, "PostgreSQL", env, rows, rounds, pages)


def on_sqlite(gatehouse: Gatehouse, rows: int, rounds: int, pages: int) -> Measured:
    """On the embedded default."""
    env = product.environment(gatehouse.stage) | {"GATEHOUSE_VAR": str(gatehouse.stage.folder / "var-tasks")}
    for command in (("migrate", "--verbosity", "0"), ("demo", "--json")):
        gatehouse.stage.run(product.MANAGE, *command, env=env)
    return measure(gatehouse, "SQLite", env, rows, rounds, pages)


def measure(
    gatehouse: Gatehouse, database: str, env: dict[str, str], rows: int, rounds: int, pages: int
) -> Measured:
    """How many times as long the last page takes as the first."""
    child = gatehouse.stage.stack.enter_context(hand("benchmarks.ours.lister", env))
    child.ask(fill=rows)
    names = {where: f"the {where} page of {rows:,} tasks, {database}" for where in ("first", "last")}
    works: dict[str, Work] = {
        names["first"]: partial(read, child, 0, pages),
        names["last"]: partial(read, child, rows, pages),
    }
    for work in works.values():
        work()
    turns = interleave(works, rounds)
    slower = ratios(turns[names["first"]], turns[names["last"]])
    return Measured(
        [Row(f"time for the last page : the first of {rows:,} tasks, {database}", slower, most=1.3)], turns
    )


def read(child: Hand, last: int, pages: int) -> Load:
    """Let the child read that many pages: the first, or the last full one of `last` tasks."""
    told = child.ask(last=last, pages=pages)
    return Load(told["seconds"], told["waits"])
