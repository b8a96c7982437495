"""Database triggers that keep the record append-only; installed after every migrate, because SQLite drops them when a
table is rebuilt."""

from typing import Any

from django.db import connections

UPDATE_REFUSED = "the record is append-only"
DELETE_REFUSED = "the record may only be pruned up to its checkpoint"
TABLES = ("accounts_record", "accounts_recorddetails", "accounts_recordcheckpoint")


def _kept(table: str, old: str) -> str:
    """The SQL condition under which deleting row `old` of `table` is refused."""
    if table == "accounts_recordcheckpoint":
        # A checkpoint goes only with its organization's chain.
        return f"EXISTS (SELECT 1 FROM accounts_recordhead h WHERE h.organization_id = {old}.organization_id)"  # noqa: S608
    if table == "accounts_recorddetails":
        # Erasing what is personal is always allowed; the chain then says "erased".
        return "FALSE"
    return (
        f"NOT EXISTS (SELECT 1 FROM accounts_recordcheckpoint c WHERE c.organization_id = {old}.organization_id"  # noqa: S608
        f" AND c.seq >= {old}.seq)"
    )


def _sqlite(table: str) -> list[str]:
    return [
        f"DROP TRIGGER IF EXISTS {table}_no_update",
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{UPDATE_REFUSED}'); END",
        f"DROP TRIGGER IF EXISTS {table}_no_delete",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} WHEN {_kept(table, 'OLD')} "
        f"BEGIN SELECT RAISE(ABORT, '{DELETE_REFUSED}'); END",
    ]


def _postgresql(table: str) -> list[str]:
    return [
        f"CREATE OR REPLACE FUNCTION {table}_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'UPDATE' THEN RAISE EXCEPTION '{UPDATE_REFUSED}'; END IF; "
        f"IF {_kept(table, 'OLD')} THEN RAISE EXCEPTION '{DELETE_REFUSED}'; END IF; "
        "RETURN OLD; END $$",
        f"DROP TRIGGER IF EXISTS {table}_guard ON {table}",
        f"CREATE TRIGGER {table}_guard BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_guard()",
    ]


def install(using: str = "default", **kwargs: Any) -> None:
    """(Re)install every trigger; receiver of post_migrate."""
    connection = connections[using]
    if using != "default" or "accounts_record" not in connection.introspection.table_names():
        return
    statements = _sqlite if connection.vendor == "sqlite" else _postgresql
    with connection.cursor() as cursor:
        for table in TABLES:
            for statement in statements(table):
                cursor.execute(statement)
