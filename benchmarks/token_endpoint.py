"""An access token for a robot: `POST /oauth2/token` beside django-oauth-toolkit's own endpoint, stock and with a fast hasher.

Same PostgreSQL, same granian with the shipped threads, persistent connections for both, Basic and two scopes in both.
Stock pays PBKDF2 for a secret that nobody could guess anyway; the fast hasher shows what is left without it.
"""

from functools import partial

from benchmarks.gatehouse import Gatehouse, token_request
from benchmarks.load import drive
from benchmarks.report import Measured, Row, processor_ratios, ratios
from benchmarks.rivals.project import Rival
from benchmarks.rounds import Work, interleave
from benchmarks.stage import Web

CONNECTIONS = 8
OURS = "token endpoint, ours"
PROMISED = {"stock": 300.0, "fast": 3.0}


def measure(gatehouse: Gatehouse, ours: Web, rivals: list[Rival], rounds: int, seconds: float) -> Measured:
    """Ratios to every rival; all servers stay up, each is asked in turn."""
    works: dict[str, Work] = {OURS: partial(drive, ours.port, gatehouse.token_request(), CONNECTIONS, seconds)}
    for rival in rivals:
        # Seconds an answer, not milliseconds: stock needs more time for as many answers as connections.
        longer = seconds * rival.patience
        works[rival.title] = partial(drive, rival.web.port, rival.token_request, CONNECTIONS, longer)
    for work in works.values():
        work.args  # noqa: B018
    turns = interleave(works, rounds)
    rows = []
    for rival in rivals:
        what = f"token endpoint : {rival.title}"
        rows.append(Row(what, ratios(turns[OURS], turns[rival.title]), rival.least))
        rows.append(Row(f"{what}, processor time", processor_ratios(turns[OURS], turns[rival.title])))
    return Measured(rows, turns)
