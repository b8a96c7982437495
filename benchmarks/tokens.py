"""Fills a table of access tokens, ours or django-oauth-toolkit's, with copies of its newest row."""

import psycopg
from psycopg import sql

# What differs from row to row; everything else is the template's.
OWN = {
    "token_checksum": sql.SQL("encode(sha256(('filler-' || n)::bytea), 'hex')"),
    "token": sql.SQL("'filler-' || n"),
}


def filler(number: int) -> str:
    """The plaintext of the filler with this number."""
    return f"filler-{number}"


def fill(database_url: str, table: str, rows: int) -> int:
    """Top the table up to `rows`; how many were added (their numbers count from 0). One token must be there."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        name = sql.Identifier(table)
        there = _one(connection, sql.SQL("SELECT count(*) FROM {}").format(name))
        missing = max(rows - there, 0)
        columns = connection.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND column_name <> 'id'",
            [table],
        ).fetchall()
        names = [str(column) for (column,) in columns]
        connection.execute(
            sql.SQL(
                "INSERT INTO {table} ({columns}) SELECT {values} FROM {table}, generate_series(0, {last}) AS n "
                "WHERE id = (SELECT max(id) FROM {table})"
            ).format(
                table=name,
                columns=sql.SQL(", ").join(map(sql.Identifier, names)),
                values=sql.SQL(", ").join(OWN.get(column) or sql.Identifier(column) for column in names),
                last=sql.Literal(missing - 1),
            )
        )
        connection.execute(sql.SQL("VACUUM (ANALYZE) {}").format(name))
        connection.execute("CHECKPOINT")
    return missing


def _one(connection: "psycopg.Connection[tuple[int, ...]]", query: sql.Composed) -> int:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]
