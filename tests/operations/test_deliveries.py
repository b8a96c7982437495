"""Webhooks of a running product whose servers are taken away: what happened meanwhile is delivered afterwards, all of it."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import redis
import requests

from scripts import servers
from tests.operations.product import PATIENCE, Product, wait_until
from tests.operations.test_limits import demo
from tests.webhooks.receivers import Receiver

# Seconds without the broker; a minute by hand: AWAY=60 make test-scale ARGS="tests/operations/test_deliveries.py".
AWAY = float(os.environ.get("AWAY", "10"))


class Stage:
    """A running product with its own PostgreSQL and Redis, a robot that works there, and who hears of it."""

    def __init__(self, product: Product, database: str, broker: str, receiver: Receiver) -> None:
        self.product, self.database, self.broker, self.receiver = product, database, broker, receiver
        robot = demo(product)["robots"]["robby"]
        pair = (robot["client_id"], robot["client_secret"])
        form = {"grant_type": "client_credentials"}
        told = requests.post(f"{self.base}/oauth2/token", form, auth=pair, timeout=PATIENCE).json()
        self.headers = {"Authorization": f"Bearer {told['access_token']}"}
        hook = {"description": "All", "target_url": receiver.url(), "events": ["task.created"]}
        assert self.post("/api/v1/webhooks", hook).status_code == 201
        self.workspace = self.post("/api/v1/workspaces", {"name": "Quay"}).json()["id"]
        self.made = 0

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.product.port}"

    def post(self, path: str, body: dict[str, object]) -> requests.Response:
        return requests.post(self.base + path, json=body, headers=self.headers, timeout=PATIENCE)

    def work(self, times: int) -> None:
        """Make tasks; what was answered with 201 counts."""
        for number in range(times):
            path = f"/api/v1/workspaces/{self.workspace}/tasks"
            self.made += self.post(path, {"title": f"Bollard {number}"}).status_code == 201

    def everything_was_heard(self) -> None:
        """All of it, and under one id each."""
        wait_until(lambda: len(set(self.receiver.ids())) == self.made, "all deliveries", self.product.output)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with ExitStack() as stack:
        database, broker = stack.enter_context(servers.postgres()), stack.enter_context(servers.redis())
        product = Product(tmp_path, {"DATABASE_URL": database, "REDIS_URL": broker, "WEB_CONCURRENCY": "2"})
        stack.callback(product.clean_up)
        receiver = Receiver()
        receiver.start()
        stack.callback(receiver.stop)
        yield Stage(product.start(), database, broker, receiver)


@pytest.mark.scale
def test_the_broker_may_be_emptied_and_gone_for_a_while(stage: Stage) -> None:
    stage.work(5)
    redis.Redis.from_url(stage.broker).flushall()
    stage.work(5)
    redis.Redis.from_url(stage.broker).shutdown(nosave=True)
    stage.work(5)
    time.sleep(AWAY)
    stage.work(5)
    program = shutil.which("redis-server")
    assert program is not None
    command = [program, "--port", str(urlsplit(stage.broker).port), "--bind", "127.0.0.1", "--save", ""]
    again = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd="/")
    try:
        assert stage.made == 20
        stage.everything_was_heard()
    finally:
        stage.product.clean_up()
        again.terminate()
        again.wait(20)


@pytest.mark.scale
def test_postgresql_may_be_restarted_under_load(stage: Stage) -> None:
    stage.work(10)
    with psycopg.connect(stage.database) as connection:
        shown = connection.execute("SELECT current_setting('data_directory')").fetchone()
    assert shown is not None
    data = Path(shown[0])
    postmaster = int((data / "postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGINT)
    stage.work(3)
    wait_until(lambda: not (data / "postmaster.pid").exists(), "PostgreSQL to end")
    program = servers.postgres_programs() / "postgres"
    port = str(urlsplit(stage.database).port)
    command = [program, "-D", data, "-p", port, "-k", data.parent, "-clisten_addresses=127.0.0.1"]
    command.append("-cmax_connections=300")
    again = subprocess.Popen(command, cwd=data.parent, stderr=subprocess.DEVNULL, **servers.other_user())
    try:
        wait_until(lambda: stage.product.get("/readyz")[0] == 200, "PostgreSQL to be back")
        stage.work(10)
        assert stage.made >= 20
        stage.everything_was_heard()
    finally:
        stage.product.clean_up()
        again.send_signal(signal.SIGINT)
        again.wait(20)
