"""The raw statements of the machine door: counted like any other query, and steady when a kept connection has died."""

import pytest
from django.conf import settings as product
from django.db import OperationalError, ProgrammingError, connection, transaction

from accounts import statements
from tests.cast import Cast


def test_one_row_or_none() -> None:
    assert statements.row("SELECT 1 WHERE 1 = 0", []) is None
    assert statements.row("SELECT name FROM django_migrations WHERE app = %s", ["accounts"])


def test_values_may_have_names() -> None:
    statement = "SELECT name FROM django_migrations WHERE app = %(app)s AND %(app)s <> %(other)s"
    for _ in range(2):
        assert statements.rows(statement, {"other": "x", "app": "accounts", "not_asked_for": 1})


def test_they_are_counted(queries) -> None:
    assert queries(lambda: statements.row("SELECT 1", [])) == 1


def test_errors_are_djangos() -> None:
    with pytest.raises((ProgrammingError, OperationalError)):
        statements.row("SELECT nothing FROM nowhere", [])


@pytest.mark.skipif(product.EMBEDDED, reason="a file has no connection that dies")
def test_a_connection_that_died_is_replaced(committed: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        first = cursor.fetchone()[0]
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [first])
    other.close()
    assert statements.row("SELECT pg_backend_pid()", [])[0] != first  # type: ignore[index]


@pytest.mark.skipif(product.EMBEDDED, reason="SQLite plans nothing ahead")
def test_behind_a_pool_that_forbids_plans_there_are_none(committed: None) -> None:
    connection.ensure_connection()
    before, connection.connection.prepare_threshold = connection.connection.prepare_threshold, None
    try:
        assert statements.row("SELECT 50 + %s::int", [5]) == (55,)
        planned = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s"
        assert statements.row(planned, ["SELECT 50 +%"]) == (0,)
    finally:
        connection.connection.prepare_threshold = before


@pytest.mark.skipif(product.EMBEDDED, reason="SQLite plans nothing ahead")
def test_a_plan_that_is_gone_is_made_anew(committed: None) -> None:
    assert statements.row("SELECT 40 + %s::int", [2]) == (42,)
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    assert statements.row("SELECT 40 + %s::int", [2]) == (42,)


@pytest.mark.skipif(product.EMBEDDED, reason="SQLite plans nothing ahead")
def test_a_plan_older_than_its_table_is_made_anew(committed: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE passing (one int)")
        try:
            assert statements.row("SELECT * FROM passing WHERE one = %s", [1]) is None
            statements.write("INSERT INTO passing VALUES (%s)", [1])
            cursor.execute("ALTER TABLE passing ADD COLUMN two int DEFAULT 2")
            assert statements.row("SELECT * FROM passing WHERE one = %s", [1]) == (1, 2)
        finally:
            cursor.execute("DROP TABLE passing")


def test_in_a_transaction_they_belong_to_it(committed: None, cast: Cast) -> None:
    rename = "UPDATE accounts_organization SET name = %s WHERE id = %s"
    asked = ("SELECT name FROM accounts_organization WHERE id = %s", [cast.home.pk])
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        statements.write(rename, ["Elsewhere", cast.home.pk])
        assert statements.row(*asked) == ("Elsewhere",)
        raise ZeroDivisionError
    assert statements.row(*asked) == (cast.home.name,)


@pytest.mark.skipif(product.EMBEDDED, reason="SQLite plans nothing ahead")
def test_they_are_planned_once(committed: None) -> None:
    for number in range(3):
        assert statements.row("SELECT %s::int + 1", [number]) == (number + 1,)
    found = statements.row(
        "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s", ["%::int + 1"]
    )
    assert found == (1,)


@pytest.mark.skipif(product.EMBEDDED, reason="SQLite plans nothing ahead")
def test_a_transaction_that_was_undone_costs_the_next_one_no_plan(committed: None) -> None:
    asked = ("SELECT 50 + %s::int", [2])
    assert statements.row(*asked) == (52,)
    with connection.execute_wrapper(lambda execute, *given: execute(*given)):
        # Through the driver's cursor: what that plans it throws away after a rollback, and everybody's plans with it.
        assert statements.row(*asked) == (52,)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        statements.row(*asked)
        raise ZeroDivisionError
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert statements.row(*asked) == (52,)
