"""Does the record get slower as it grows? Its page among a million lines, beside among ten thousand; and what exporting
a million adds to the process.

In process, on PostgreSQL and on SQLite: a child with a database for each size, so that both are asked in turn. Each
turn asks for the newest page, a page in the middle, one person's, one robot's, one kind's, some days' and a search in
eight days. (A search without dates looks into 31 days, at most 50,000 lines a page, however long the record is.)
"""

from functools import partial

from benchmarks import gatehouse as product
from benchmarks.crew import Hand, hand
from benchmarks.gatehouse import Gatehouse
from benchmarks.load import Load
from benchmarks.report import Measured, Row, ratios
from benchmarks.rounds import Work, interleave

# What an export of the large record may grow the process by, in MiB.
GROWTH = 80
QUERIES = 8


def on_postgresql(gatehouse: Gatehouse, few: int, many: int, rounds: int, pages: int) -> Measured:
    """With a server's databases."""
    envs = {rows: gatehouse.environment(gatehouse.database(f"ours_record_{rows}")) for rows in (few, many)}
    return measure(gatehouse, "PostgreSQL", envs, rounds, pages)


def on_sqlite(gatehouse: Gatehouse, few: int, many: int, rounds: int, pages: int) -> Measured:
    """On the embedded default."""
    envs = {}
    for rows in (few, many):
        env = product.environment(gatehouse.stage) | {
            "GATEHOUSE_VAR": str(gatehouse.stage.folder / f"var-record-{rows}")
        }
        gatehouse.stage.run(product.MANAGE, "migrate", "--verbosity", "0", env=env)
        gatehouse.stage.run(product.MANAGE, "demo", "--json", env=env)
        envs[rows] = env
    return measure(gatehouse, "SQLite", envs, rounds, pages)


def measure(
    gatehouse: Gatehouse, database: str, envs: dict[int, dict[str, str]], rounds: int, pages: int
) -> Measured:
    """How many times as long a page takes in the long record as in the short one; then the memory."""
    works: dict[str, Work] = {}
    crew: dict[int, Hand] = {}
    names = {size: f"a page of a record of {size:,} lines, {database}" for size in envs}
    asked = []
    for size, env in envs.items():
        crew[size] = gatehouse.stage.stack.enter_context(hand("benchmarks.ours.reader", env))
        asked.append(crew[size].ask(fill=size)["queries"] / QUERIES)
        works[names[size]] = partial(read, crew[size], pages)
        works[names[size]]()
    turns = interleave(works, rounds)
    few, many = sorted(envs)
    slower = ratios(turns[names[few]], turns[names[many]])
    return Measured(
        [
            Row(f"time for a page of the record of {many:,} lines : {few:,}, {database}", slower, most=1.3),
            Row(f"queries for a page of the record : {QUERIES}, {database}", asked, most=1),
            *[grown(envs[many], kind, f"{many:,} lines", database) for kind in ("csv", "ndjson")],
        ],
        turns,
    )


def grown(env: dict[str, str], kind: str, lines: str, database: str) -> Row:
    """What an export adds to a child of its own: what filling took at its largest must not hide what this takes."""
    what = f"MiB that exporting {lines} as {kind.upper()} adds to the process : {GROWTH}, {database}"
    with hand("benchmarks.ours.reader", env) as child:
        return Row(what, [child.ask(grow=kind)["export"] / GROWTH], most=1)


def read(child: Hand, pages: int) -> Load:
    """Let the child read that many pages."""
    told = child.ask(pages=pages)
    return Load(told["seconds"], told["waits"])
