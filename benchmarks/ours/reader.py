"""Reads and exports the demo organization's record: the child of benchmarks/record_page.py."""

import resource
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from itertools import cycle, islice
from typing import Any

from benchmarks.crew import prepare_django, serve

# The lines of a long record lie this far apart.
APART = timedelta(seconds=90)
# The shortest record that is measured holds ten days.
SEARCHED = timedelta(days=8)


def obey(fill: int = 0, pages: int = 0, grow: str = "") -> dict[str, Any]:
    """Lengthen the record, read pages of it, or tell what exporting it in that format adds to this process."""
    if fill:
        lengthen(fill)
        return {"queries": most_queries()}
    return growth(grow) if grow else read(pages)


def owner() -> Any:
    """The demo's owner."""
    from django.db.models import F

    from accounts.models import Membership
    from accounts.permissions import person_actor

    owners = Membership.objects.select_related("user", "organization").filter(organization__owner=F("user"))
    return person_actor(owners.order_by("pk")[0])


def lengthen(lines: int) -> None:
    """Insert what the pages read, in SQL and without a chain, until there are so many lines; most are robots' work.

    A line of fifty robots on a hundred workspaces, ninety seconds apart; every hundredth is the owner's on a robot. So
    every page is full in the shortest record, too: more lines on it would only seem slower.
    """
    from django.core.management import call_command
    from django.db import connection, transaction
    from django.utils import timezone

    from accounts.models import RecordHead

    # Pages name static files by what is in them.
    call_command("collectstatic", interactive=False, verbosity=0)
    home = owner().home
    there = RecordHead.objects.get(pk=home.pk).seq
    named = {
        "organization": home.pk,
        "there": there,
        "lines": lines,
        "owner": owner().key,
        "digest": bytes(32),
        "began": timezone.now() - APART * (lines - there),
    }
    at, cast = (
        ("CAST(%(began)s AS timestamptz) + (i - %(there)s) * interval '90 seconds'", "::jsonb")
        if connection.vendor == "postgresql"
        else (
            "strftime('%%Y-%%m-%%d %%H:%%M:%%f', %(began)s, '+' || ((i - %(there)s) * 90) || ' seconds')",
            "",
        )
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(COUNTED + RECORDS.format(at=at), named)
        cursor.execute(COUNTED + DETAILS.format(cast=cast), named)
        RecordHead.objects.filter(pk=home.pk).update(seq=lines)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


COUNTED = "WITH RECURSIVE n(i) AS (SELECT CAST(%(there)s AS bigint) + 1 UNION ALL SELECT i + 1 FROM n WHERE i < %(lines)s) "
RECORDS = """INSERT INTO accounts_record (organization_id, seq, at, type, audience, actor_kind, actor_key, thing_kind,
  thing_key, request_id, details_digest, hash)
SELECT %(organization)s, i, {at}, CASE WHEN i %% 100 = 0 THEN 'robot.updated' ELSE 'workspace.updated' END, 'owners',
  CASE WHEN i %% 100 = 0 THEN 'person' ELSE 'robot' END,
  CASE WHEN i %% 100 = 0 THEN %(owner)s ELSE 'robot-' || (i %% 50) END,
  CASE WHEN i %% 100 = 0 THEN 'robot' ELSE 'workspace' END,
  CASE WHEN i %% 100 = 0 THEN 'robot-0' ELSE 'workspace-' || (i %% 100) END, '', %(digest)s, %(digest)s FROM n"""
DETAILS = """INSERT INTO accounts_recorddetails (organization_id, seq, salt, names, changes, address)
SELECT %(organization)s, i, %(digest)s, ('{{"actor": "Robot ' || (i %% 50) || '", "thing": "Bridge"}}'){cast},
  ('{{"name": ["Bridge", "Bridge, part ' || i || '"]}}'){cast}, '' FROM n"""


def ways() -> tuple[Callable[[str], None], list[str]]:
    """How a page is read through the whole product, and each kind of page."""
    from django.test import Client
    from django.utils import timezone

    actor = owner()
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(actor.user)

    def read_one(query: str) -> None:
        here = f"/o/{actor.home.slug}/record/{query}"
        status = client.get(here).status_code
        if status != 200:
            raise LookupError(f"{here} answered {status}")

    # A search costs what the days hold that it looks into: the same days in every record.
    since = timezone.localdate() - SEARCHED
    return read_one, [
        "",
        "?before=5000",
        f"?who=person:{actor.key}",
        "?about=robot:robot-0",
        "?type=robots",
        f"?since={since}&until={timezone.localdate() - timedelta(days=1)}",
        f"?q=robot+7&type=work&since={since}",
    ]


def most_queries() -> int:
    """How many queries the page takes that takes the most."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    read_one, kinds = ways()
    counts = []
    for query in kinds:
        with CaptureQueriesContext(connection) as captured:
            read_one(query)
        counts.append(len(captured))
    return max(counts)


def read(pages: int) -> dict[str, Any]:
    """So many pages, of each kind in turn."""
    read_one, kinds = ways()
    waits = []
    began = before = time.perf_counter()
    for query in islice(cycle(kinds), pages):
        read_one(query)
        now = time.perf_counter()
        waits.append(now - before)
        before = now
    return {"seconds": before - began, "waits": waits}


def growth(kind: str) -> dict[str, Any]:
    """MiB that exporting everything adds to this process at its largest."""
    from accounts import exports
    from accounts.record_forms import Chosen

    before = largest()
    _head, parts = exports.export(owner(), Chosen(), kind, {})
    sum(len(part) for part in parts)
    return {"export": largest() - before}


def largest() -> float:
    """The most memory this process has had, in MiB."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / (1024 * 1024 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    prepare_django()
    serve(obey)
