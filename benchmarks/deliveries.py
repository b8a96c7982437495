"""How fast webhooks are delivered, how little a hanging receiver disturbs the others, and what a backlog costs a claim.

Beside the engine: one Celery task with one `requests.post` for each delivery (prefork, four processes), the same with
every screw tightened, and aiohttp alone, without a database and without a guard. One sink hears all of them; all but the
last work on the same tables.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import redis

from benchmarks import gatehouse as product
from benchmarks.crew import Hand, hand
from benchmarks.gatehouse import Gatehouse
from benchmarks.load import Load
from benchmarks.report import Measured, Row, compared, ratios
from benchmarks.rounds import Turn, Work, interleave
from benchmarks.stage import child
from scripts import servers

HEALTHY, HANGING = 45, 5
AT_ONCE = 200
RATE = 50
PREFORK = 4
PATIENCE = 120.0


def measure(gatehouse: Gatehouse, rounds: int, pieces: int, seconds: float, settled: int) -> list[Measured]:
    """`pieces` deliveries a turn for the engine, a tenth of that or less for those that are slower."""
    stack = gatehouse.stage.stack
    port = servers.free_port()
    folder = gatehouse.stage.folder
    plain = gatehouse.stage.environment()
    command = [sys.executable, "-m", "benchmarks.ours.sink", str(port)]
    stack.enter_context(child(command, plain, folder / "sink.log"))
    env = gatehouse.environment(gatehouse.database("ours_webhooks"))
    engine = stack.enter_context(hand("benchmarks.ours.deliverer", env))
    time.sleep(0.5)
    engine.ask(what="prepare", port=port, healthy=HEALTHY, hanging=HANGING)
    told = [rates(gatehouse, engine, env, port, rounds, pieces)]
    told.append(beside_hanging("PostgreSQL", engine, rounds, seconds))
    product.seeded(gatehouse.stage, embedded=True)
    embedded = stack.enter_context(hand("benchmarks.ours.deliverer", product.environment(gatehouse.stage)))
    embedded.ask(what="prepare", port=port, healthy=HEALTHY, hanging=HANGING)
    told.append(beside_hanging("SQLite", embedded, rounds, seconds))
    told.append(claims(engine, rounds, settled))
    return told


# ---------- how many a second ----------


def rates(
    gatehouse: Gatehouse, engine: Hand, env: dict[str, str], port: int, rounds: int, pieces: int
) -> Measured:
    """Deliveries a second, all the work that goes with them included; what was recorded before does not count."""
    stack, few = gatehouse.stage.stack, max(pieces // 20, 50)
    broker = gatehouse.stage.redis_url
    workers = {
        name: stack.enter_context(
            celery(gatehouse, env | {"RIVAL_TUNED": tuned, "RIVAL_BROKER": broker}, name)
        )
        for name, tuned in (("plain", "0"), ("tuned", "1"))
    }
    works: dict[str, Work] = {
        "webhooks, Gatehouse": partial(by_engine, engine, pieces),
        "webhooks, a task and a requests.post each": partial(by_tasks, engine, broker, "plain", few),
        "webhooks, the same, tuned": partial(by_tasks, engine, broker, "tuned", few * 2),
        "requests to the sink, aiohttp alone": partial(by_client, engine, pieces, port),
    }
    for work in works.values():
        work()
    turns = interleave(works, rounds)
    ours, plain, tuned, alone = turns.values()
    sizes = {name: pss(pids(worker)) for name, worker in workers.items()}
    mine = pss([engine.process.pid])
    return Measured(
        [
            *compared("deliveries, one worker : one task and one requests.post each", ours, plain, 40),
            *compared("deliveries, one worker : the best tuned form of that", ours, tuned, 12),
            Row("deliveries, one worker : aiohttp alone, no database, no guard", ratios(ours, alone)),
            Row("memory of the sender : Celery prefork 4", [mine / sizes["plain"]], most=0.3),
        ],
        turns,
    )


def by_engine(engine: Hand, pieces: int) -> Load:
    """The product."""
    engine.ask(what="pile", kind="ok", count=pieces)
    told = engine.ask(what="deliver")
    assert told["left"] == 0 and len(told["waits"]) == pieces, (told["left"], len(told["waits"]))
    return Load(told["seconds"], told["waits"])


def by_client(engine: Hand, pieces: int, port: int) -> Load:
    """aiohttp alone."""
    told = engine.ask(what="alone", count=pieces, port=port, at_once=AT_ONCE)
    return Load(told["seconds"], told["waits"])


def by_tasks(engine: Hand, broker: str, queue: str, pieces: int) -> Load:
    """A task each: all messages are in Redis before the clock starts, as all rows are in the table for the engine."""
    from celery import Celery

    ids = engine.ask(what="pile", kind="ok", count=pieces)["ids"]
    app = Celery(broker=broker)
    app.conf.broker_transport_options = {"global_keyprefix": "rival:"}
    with app.connection_for_write() as connection:
        for pk in ids:
            app.send_task("deliver_one", args=[pk], queue=f"{queue}-waiting", connection=connection)
    store = redis.Redis.from_url(broker)
    began = time.perf_counter()
    store.rename(f"rival:{queue}-waiting", f"rival:{queue}")
    deadline = began + PATIENCE
    while engine.ask(what="left")["left"]:
        assert time.perf_counter() < deadline, "the rival does not deliver"
        time.sleep(0.01)
    seconds = time.perf_counter() - began
    store.close()
    return Load(seconds, [seconds / pieces] * pieces)


@contextmanager
def celery(gatehouse: Gatehouse, env: dict[str, str], queue: str) -> Iterator[int]:
    """A worker as Celery starts it; gives its process id. The first turn, which nobody times, waits for it."""
    log = gatehouse.stage.folder / f"celery-{queue}.log"
    options = f"worker --pool prefork --concurrency {PREFORK} --queues {queue} --loglevel INFO --hostname {queue}@bench"
    quiet = " --without-gossip --without-mingle --without-heartbeat" if queue == "tuned" else ""
    command = ["-m", "celery", "-A", "benchmarks.rivals.one_task_each.app", *(options + quiet).split()]
    with child([sys.executable, *command], env, log) as process:
        yield process.pid


def pids(root: int) -> list[int]:
    """A process and its children."""
    children = Path(f"/proc/{root}/task/{root}/children").read_text().split()
    return [root, *map(int, children)]


def pss(processes: list[int]) -> float:
    """Their memory in MiB, what they share counted once."""
    total = 0
    for pid in processes:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


# ---------- who hangs ----------


def beside_hanging(database: str, engine: Hand, rounds: int, seconds: float) -> Measured:
    """From the commit to the end of the first attempt, at a steady 50 events a second."""
    names = {
        f"first attempts, 50 events a second, {database}": 0,
        f"the same beside {HANGING} receivers that hang, {database}": HANGING * 100,
    }
    works: dict[str, Work] = {
        name: partial(paced, engine, seconds, hanging) for name, hanging in names.items()
    }
    turns = interleave(works, max(rounds // 2, 2))
    without, beside = turns.values()
    row = Row(
        f"95th percentile of healthy receivers beside 10 % that hang : without them, {database}",
        [theirs.p95_ms / mine.p95_ms for mine, theirs in zip(without, beside, strict=True)],
        most=1.5,
    )
    late = Row(
        f"99th percentile of first attempts : 2 s after the commit, {database}",
        [turn.p99_ms / 2000 for turn in (*without, *beside)],
        most=1,
    )
    return Measured([row, late], turns)


def paced(engine: Hand, seconds: float, hanging: int) -> Load:
    """One turn of it."""
    engine.ask(what="pile", kind="ok", count=0)
    told = engine.ask(what="pace", seconds=seconds, rate=RATE, hanging=hanging)
    return Load(told["seconds"], told["waits"])


# ---------- what a claim costs ----------


def claims(engine: Hand, rounds: int, settled: int) -> Measured:
    """A claim of 200 rows: in a small table, after many settled deliveries, and behind a dead receiver's backlog."""

    def turns(name: str) -> dict[str, list[Turn]]:
        return interleave({name: partial(claimed, engine)}, rounds)

    engine.ask(what="pile", kind="ok", count=4000)
    engine.ask(what="settle", count=0, dead=0)
    found = turns("a claim of 200, nothing else in the table")
    engine.ask(what="settle", count=settled, dead=0)
    found |= turns(f"a claim of 200 beside {settled:,} settled deliveries")
    engine.ask(what="settle", count=0, dead=settled // 10)
    found |= turns(f"the same behind a dead receiver's {settled // 10:,}")
    alone, beside, behind = found.values()
    return Measured(
        [
            Row(f"time to claim beside {settled:,} settled deliveries : alone", ratios(alone, beside)),
            Row(
                "time to claim behind a dead receiver's backlog : without it",
                ratios(beside, behind),
                most=1.5,
            ),
        ],
        found,
    )


def claimed(engine: Hand) -> Load:
    """Thirty claims, each undone."""
    told = engine.ask(what="claim", times=30)
    return Load(told["seconds"], told["waits"])
