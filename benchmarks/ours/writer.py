"""Changes workspaces from several threads: the child of benchmarks/recorded_writes.py."""

import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any
from unittest import mock

from benchmarks.crew import prepare_django, serve

Change = Callable[[int, str], None]
_mine: list[Any] = []


def obey(variant: str, threads: int, seconds: float) -> dict[str, Any]:
    """Make a workspace for each thread, or write for so long."""
    from workspaces import actions

    if variant == "prepare":
        _mine[:] = make_workspaces(threads)
        return {}
    change = bare if variant == "bare" else verb
    # A plain function: a Mock would cost more than what it stands for.
    without = mock.patch.object(actions, "record", silence) if variant == "unrecorded" else nullcontext()
    waits: list[list[float]] = [[] for _ in range(threads)]
    began = time.perf_counter()
    crew = [
        threading.Thread(target=work, args=(change, *_mine[number], seconds, waits[number]))
        for number in range(threads)
    ]
    with without:
        for thread in crew:
            thread.start()
        for thread in crew:
            thread.join()
    return {"seconds": time.perf_counter() - began, "waits": [wait for one in waits for wait in one]}


def work(change: Callable[..., None], actor: Any, workspace: Any, seconds: float, waits: list[float]) -> None:
    """One writer: a change after the other until the time is over."""
    from django.db import connection

    began = before = time.perf_counter()
    while before - began < seconds:
        change(actor, workspace, f"Harbour bridge, part {len(waits)}")
        now = time.perf_counter()
        waits.append(now - before)
        before = now
    connection.close()


def verb(actor: Any, workspace: Any, name: str) -> None:
    """As the page and the API do it."""
    from workspaces import actions

    actions.update(actor, workspace.public_id, {"name": name})


def silence(*told: Any, **more: Any) -> None:
    """In the place of record(): the action then has nothing to write."""


def bare(actor: Any, workspace: Any, name: str) -> None:
    """The same UPDATE, alone in its transaction."""
    from django.utils import timezone

    from accounts.events import writing
    from workspaces.models import Workspace

    with writing():
        Workspace.objects.filter(pk=workspace.pk).update(name=name, updated_at=timezone.now())


def make_workspaces(count: int) -> list[tuple[Any, Any]]:
    """The demo's owner, and a new workspace for each thread."""
    from django.db.models import F

    from accounts.models import Membership
    from accounts.permissions import person_actor
    from workspaces import actions

    owners = Membership.objects.select_related("user", "organization").filter(organization__owner=F("user"))
    owner = person_actor(owners.order_by("pk")[0])
    return [(owner, actions.create(owner, f"Workspace {number}")) for number in range(count)]


if __name__ == "__main__":
    prepare_django()
    serve(obey)
