"""`action()` and `record()`: one transaction, notes written last, what fails is undone whole, nothing is sent before."""

from typing import Any

import pytest
from celery.signals import before_task_publish
from django.db import transaction

from accounts.events import EventType, action, record, recorded
from accounts.models import Organization, Record, RecordDetails, RecordHead
from accounts.permissions import OPERATOR
from accounts.record import verify
from accounts.wake import wake
from robots import actions as robots
from robots.models import Robot
from tests.accounts.conftest import together
from tests.cast import Cast


def note(organization: Organization, name: str = "x") -> None:
    record(EventType.ORGANIZATION_UPDATED, organization, changes={"name": [organization.name, name]})


def recorded_names(organization: Organization) -> list[str]:
    """The new names in the record's details, in order."""
    rows = RecordDetails.objects.filter(organization_id=organization.pk, changes__has_key="name").order_by(
        "seq"
    )
    return [row.changes["name"][1] for row in rows if isinstance(row.changes["name"], list)]


class Broken(Exception):
    """Something went wrong inside an action."""


@pytest.fixture
def published() -> Any:
    """Names of the tasks that went to the broker."""
    names: list[str] = []

    def note_it(sender: str, **kwargs: Any) -> None:
        names.append(sender)

    before_task_publish.connect(note_it)
    yield names
    before_task_publish.disconnect(note_it)


def test_notes_are_written_last_and_in_order(cast: Cast) -> None:
    with action(cast.actor("olga")):
        note(cast.home, "one")
        note(cast.home, "two")
        assert recorded_names(cast.home) == []
    assert recorded_names(cast.home) == ["one", "two"]


def test_an_action_that_fails_leaves_nothing(cast: Cast) -> None:
    before = RecordHead.objects.get(organization=cast.home).seq
    with pytest.raises(Broken), action(cast.actor("olga")):
        Organization.objects.filter(pk=cast.home.pk).update(name="gone")
        note(cast.home)
        raise Broken
    cast.home.refresh_from_db()
    assert cast.home.name == "Halden"
    assert RecordHead.objects.get(organization=cast.home).seq == before


def test_a_nested_action_that_fails_is_undone_with_its_notes_and_the_rest_stays(cast: Cast) -> None:
    with action(cast.actor("olga")):
        note(cast.home, "before")
        with pytest.raises(Broken), action(cast.actor("carl")):
            Organization.objects.filter(pk=cast.home.pk).update(name="gone")
            note(cast.home, "inside")
            with action(cast.actor("adam")):
                note(cast.home, "deeper")
            raise Broken
        note(cast.home, "after")
    cast.home.refresh_from_db()
    assert cast.home.name == "Halden"
    assert recorded_names(cast.home) == ["before", "after"]
    assert verify(cast.home).broken_at is None


def test_a_nested_action_has_its_own_actor_and_gives_it_back(cast: Cast) -> None:
    with action(cast.actor("olga")):
        with action(OPERATOR):
            note(cast.home)
        note(cast.home)
        with pytest.raises(Broken), action(cast.actor("carl")):
            raise Broken
        note(cast.home)
    kinds = Record.objects.filter(type="organization.updated").order_by("seq")
    assert list(kinds.values_list("actor_kind", flat=True)) == ["operator", "person", "person"]
    assert kinds.last().actor_key == cast.users["olga"].public_id


def test_one_action_may_write_into_two_chains(cast: Cast) -> None:
    with action(OPERATOR):
        note(cast.elsewhere)
        note(cast.home)
        note(cast.elsewhere)
    for organization, more in ((cast.home, 1), (cast.elsewhere, 2)):
        assert (
            Record.objects.filter(organization_id=organization.pk, type="organization.updated").count()
            == more
        )
        assert verify(organization).broken_at is None


def test_an_action_without_notes_writes_nothing(cast: Cast) -> None:
    before = RecordHead.objects.get(organization=cast.home).seq
    with action(cast.actor("olga")):
        pass
    assert RecordHead.objects.get(organization=cast.home).seq == before


def test_recording_needs_an_action_and_declared_facts(cast: Cast) -> None:
    with pytest.raises(RuntimeError, match="outside an action"):
        note(cast.home)
    with pytest.raises(ValueError, match="declares no password"), action(cast.actor("olga")):
        record(EventType.ORGANIZATION_UPDATED, cast.home, changes={"password": "x"})


