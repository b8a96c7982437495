"""Fills a workspace and reads pages of its tasks: the child of benchmarks/task_list.py and task_page.py."""

import time
from functools import cache
from itertools import cycle, islice
from typing import Any

from benchmarks import tasks
from benchmarks.crew import prepare_django, serve

HERE = "/api/v1/workspaces/filled/tasks"
# Filters, and about how many tasks lie between two that they leave.
KINDS = {"": 1, "&done=true": 4, "&done=false": 2, "&label=steel": 3, "&label=urgent": 200}
PER_PAGE = 50


def obey(fill: int = 0, last: int = 0, pages: int = 0) -> dict[str, Any]:
    """Fill it and tell the token and the most queries of a page; or read so many first pages, or last ones of `last` tasks."""
    if fill:
        told = {"token": known(fill)}
        return told | {"queries": max(queries(f"{HERE}?after=25{kind}") for kind in KINDS)}
    waits = []
    began = before = time.perf_counter()
    for kind, apart in islice(cycle(KINDS.items()), pages):
        after = max(last - apart * (PER_PAGE + 1), 0)
        read(f"{HERE}?after={after}{kind}")
        now = time.perf_counter()
        waits.append(now - before)
        before = now
    return {"seconds": before - began, "waits": waits}


@cache
def known(fill: int) -> str:
    """The token, made with the tasks."""
    global token
    token = tasks.ours(fill)
    return token


token = ""


@cache
def client() -> Any:
    """A program without a socket."""
    from django.test import Client

    return Client(headers={"host": "127.0.0.1"})


def read(path: str) -> None:
    """A full page. Raises LookupError for anything else."""
    answer = client().get(path, headers={"Authorization": f"Bearer {token}"})
    if answer.status_code != 200 or answer.content.count(b'"number"') != PER_PAGE:
        raise LookupError(f"{path} answered {answer.status_code} {answer.content[:300]!r}")


def queries(path: str) -> int:
    """How many queries a page takes."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        read(path)
    return len(captured)


if __name__ == "__main__":
    prepare_django()
    serve(obey)
