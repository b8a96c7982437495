"""Fills workspaces with tasks, in SQL: ours on both databases, and the rival's tables with the same."""

from datetime import timedelta

import psycopg

OURS = """
INSERT INTO workspaces_task (organization_id, public_id, workspace_id, board_id, column_id, position, number, title,
  description, assignee_id, assignee_name, due_on, labels, done_at, created_at, updated_at, version)
SELECT w.organization_id, 'filler-' || i, w.id, c.board_id, c.id, CAST(i AS bigint) * 1048576, i, 'Paint girder ' || i,
  'Two coats, the second one when the first is dry. Girder ' || i || ' of the harbour bridge, from the east.',
  CASE WHEN i %% 2 = 0 THEN m.id END, CASE WHEN i %% 2 = 0 THEN 'Olga' ELSE '' END,
  CASE WHEN i %% 3 = 0 THEN {day} END, {labels}, CASE WHEN i %% 4 = 0 THEN {now} END, {now}, {now}, 1
FROM ({numbers}) AS n, workspaces_workspace w
JOIN workspaces_board b ON b.workspace_id = w.id JOIN workspaces_column c ON c.board_id = b.id AND c.position = 0
JOIN accounts_organization o ON o.id = w.organization_id
JOIN accounts_membership m ON m.organization_id = o.id AND m.user_id = o.owner_id
WHERE w.public_id = 'filled'
"""
# Half are steel, one in two hundred is urgent.
LABELS = """
INSERT INTO workspaces_tasklabel (workspace_id, label, number, task_id)
SELECT workspace_id, CASE WHEN number %% 200 = 0 THEN 'urgent' ELSE 'steel' END, number, id FROM workspaces_task
WHERE public_id LIKE 'filler-%%' AND number %% 2 = 0
"""
WORDS = "CASE WHEN i %% 200 = 0 THEN '[\"urgent\"]' WHEN i %% 2 = 0 THEN '[\"steel\"]' ELSE '[]' END"
THEIRS = """
INSERT INTO boards_workspace (public_id) VALUES ('filled');
INSERT INTO boards_board (public_id) VALUES ('a-board'); INSERT INTO boards_column (public_id) VALUES ('a-column');
INSERT INTO boards_person (public_id) VALUES ('olga');
INSERT INTO boards_task (public_id, workspace_id, board_id, column_id, number, title, description, assignee_id,
  assignee_name, due_on, labels, done_at, created_at, updated_at, version)
SELECT 'filler-' || i, 1, 1, 1, i, 'Paint girder ' || i,
  'Two coats, the second one when the first is dry. Girder ' || i || ' of the harbour bridge, from the east.',
  CASE WHEN i % 2 = 0 THEN 1 END, CASE WHEN i % 2 = 0 THEN 'Olga' ELSE '' END,
  CASE WHEN i % 3 = 0 THEN date '2026-12-31' END, {labels}, CASE WHEN i % 4 = 0 THEN now() END, now(), now(), 1
FROM generate_series(1, {rows}) AS n(i);
ANALYZE;
"""


def ours(rows: int) -> str:
    """The workspace "filled" of the first organization with that many tasks, in this process's product; its owner's token."""
    from django.db import connection, transaction
    from django.db.models import F
    from django.utils import timezone

    from accounts.models import Membership, Organization
    from accounts.permissions import person_actor
    from tokens import actions as tokens
    from workspaces import actions
    from workspaces.models import Workspace

    rich = {"requests_a_minute": 100_000_000, "robot_requests_a_minute": 100_000_000}
    Organization.objects.update(requests_ceiling=100_000_000, **rich)
    owners = Membership.objects.select_related("user", "organization").filter(organization__owner=F("user"))
    actor = person_actor(owners.order_by("pk")[0])
    made = actions.create(actor, "Filled")
    Workspace.objects.filter(pk=made.pk).update(public_id="filled", last_number=rows)
    postgres = connection.vendor == "postgresql"
    given = {
        "numbers": f"SELECT i FROM generate_series(1, {rows}) AS g(i)"
        if postgres
        else COUNTED.format(rows=rows),
        "day": "date '2026-12-31'" if postgres else "'2026-12-31'",
        "now": "now()" if postgres else "strftime('%%Y-%%m-%%d %%H:%%M:%%f000', 'now')",
        "labels": f"({WORDS})::jsonb" if postgres else WORDS,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(OURS.format(**given), [])
        cursor.execute(LABELS, [])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if postgres else "ANALYZE")
    return tokens.create(actor, "Benchmark", None, timezone.now() + timedelta(days=1))[1]


COUNTED = "WITH RECURSIVE g(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM g WHERE i < {rows}) SELECT i FROM g"


def theirs(database_url: str, rows: int) -> None:
    """The rival's tables, with as many."""
    labels = f"({WORDS})::jsonb".replace("%%", "%")
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(THEIRS.format(rows=rows, labels=labels).encode())
