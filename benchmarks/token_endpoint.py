"""An access token for a robot: `POST /oauth2/token` beside django-oauth-toolkit, stock and with a fast hasher.

Same PostgreSQL, same granian with the shipped threads, persistent connections, Basic and two scopes for both. Stock
pays PBKDF2 for secrets that nobody could guess anyway; the fast hasher shows what it costs without that.
"""

from functools import partial

from benchmarks.gatehouse import Gatehouse
from benchmarks.load import drive
from benchmarks.report import Measured, compared
from benchmarks.rivals.project import Rival
from benchmarks.rounds import Work, interleave
from benchmarks.stage import Web

CONNECTIONS = 8
OURS = "token endpoint, Gatehouse"


def measure(gatehouse: Gatehouse, web: Web, rivals: list[Rival], rounds: int, seconds: float) -> Measured:
    """Ratios to every rival; all servers stay up, each is asked in turn."""
    asked = {OURS: (web.port, gatehouse.token_request())}
    asked |= {f"token endpoint, {rival.title}": (rival.web.port, rival.token_request) for rival in rivals}
    works: dict[str, Work] = {}
    for name, (port, request) in asked.items():
        # Every thread opens its connection to the database with the first request that it gets.
        drive(port, request, CONNECTIONS, seconds / 4)
        works[name] = partial(drive, port, request, CONNECTIONS, seconds)
    turns = interleave(works, rounds)
    rows = []
    for rival in rivals:
        theirs = turns[f"token endpoint, {rival.title}"]
        rows += compared(f"token endpoint : {rival.title}", turns[OURS], theirs, rival.least)
    return Measured(rows, turns)