def test_a_receiver_that_raises_undoes_everything(cast: Cast) -> None:
    def refuse(**kwargs: Any) -> None:
        raise Broken

    recorded.connect(refuse)
    try:
        with pytest.raises(Broken):
            robots.create(cast.actor("olga"), "c" * 32)
    finally:
        recorded.disconnect(refuse)
    assert cast.home.robots.count() == 2 and not Record.objects.filter(seq__gt=5).exists()


def test_sign_ins_are_noted_without_an_address(cast: Cast) -> None:
    actor = cast.actor("olga")
    from dataclasses import replace

    with action(replace(actor, address="203.0.113.9")):
        record(EventType.PERSON_SIGNED_IN, cast.users["olga"], organization=cast.home)
        note(cast.home)
    told = RecordDetails.objects.filter(organization_id=cast.home.pk).order_by("-seq")[:2]
    assert [row.address for row in told] == ["203.0.113.9", ""]


# ---------- really committed ----------


@pytest.mark.usefixtures("committed")
def test_an_action_inside_a_foreign_transaction_is_refused(cast: Cast) -> None:
    with pytest.raises(RuntimeError), transaction.atomic(), action(cast.actor("olga")):
        note(cast.home)
    with action(cast.actor("olga")):
        note(cast.home, "and the next one works")
    assert recorded_names(cast.home) == ["and the next one works"]


@pytest.mark.usefixtures("committed")
def test_seq_has_no_gap_under_eight_writers_and_no_reader_sees_one(cast: Cast) -> None:
    owner = cast.actor("olga")
    keys = [[f"{writer:016x}{number:016x}" for number in range(5)] for writer in range(8)]
    seen: list[tuple[int, int]] = []

    def write(own: list[str]) -> None:
        for key in own:
            robots.create(owner, key)

    def read() -> None:
        for _ in range(60):
            seqs = Record.objects.filter(organization_id=cast.home.pk).values_list("seq", flat=True)
            seen.append((len(found := list(seqs)), max(found)))

    results = together(*(lambda own=own: write(own) for own in keys), read)
    assert results == [None] * 9
    seqs = Record.objects.filter(organization_id=cast.home.pk).order_by("seq").values_list("seq", flat=True)
    assert list(seqs) == list(range(1, 86))
    assert all(count == highest for count, highest in seen)
    assert (verify(cast.home).broken_at, Robot.objects.filter(organization=cast.home).count()) == (None, 42)


@pytest.mark.usefixtures("committed")
def test_two_organizations_in_opposite_order_never_wait_for_each_other(cast: Cast) -> None:
    def both(first: Organization, second: Organization) -> None:
        for _ in range(10):
            with action(OPERATOR):
                note(first)
                note(second)

    pairs = [(cast.home, cast.elsewhere), (cast.elsewhere, cast.home)] * 2
    assert together(*(lambda pair=pair: both(*pair) for pair in pairs)) == [None] * 4
    assert all(verify(organization).broken_at is None for organization in (cast.home, cast.elsewhere))


@pytest.mark.usefixtures("committed")
def test_a_wake_is_sent_after_the_commit_and_never_after_a_rollback(cast: Cast, published: list[str]) -> None:
    with pytest.raises(Broken), action(OPERATOR):
        wake("accounts.send_mail", 1)
        raise Broken
    assert published == []
    with action(OPERATOR):
        with pytest.raises(Broken), action(cast.actor("olga")):
            wake("accounts.send_mail", 2)
            raise Broken
        wake("accounts.send_due_mail")
        assert published == []
    assert published == ["accounts.send_due_mail"]


@pytest.mark.usefixtures("committed")
def test_a_share_that_fails_wakes_nobody(cast: Cast, published: list[str]) -> None:
    with pytest.raises(robots.NotPossible):
        robots.share(cast.actor("olga"), cast.robby.public_id, cast.users["carl"].public_id)
    assert published == []
    robots.share(cast.actor("olga"), cast.robby.public_id, cast.users["mia"].public_id)
    assert published == ["accounts.send_mail"]
