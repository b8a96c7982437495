"""A rival as a running project: its own database on the same PostgreSQL, the same granian, one registered program."""

import json
import urllib.request
from dataclasses import dataclass

from benchmarks.gatehouse import token_request
from benchmarks.load import get
from benchmarks.stage import Stage, Web


@dataclass
class Rival:
    """What a user would pick instead; `least` is how many times its tokens a second we promise."""

    title: str
    least: float
    web: Web
    database_url: str
    token_request: bytes

    def me_request(self, path: str = "/me") -> bytes:
        """A call of a protected view with a fresh access token."""
        return get(path, {"Authorization": f"Bearer {fresh_token(self.web.port, self.token_request)}"})


def stock_dot(stage: Stage, hasher: str = "") -> Rival:
    """django-oauth-toolkit in a fresh project; `hasher="fast"` replaces PBKDF2 by one pass of SHA-256."""
    title = "django-oauth-toolkit with a fast hasher" if hasher else "stock django-oauth-toolkit"
    return project(stage, "stock_dot", title, 3.0 if hasher else 300.0, "/o/token/", hasher)


def allauth_idp(stage: Stage) -> Rival:
    """allauth.idp.oidc in a fresh project, with the fast hasher."""
    return project(
        stage, "allauth_idp", "allauth.idp with a fast hasher", 2.5, "/identity/o/api/token", "fast"
    )


def project(stage: Stage, package: str, title: str, least: float, path: str, hasher: str) -> Rival:
    """Migrate, register a program, start the server."""
    module, name = f"benchmarks.rivals.{package}", f"{package}_{hasher or 'pbkdf2'}"
    url = stage.database(name)
    env = stage.environment(DATABASE_URL=url, RIVAL_HASHER=hasher, RIVAL_REDIS=stage.redis_url)
    migrate = ("migrate", "--run-syncdb", "--settings", f"{module}.settings", "--verbosity", "0")
    stage.run("-m", "django", *migrate, env=env)
    request = token_request(path, stage.run("-m", f"{module}.seed", env=env), "read write")
    rival = Rival(title, least, stage.web(name, f"{module}.wsgi:application", env), url, request)
    rival.web.wait(request)
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
