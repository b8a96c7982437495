"""A list of 50 tasks: ours beside the least that Django can do, `values()` and orjson, and beside Django REST framework.

Ours goes through the machine door, holds the limit, asks who may see the workspace, and leads on with `Link`. The bare
one does none of that: no credential, no middleware. DRF has its generic view, a model serializer, cursor pagination, the
library's OAuth2 and its throttle. The same rows, all on PostgreSQL.
"""

from functools import partial

from benchmarks import tasks
from benchmarks.crew import hand
from benchmarks.gatehouse import Gatehouse
from benchmarks.load import drive, get
from benchmarks.report import Measured, Row, compared
from benchmarks.rivals.project import Rival, fresh_token
from benchmarks.rounds import interleave
from benchmarks.stage import Web
from scripts import servers

CONNECTIONS = 8
QUERIES = 3
OURS, BARE = "50 tasks, Gatehouse", "50 tasks, values() and orjson without anything else"
DRF = "50 tasks, Django REST framework"


def measure(gatehouse: Gatehouse, web: Web, rival: Rival, rows: int, rounds: int, seconds: float) -> Measured:
    """The ratios, in a workspace of so many tasks."""
    env = gatehouse.environment(gatehouse.database("ours_web"))
    with hand("benchmarks.ours.lister", env) as child:
        told = child.ask(fill=rows)
    tasks.theirs(rival.database_url, rows)
    port = servers.free_port()
    bare = gatehouse.stage.web("bare", "benchmarks.ours.bare:application", env | {"PORT": str(port)})
    bearer = {"Authorization": f"Bearer {told['token']}"}
    theirs = {"Authorization": f"Bearer {fresh_token(rival.web.port, rival.token_request)}"}
    asked = {
        OURS: (web.port, get("/api/v1/workspaces/filled/tasks?after=25", bearer)),
        BARE: (bare.port, get("/tasks/filled", {})),
        DRF: (rival.web.port, get("/workspaces/filled/tasks", theirs)),
    }
    bare.wait(asked[BARE][1])
    for where, request in asked.values():
        drive(where, request, CONNECTIONS, seconds / 4)
    works = {name: partial(drive, *where, CONNECTIONS, seconds) for name, where in asked.items()}
    turns = interleave(works, rounds)
    found = compared("list of 50 tasks : values() and orjson alone", turns[OURS], turns[BARE], 0.67)
    found += compared("list of 50 tasks : Django REST framework", turns[OURS], turns[DRF], 2.5)
    found.append(Row(f"queries for a list of tasks : {QUERIES}", [told["queries"] / QUERIES], most=1))
    return Measured(found, turns)
