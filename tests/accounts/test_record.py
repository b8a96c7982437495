"""The record: append-only by the database, a chain that tells what was changed, details that may be erased."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts import actions as ground
from accounts import record as chain
from accounts import triggers
from accounts.models import Record, RecordCheckpoint, RecordDetails, RecordHead
from accounts.record import verify
from tests.accounts.conftest import untriggered
from tests.cast import Cast


@pytest.fixture
def seven(cast: Cast) -> Cast:
    """The cast, and halden's record with seven rows (five by making the group and the two robots)."""
    for name in ("Halden & Søn 🏗️", "Halden\u2028Æ\u0301"):
        ground.rename(cast.actor("olga"), cast.home, name)
    assert RecordHead.objects.get(organization=cast.home).seq == 7
    return cast


def rows(cast: Cast) -> Any:
    return Record.objects.filter(organization_id=cast.home.pk)


def details(cast: Cast) -> Any:
    return RecordDetails.objects.filter(organization_id=cast.home.pk)


def verdict(cast: Cast) -> tuple[int, int, int | None, str]:
    told = verify(cast.home)
    return told.checked, told.erased, told.broken_at, told.reason


# ---------- the database refuses ----------


def refused(call: Any, why: str) -> None:
    with pytest.raises(DatabaseError, match=why), transaction.atomic():
        call()


def checkpoint(cast: Cast, seq: int) -> RecordCheckpoint:
    """Up to here it may be pruned."""
    return chain.checkpoint(
        RecordHead.objects.get(pk=cast.home.pk), seq, rows(cast).get(seq=seq).hash, "test"
    )


def test_nothing_that_was_recorded_can_be_changed(seven: Cast) -> None:
    checkpoint(seven, 2)
    refused(lambda: rows(seven).filter(seq=3).update(actor_key="x"), triggers.UPDATE_REFUSED)
    refused(lambda: details(seven).filter(seq=3).update(address="x"), triggers.UPDATE_REFUSED)
    refused(lambda: RecordCheckpoint.objects.update(seq=7), triggers.UPDATE_REFUSED)


def test_nothing_that_was_recorded_can_be_deleted(seven: Cast) -> None:
    checkpoint(seven, 2)
    refused(lambda: rows(seven).filter(seq=7).delete(), triggers.DELETE_REFUSED)
    refused(lambda: rows(seven).filter(seq=3).delete(), triggers.DELETE_REFUSED)
    refused(lambda: rows(seven).delete(), triggers.DELETE_REFUSED)
    refused(lambda: RecordCheckpoint.objects.all().delete(), triggers.DELETE_REFUSED)


def test_raw_sql_is_refused_as_well(seven: Cast) -> None:
    for statement in ("UPDATE accounts_record SET seq = seq + 100", "DELETE FROM accounts_record"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_up_to_a_checkpoint_it_may_be_pruned_and_still_verifies(seven: Cast) -> None:
    checkpoint(seven, 4)
    assert rows(seven).filter(seq__lte=4).delete()[0] == 4
    assert verdict(seven) == (3, 0, None, "")


def test_a_seq_cannot_be_written_twice(seven: Cast) -> None:
    twice = rows(seven).get(seq=7)
    twice.pk = None
    with pytest.raises(DatabaseError), transaction.atomic():
        twice.save(force_insert=True)


def test_the_triggers_come_back_after_every_migrate(seven: Cast) -> None:
    with untriggered():
        rows(seven).filter(seq=3).update(request_id="x")
    refused(lambda: rows(seven).filter(seq=3).update(request_id="y"), triggers.UPDATE_REFUSED)


# ---------- the chain tells ----------


def test_an_untouched_chain_verifies(seven: Cast) -> None:
    assert verdict(seven) == (7, 0, None, "")
    assert verify(seven.elsewhere).checked == 0


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", timezone.now()),
        ("type", "robot.deleted"),
        ("audience", "work"),
        ("actor_kind", "operator"),
        ("actor_key", "somebody"),
        ("thing_kind", "webhook"),
        ("thing_key", "something"),
        ("workspace_id", 1),
        ("request_id", "another"),
        ("details_digest", bytes(32)),
        ("hash", bytes(32)),
    ],
)
def test_a_changed_row_is_found(seven: Cast, column: str, value: Any) -> None:
    with untriggered():
        rows(seven).filter(seq=5).update(**{column: value})
    assert verdict(seven) == (4, 0, 5, "changed")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("names", {"actor": "Carl"}),
        ("changes", {"name": ["Halden", "x"]}),
        ("address", "10.0.0.1"),
        ("salt", bytes(16)),
    ],
)
def test_changed_details_are_found(seven: Cast, column: str, value: Any) -> None:
    with untriggered():
        details(seven).filter(seq=6).update(**{column: value})
    assert verdict(seven) == (5, 0, 6, "details changed")


def test_details_put_in_place_of_erased_ones_are_found(seven: Cast) -> None:
    [row] = details(seven).filter(seq=5)
    row.delete()
    row.pk, row.changes = None, {"name": ["Halden", "Something nicer"]}
    row.save(force_insert=True)
    assert verdict(seven) == (4, 0, 5, "details changed")


@pytest.mark.parametrize("seq", [1, 4, 6])
def test_a_missing_row_is_found(seven: Cast, seq: int) -> None:
    with untriggered():
        rows(seven).filter(seq=seq).delete()
    assert verdict(seven) == (seq - 1, 0, seq, "missing")


@pytest.mark.parametrize("kept", [0, 1, 5, 6])
def test_a_missing_end_is_found(seven: Cast, kept: int) -> None:
    with untriggered():
        rows(seven).filter(seq__gt=kept).delete()
    assert verdict(seven) == (kept, 0, kept + 1, "the end is missing")


def test_a_row_added_behind_the_head_is_found(seven: Cast) -> None:
    made = rows(seven).get(seq=7)
    made.pk, made.seq = None, 8
    made.save(force_insert=True)
    assert verdict(seven) == (7, 0, 8, "changed")


def test_two_rows_that_changed_places_are_found(seven: Cast) -> None:
    with untriggered():
        for before, after in ((5, 100), (6, 5), (100, 6)):
            rows(seven).filter(seq=before).update(seq=after)
    assert verdict(seven)[2:] == (5, "changed")


def test_another_organizations_row_is_found(seven: Cast) -> None:
    ground.rename(seven.actor("stan"), seven.elsewhere, "Nordic!")
    with untriggered():
        rows(seven).filter(seq=1).delete()
        Record.objects.filter(organization_id=seven.elsewhere.pk).update(organization_id=seven.home.pk)
    assert verdict(seven)[2:] == (1, "changed")


def test_erased_details_are_counted_and_not_held_against_it(seven: Cast) -> None:
    details(seven).filter(seq__in=[2, 6]).delete()
    assert verdict(seven) == (7, 2, None, "")


def test_verifying_reads_in_batches(seven: Cast, queries) -> None:
    assert queries(lambda: verify(seven.home)) <= 5
