"""How lines of the record reach the database: for the usual single line two statements, the head's lock and all the rest.

Everybody who changes something in the organization waits from the first of them to the commit, so they are raw and
planned ahead (docs/speed.md).
"""

from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Model

from accounts import statements
from accounts.models import Organization, Record, RecordDetails, RecordHead

Line = tuple[Record, RecordDetails]
LOCK = "SELECT seq, hash, sealed_key FROM accounts_recordhead WHERE organization_id = %s"
MOVE = "UPDATE accounts_recordhead SET seq = %s, hash = %s WHERE organization_id = %s"


def locked_head(organization: Organization) -> RecordHead:
    """Where the chain ends; nobody else in this organization records until we commit. Raises RecordHead.DoesNotExist."""
    # SQLite has one writer: it is locked already.
    lock = " FOR NO KEY UPDATE" if connection.features.has_select_for_no_key_update else ""
    found = statements.row(LOCK + lock, [organization.pk])
    if found is None:
        raise RecordHead.DoesNotExist(organization.pk)
    seq, last, sealed = found
    return RecordHead(organization=organization, seq=seq, hash=bytes(last), sealed_key=sealed)


def insert(lines: list[Line], heads: list[RecordHead]) -> None:
    """Add the lines and move the heads."""
    if len(lines) > 1:
        Record.objects.bulk_create([row for row, _ in lines])
        RecordDetails.objects.bulk_create([details for _, details in lines])
        for head in heads:
            RecordHead.objects.filter(pk=head.pk).update(seq=head.seq, hash=head.hash)
        return
    (row, details), (head,) = lines[0], heads
    values = [_values(row), _values(details), [head.seq, head.hash, head.pk]]
    if connection.vendor == "postgresql":
        together = f"WITH line AS ({_into(Record)}), told AS ({_into(RecordDetails)}) {MOVE}"
        statements.write(together, sum(values, []))
        return
    for statement, given in zip((_into(Record), _into(RecordDetails), MOVE), values, strict=True):
        statements.write(statement, given)


@cache
def _columns(model: type[Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if not field.primary_key]


@cache
def _into(model: type[Model]) -> str:
    names = [field.column for field in _columns(model)]
    # Names of our own models only.
    return (
        f"INSERT INTO {model._meta.db_table} ({', '.join(names)}) VALUES ({', '.join(['%s'] * len(names))})"  # noqa: S608
    )


def _values(one: Model) -> list[Any]:
    return [field.get_db_prep_save(getattr(one, field.attname), connection) for field in _columns(type(one))]
