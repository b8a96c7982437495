"""How fast webhooks are delivered, how little dead receivers disturb the others, and what a backlog costs.

Beside the engine: one Celery task with one `requests.post` for each delivery (prefork, four processes), the same with
every screw tightened, and aiohttp alone, without a database and without a guard. One sink hears all of them; all but the
last work on the same tables.
"""

import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
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
# Of each kind: they hang, or nobody listens there.
DEAD = 10
AT_ONCE = 200
RATE = 50
PREFORK = 4
PATIENCE = 120.0
# What a worker may need, in MiB, however much waits.
MOST_MEMORY = 150


def measure(gatehouse: Gatehouse, rounds: int, pieces: int, seconds: float, settled: int) -> list[Measured]:
    """`pieces` deliveries a turn for the engine, a tenth of that or less for those that are slower."""
    stack = gatehouse.stage.stack
    port = servers.free_port()
    plain = gatehouse.stage.environment()
    command = [sys.executable, "-m", "benchmarks.ours.sink", str(port)]
    stack.enter_context(child(command, plain, gatehouse.stage.folder / "sink.log"))
    env = gatehouse.environment(gatehouse.database("ours_webhooks"))
    store, engine = crew(gatehouse, env, port)
    told = [rates(gatehouse, store, engine, env, port, rounds, pieces)]
    told.append(backlog(store, engine, settled))
    told.append(beside_dead("PostgreSQL", store, rounds, seconds))
    product.seeded(gatehouse.stage, embedded=True)
    embedded, _ = crew(gatehouse, product.environment(gatehouse.stage), port)
    told.append(beside_dead("SQLite", embedded, rounds, seconds))
    told.append(claims(store, rounds, settled))
    return told


def crew(gatehouse: Gatehouse, env: dict[str, str], port: int) -> tuple[Hand, Hand]:
    """Two processes on one database: whoever records what happens, and the worker that sends it."""
    store, engine = (
        gatehouse.stage.stack.enter_context(hand("benchmarks.ours.deliverer", env)) for _ in range(2)
    )
    time.sleep(0.5)
    nobody = servers.free_port()
    store.ask(what="prepare", port=port, healthy=HEALTHY, hanging=DEAD, refusing=DEAD, nobody=nobody)
    return store, engine


# ---------- how many a second ----------


def rates(
    gatehouse: Gatehouse,
    store: Hand,
    engine: Hand,
    env: dict[str, str],
    port: int,
    rounds: int,
    pieces: int,
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
        "webhooks, Gatehouse": partial(by_engine, store, engine, pieces),
        "webhooks, a task and a requests.post each": partial(by_tasks, store, broker, "plain", few),
        "webhooks, the same, tuned": partial(by_tasks, store, broker, "tuned", few * 2),
        "requests to the sink, aiohttp alone": partial(by_client, store, pieces, port),
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


def by_engine(store: Hand, engine: Hand, pieces: int) -> Load:
    """The product."""
    store.ask(what="pile", kind="ok", count=pieces)
    seconds = engine.ask(what="deliver")["seconds"]
    told = store.ask(what="left")
    assert told["left"] == 0 and len(told["waits"]) == pieces, (told["left"], len(told["waits"]))
    return Load(seconds, told["waits"])


def by_client(store: Hand, pieces: int, port: int) -> Load:
    """aiohttp alone."""
    told = store.ask(what="alone", count=pieces, port=port, at_once=AT_ONCE)
    return Load(told["seconds"], told["waits"])


def by_tasks(store: Hand, broker: str, queue: str, pieces: int) -> Load:
    """A task each: all messages are in Redis before the clock starts, as all rows are in the table for the engine."""
    from celery import Celery

    ids = store.ask(what="pile", kind="ok", count=pieces)["ids"]
    app = Celery(broker=broker)
    app.conf.broker_transport_options = {"global_keyprefix": "rival:"}
    with app.connection_for_write() as connection:
        for pk in ids:
            app.send_task("deliver_one", args=[pk], queue=f"{queue}-waiting", connection=connection)
    queues = redis.Redis.from_url(broker)
    began = time.perf_counter()
    queues.rename(f"rival:{queue}-waiting", f"rival:{queue}")
    deadline = began + PATIENCE
    while store.ask(what="left", waits=False)["left"]:
        assert time.perf_counter() < deadline, "the rival does not deliver"
        time.sleep(0.01)
    seconds = time.perf_counter() - began
    queues.close()
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


def backlog(store: Hand, engine: Hand, count: int) -> Measured:
    """The most that the worker needs while so many wait."""
    store.ask(what="fill", count=count)
    engine.tell(what="deliver", seconds=5)
    sizes = [pss([engine.process.pid])]
    with ThreadPoolExecutor(1) as waiting:
        answer = waiting.submit(engine.answer)
        while not answer.done():
            sizes.append(pss([engine.process.pid]))
            time.sleep(0.1)
    store.ask(what="pile", kind="ok", count=0)
    return Measured(
        [
            Row(
                f"memory of a worker beside a backlog of {count:,} : 150 MiB",
                [max(sizes) / MOST_MEMORY],
                most=1,
            )
        ]
    )


# ---------- who is dead ----------


def beside_dead(database: str, store: Hand, rounds: int, seconds: float) -> Measured:
    """From the commit to the end of the first attempt, at a steady 50 events a second."""
    alone = f"first attempts, 50 events a second, {database}"
    names = {
        alone: {},
        f"the same beside {HANGING} receivers that hang, {database}": {"hang": HANGING},
        f"the same beside {2 * DEAD} dead ones, {database}": {"hang": DEAD, "refuse": DEAD},
    }
    works: dict[str, Work] = {name: partial(paced, store, seconds, dead) for name, dead in names.items()}
    turns = interleave(works, max(rounds // 2, 2))
    without, hanging, dead = turns.values()

    def row(who: str, theirs: list[Turn]) -> Row:
        worse = [beside.p95_ms / mine.p95_ms for mine, beside in zip(without, theirs, strict=True)]
        return Row(
            f"95th percentile of healthy receivers beside {who} : without them, {database}", worse, most=1.5
        )

    late = Row(
        f"99th percentile of first attempts : 2 s after the commit, {database}",
        [turn.p99_ms / 2000 for turn in (*without, *hanging, *dead)],
        most=1,
    )
    return Measured([row("10 % that hang", hanging), row(f"{2 * DEAD} dead ones", dead), late], turns)


def paced(store: Hand, seconds: float, dead: dict[str, int]) -> Load:
    """One turn of it."""
    store.ask(what="pile", kind="ok", count=0)
    told = store.ask(what="pace", seconds=seconds, rate=RATE, dead=dead)
    return Load(told["seconds"], told["waits"])


# ---------- what a claim costs ----------


def claims(store: Hand, rounds: int, settled: int) -> Measured:
    """A claim of 200 rows: in a small table, after many settled deliveries, and behind a dead receiver's backlog."""

    def turns(name: str) -> dict[str, list[Turn]]:
        return interleave({name: partial(claimed, store)}, rounds)

    store.ask(what="pile", kind="ok", count=4000)
    store.ask(what="settle", count=0, dead=0)
    found = turns("a claim of 200, nothing else in the table")
    store.ask(what="settle", count=settled, dead=0)
    found |= turns(f"a claim of 200 beside {settled:,} settled deliveries")
    store.ask(what="settle", count=0, dead=settled // 10)
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


def claimed(store: Hand) -> Load:
    """Thirty claims, each undone."""
    told = store.ask(what="claim", times=30)
    return Load(told["seconds"], told["waits"])
