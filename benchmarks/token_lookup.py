"""Does finding a token get slower as they pile up? `robots.bearer.find` among a million, beside among ten thousand.

In process, on PostgreSQL, random tokens: two children with a database each, so that both sizes are asked in turn.
"""

from functools import partial

from benchmarks.crew import Hand, hand
from benchmarks.gatehouse import Gatehouse
from benchmarks.load import Load
from benchmarks.report import Measured, Row, ratios
from benchmarks.rounds import Work, interleave
from benchmarks.tokens import fill


def measure(gatehouse: Gatehouse, few: int, many: int, rounds: int, lookups: int) -> Measured:
    """How many times as long a look-up takes among `many` as among `few`."""
    names = {rows: f"find a token among {rows:,}" for rows in (few, many)}
    works: dict[str, Work] = {}
    stack = gatehouse.stage.stack
    for rows, name in names.items():
        url = gatehouse.database(f"ours_{rows}")
        child = stack.enter_context(hand("benchmarks.ours.finder", gatehouse.environment(url)))
        child.ask(prepare=True)
        fillers = fill(url, "robots_accesstoken", rows)
        works[name] = partial(look_up, child, fillers, lookups)
        works[name]()
    turns = interleave(works, rounds)
    slower = ratios(turns[names[few]], turns[names[many]])
    return Measured([Row(f"time to find a token among {many:,} : {few:,}", slower, most=1.3)], turns)


def look_up(child: Hand, fillers: int, lookups: int) -> Load:
    """Let the child find that many random tokens."""
    told = child.ask(fillers=fillers, lookups=lookups)
    return Load(told["seconds"], told["waits"])
