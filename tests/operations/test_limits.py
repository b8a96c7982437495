"""Limits over HTTP, against all web workers at once; and what goes on when Redis is gone."""

import json
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import redis
import requests

from scripts import servers
from tests.operations.product import AT_ONCE, PATIENCE, ROOT, Product, own_backend, wait_until


def demo(product: Product) -> dict[str, Any]:
    """The demo organization, loaded into the running product."""
    command = [sys.executable, "manage.py", "demo", "--json"]
    done = subprocess.run(command, cwd=ROOT, env=product.environment, stdout=subprocess.PIPE, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def asked(product: Product, token: str, path: str = "/api/v1/me") -> requests.Response:
    """One call, on a connection of its own, so that it may meet any worker."""
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(f"http://127.0.0.1:{product.port}{path}", headers=headers, timeout=PATIENCE)


def hammered(product: Product, token: str, times: int) -> tuple[Counter[int], int]:
    """Statuses of so many calls, sixteen at a time; and how many minutes they fell into: this machine may stand still."""
    began = time.time()
    with ThreadPoolExecutor(16) as crew:
        answers = list(crew.map(lambda _: asked(product, token), range(times)))
    return Counter(answer.status_code for answer in answers), 1 + int((time.time() - began) // 60)


def test_thirty_of_two_hundred_pass(running: Product) -> None:
    told = demo(running)
    statuses, minutes = hammered(running, told["tokens"]["olga"]["secret"], 200)
    assert set(statuses) == {200, 429} and 30 <= statuses[200] <= 30 * minutes
    # Somebody else is not held up by it.
    assert asked(running, told["tokens"]["mia"]["secret"]).status_code == 200


@pytest.fixture
def on_its_own_redis(tmp_path: Path) -> Iterator[tuple[Product, str]]:
    """A running product whose Redis may be taken away."""
    with own_backend() as backend, servers.redis() as url:
        product = Product(tmp_path, backend | {"REDIS_URL": url, "WEB_CONCURRENCY": "2"})
        yield product.start(), url
        product.clean_up()


@pytest.mark.scale
def test_without_redis_everything_goes_on(on_its_own_redis: tuple[Product, str]) -> None:
    product, url = on_its_own_redis
    told = demo(product)
    wait_until(lambda: b'"limits": "ok"' in product.get("/readyz")[1], "/readyz to be content")
    redis.Redis.from_url(url).shutdown(nosave=True)
    statuses, minutes = hammered(product, told["tokens"]["olga"]["secret"], 60)
    # Two workers with half of the limit each; whichever of them a call meets.
    assert set(statuses) <= {200, 429} and 15 <= statuses[200] <= 30 * minutes
    status, body = product.get("/readyz")
    assert status == 200 and b"each process counts for itself" in body and b'"status": "degraded"' in body
    _sign_in(product, told)
    assert "Traceback" not in product.output()


def _sign_in(product: Product, told: dict[str, Any]) -> None:
    olga, base = told["people"]["olga"], f"http://127.0.0.1:{product.port}"
    with requests.Session() as browser:
        page = browser.get(f"{base}/accounts/login/", timeout=AT_ONCE).text
        proof = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert proof, page
        form = {
            "login": olga["email"],
            "password": olga["password"],
            "csrfmiddlewaretoken": proof[1],
        }
        answer = browser.post(f"{base}/accounts/login/", form, timeout=PATIENCE)
        assert answer.status_code == 200 and "/accounts/login/" not in answer.url
