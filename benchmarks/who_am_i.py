"""An authenticated call: `GET /api/v1/me` beside a view that django-oauth-toolkit protects.

Ours goes through all its middleware, decides scopes and powers at use, and notes when and from where the robot was last
used; the rival's view only finds the token. Both find it among as many others.
"""

from functools import partial

from benchmarks.gatehouse import Gatehouse
from benchmarks.load import drive, get
from benchmarks.report import Measured, compared
from benchmarks.rivals.project import Rival, fresh_token
from benchmarks.rounds import interleave
from benchmarks.stage import Web
from benchmarks.tokens import fill

CONNECTIONS = 8
OURS, THEIRS = "GET /api/v1/me, Gatehouse", "GET /me, django-oauth-toolkit"


def measure(
    gatehouse: Gatehouse, web: Web, rival: Rival, tokens: int, rounds: int, seconds: float
) -> Measured:
    """The ratio, with `tokens` living access tokens in both tables."""
    fill(gatehouse.database("ours_web"), "robots_accesstoken", tokens)
    fill(rival.database_url, "oauth2_provider_accesstoken", tokens)
    bearer = {"Authorization": f"Bearer {fresh_token(web.port, gatehouse.token_request())}"}
    asked = {OURS: (web.port, get("/api/v1/me", bearer)), THEIRS: (rival.web.port, rival.me_request())}
    for port, request in asked.values():
        drive(port, request, CONNECTIONS, seconds / 4)
    works = {name: partial(drive, *where, CONNECTIONS, seconds) for name, where in asked.items()}
    turns = interleave(works, rounds)
    return Measured(compared("GET /api/v1/me : DOT protected view", turns[OURS], turns[THEIRS], 3.0), turns)
