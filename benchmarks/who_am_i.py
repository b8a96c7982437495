"""An authenticated call: `GET /api/v1/me` beside a view that django-oauth-toolkit protects, and one with DRF's throttle.

Ours goes through the machine door, decides scopes and powers at use, notes when and from where the robot was last
used, and holds it to its limit, exactly. The rivals' views only find the token; DRF's counts, too, in two steps that race.
All find it among as many others.
"""

from functools import partial

import psycopg

from benchmarks.gatehouse import Gatehouse
from benchmarks.load import drive, get
from benchmarks.report import Measured, compared
from benchmarks.rivals.project import Rival, fresh_token
from benchmarks.rounds import interleave
from benchmarks.stage import Web
from benchmarks.tokens import fill

CONNECTIONS = 8
OURS = "GET /api/v1/me, Gatehouse"
PLAIN, THROTTLED = "GET /me, django-oauth-toolkit", "GET /me, the same in DRF with its throttle"


def measure(
    gatehouse: Gatehouse, web: Web, rival: Rival, tokens: int, rounds: int, seconds: float
) -> Measured:
    """The ratios, with `tokens` living access tokens in both tables."""
    url = gatehouse.database("ours_web")
    fill(url, "robots_accesstoken", tokens)
    fill(rival.database_url, "oauth2_provider_accesstoken", tokens)
    with psycopg.connect(url) as connection:
        # Counted like any other, refused never: what is measured is the work, not the waiting.
        connection.execute("UPDATE accounts_organization SET robot_requests_a_minute = 100000000")
    bearer = {"Authorization": f"Bearer {fresh_token(web.port, gatehouse.token_request())}"}
    asked = {
        OURS: (web.port, get("/api/v1/me", bearer)),
        PLAIN: (rival.web.port, rival.me_request()),
        THROTTLED: (rival.web.port, rival.me_request("/throttled/me")),
    }
    for port, request in asked.values():
        drive(port, request, CONNECTIONS, seconds / 4)
    works = {name: partial(drive, *where, CONNECTIONS, seconds) for name, where in asked.items()}
    turns = interleave(works, rounds)
    rows = compared("GET /api/v1/me : DOT protected view", turns[OURS], turns[PLAIN], 3.0)
    rows += compared("GET /api/v1/me : DRF with its throttle", turns[OURS], turns[THROTTLED], 4.0)
    return Measured(rows, turns)
