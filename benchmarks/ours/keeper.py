"""Makes robot accounts and lists them, as the third system's clients do or barely: child of benchmarks/robot_accounts.py."""

import time
from itertools import count
from typing import Any

from benchmarks.crew import prepare_django, serve

TOP = 1000
COLUMNS = ("pk", "public_id", "api_name", "name", "created_at", "last_used_at")
_known: dict[str, str] = {}
_numbers = count()


def obey(fill: int = 0, pages: int = 0, bare: bool = False) -> dict[str, Any]:
    """Make so many, and tell the queries of a page of 1,000 and of 1; or read pages, each from another beginning."""
    if fill:
        make(fill)
        _known["fill"] = str(fill)
        return {"queries": [queries(TOP), queries(1)]}
    waits, began = [], time.perf_counter()
    for _ in range(pages):
        before = time.perf_counter()
        skip = next(_numbers) * 997 % (int(_known["fill"]) - TOP)
        least(skip) if bare else listed(TOP, skip)
        waits.append(time.perf_counter() - before)
    return {"seconds": time.perf_counter() - began, "waits": waits}


def make(fill: int) -> None:
    """Robots as the API makes them, without their lines in the record, each in one or two of four groups; and a token."""
    from accounts.models import Group, Organization
    from benchmarks.ours.reader import owner
    from robots.models import Application, Robot
    from tokens import actions

    olga = owner()
    home = olga.home
    # Counted like any other, refused never.
    Organization.objects.update(requests_a_minute=100_000_000, requests_ceiling=100_000_000)
    kind = {"client_type": "confidential", "authorization_grant_type": "client-credentials"}
    applications = Application.objects.bulk_create(
        [Application(client_id=f"{number:032x}", name="Robot", **kind) for number in range(fill)], 500
    )
    robots = Robot.objects.bulk_create(
        [
            Robot(organization=home, application=one, api_name=f"svc-{number}", name=f"Robot {number}")
            for number, one in enumerate(applications)
        ],
        500,
    )
    groups = [Group.objects.create(organization=home, name=f"Shift {letter}") for letter in "ABCD"]
    belonging = Robot.groups.through
    belonging.objects.bulk_create(
        [
            belonging(robot_id=robot.pk, group_id=group.pk)
            for number, robot in enumerate(robots)
            for group in {groups[number % 4], groups[number % 3]}
        ],
        500,
    )
    from datetime import timedelta

    from django.utils import timezone

    _known["token"] = actions.create(olga, "List", ["robots:read"], timezone.now() + timedelta(days=7))[1]
    _known["home"] = str(home.pk)


def listed(top: int, skip: int) -> None:
    """Through the whole product. Raises LookupError for less than a full page."""
    from django.test import Client

    path = f"/identity_/api/RobotAccount?top={top}&skip={skip}"
    headers = {"host": "127.0.0.1", "authorization": f"Bearer {_known['token']}"}
    answer = Client().get(path, headers=headers)
    told = answer.getvalue()
    if answer.status_code != 200 or told.count(b'"groupIds"') != top:
        raise LookupError(f"{path} answered {answer.status_code} {told[:300]!r}")


def least(skip: int) -> None:
    """The same page of rows, and no more."""
    from robots.models import Robot

    rows = Robot.objects.filter(organization=int(_known["home"]), retired_at=None).order_by(
        "created_at", "pk"
    )
    if len(rows.values_list(*COLUMNS)[skip : skip + TOP]) != TOP:
        raise LookupError("less than a page")


def queries(top: int) -> int:
    """How many queries an answer takes."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        listed(top, 0)
    return len(captured)


if __name__ == "__main__":
    prepare_django()
    serve(obey)
