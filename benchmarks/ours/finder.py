"""Finds random access tokens in process: the child of benchmarks/token_lookup.py."""

import random
import time
from typing import Any

from benchmarks.crew import prepare_django, serve
from benchmarks.tokens import filler


def obey(prepare: bool = False, fillers: int = 0, lookups: int = 0) -> dict[str, Any]:
    """Issue the token that the fillers are copies of, or look up that many of them."""
    from django.test import RequestFactory

    from robots import bearer

    if prepare:
        return issue_one()
    request = RequestFactory().get("/api/v1/me")
    chosen = [filler(random.randrange(fillers)) for _ in range(lookups)]
    waits = []
    began = before = time.perf_counter()
    for token in chosen:
        if bearer.find(token, request) is None:
            raise LookupError("a token that is there was not found")
        now = time.perf_counter()
        waits.append(now - before)
        before = now
    return {"seconds": before - began, "waits": waits}


def issue_one() -> dict[str, Any]:
    """An access token of the demo's robot, the way the endpoint issues it."""
    from robots import oauth
    from robots.models import Secret

    secret = Secret.objects.current().select_related("robot").first()
    assert secret is not None
    robot = secret.robot
    client = oauth.Client(secret.pk, robot.pk, robot.application_id, robot.all_scopes())
    oauth.issue(client, client.scopes)
    return {}


if __name__ == "__main__":
    prepare_django()
    serve(obey)
