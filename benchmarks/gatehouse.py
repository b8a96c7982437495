"""The product under test: its environment, a seeded database to copy from, its web server and a robot's credentials."""

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.load import post
from benchmarks.stage import Stage, Web
from scripts import servers

MANAGE = str(Path(__file__).resolve().parent.parent / "manage.py")
SEEDED = "ours_seeded"


@dataclass
class Gatehouse:
    """The product on this stage's PostgreSQL; databases are copies of a seeded one."""

    stage: Stage
    robot: dict[str, str]

    def database(self, name: str) -> str:
        """The URL of a copy of the seeded database; make all copies before anything connects to the seed."""
        return self.stage.database(name, SEEDED)

    def environment(self, database_url: str, **more: str) -> dict[str, str]:
        """For any process of the product on that database."""
        return environment(self.stage, database_url) | more

    def web(self) -> Web:
        """Its web server, answering."""
        port = servers.free_port()
        env = self.environment(self.database("ours_web"), PORT=str(port))
        web = self.stage.web("gatehouse", "config.wsgi:application", env)
        web.wait(self.token_request())
        return web

    def token_request(self) -> bytes:
        """What a robot sends for an access token."""
        return token_request("/oauth2/token", self.robot, "work:read work:write")


def environment(stage: Stage, database_url: str = "") -> dict[str, str]:
    """The product's environment: on PostgreSQL and Redis, or (no URL) the embedded default."""
    if not database_url:
        return stage.environment(GATEHOUSE_VAR=str(stage.folder / "var-embedded"))
    var = str(stage.folder / "var-scale")
    return stage.environment(GATEHOUSE_VAR=var, DATABASE_URL=database_url, REDIS_URL=stage.redis_url)


def seeded(stage: Stage, embedded: bool = False) -> dict[str, Any]:
    """Migrate, load the demo organization, and tell what it holds."""
    env = environment(stage, "" if embedded else stage.database(SEEDED))
    stage.run(MANAGE, "migrate", "--verbosity", "0", env=env)
    return stage.run(MANAGE, "demo", "--json", env=env)


def open_gatehouse(stage: Stage) -> Gatehouse:
    """A seeded product, without a running server."""
    return Gatehouse(stage, seeded(stage)["robots"]["robby"])


def token_request(path: str, credentials: dict[str, str], scope: str) -> bytes:
    """A client-credentials request as RFC 6749 section 4.4 wants it: Basic, two scopes."""
    pair = f"{credentials['client_id']}:{credentials['client_secret']}".encode()
    basic = {"Authorization": "Basic " + base64.b64encode(pair).decode()}
    return post(path, "grant_type=client_credentials&scope=" + scope.replace(" ", "+"), basic)
