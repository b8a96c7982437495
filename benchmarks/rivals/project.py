"""A rival as a running project: its own database on the same PostgreSQL, the same granian, one registered program."""

import json
import urllib.request
from dataclasses import dataclass

from benchmarks.gatehouse import token_request
from benchmarks.load import get
from benchmarks.stage import Stage, Web

STOCK_DOT = "benchmarks.rivals.stock_dot"


@dataclass
class Rival:
    """What a user would pick instead; `least` is how many times its tokens a second we promise."""

    title: str
    least: float
    web: Web
    database_url: str
    token_request: bytes

    def me_request(self) -> bytes:
        """A call of its protected view with a fresh access token."""
        return get("/me", {"Authorization": f"Bearer {fresh_token(self.web.port, self.token_request)}"})


def stock_dot(stage: Stage, title: str, least: float, hasher: str = "") -> Rival:
    """django-oauth-toolkit in a fresh project; `hasher="fast"` replaces PBKDF2 by one pass of SHA-256."""
    name = f"stock_dot_{hasher or 'pbkdf2'}"
    url = stage.database(name)
    env = stage.environment(DATABASE_URL=url, RIVAL_HASHER=hasher)
    stage.run("-m", "django", "migrate", "--settings", f"{STOCK_DOT}.settings", "--verbosity", "0", env=env)
    credentials = stage.run("-m", f"{STOCK_DOT}.seed", env=env)
    rival = Rival(
        title,
        least,
        stage.web(name, f"{STOCK_DOT}.wsgi:application", env),
        url,
        token_request("/o/token/", credentials, "read write"),
    )
    rival.web.wait(rival.token_request)
    return rival


def fresh_token(port: int, request: bytes) -> str:
    """An access token, asked for as everybody else would."""
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{first.split()[1]}", body, headers)
    with urllib.request.urlopen(asked, timeout=30) as answer:
        token: str = json.load(answer)["access_token"]
        return token
