"""What leaves the record: erased persons and old lines; the chain holds, and says so."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts import actions as ground
from accounts import checking, retention, tasks
from accounts.models import Record, RecordCheckpoint, RecordDetails, RecordHead, User
from accounts.permissions import OPERATOR
from accounts.record import checkpoint, verify
from robots import actions as robots
from tests.accounts.record import RECORD, fill, rows
from tests.cast import Cast


def kept(cast: Cast) -> list[int]:
    return list(rows(cast).values_list("seq", flat=True))


def erased(cast: Cast) -> set[int]:
    there = RecordDetails.objects.filter(organization_id=cast.home.pk)
    return set(kept(cast)) - set(there.values_list("seq", flat=True))


# ---------- erasing ----------


def test_what_names_a_person_is_erased_and_the_chain_holds(cast: Cast) -> None:
    robots.share(cast.actor("olga"), cast.robby.public_id, cast.users["mia"].public_id)
    fill(cast, 2)
    shared = rows(cast).get(type="robot.shared").seq
    assert retention.erase_details(OPERATOR, cast.users["mia"].public_id) == 1
    assert erased(cast) == {shared}
    found = verify(cast.home)
    assert (found.erased, found.broken_at) == (1, None)
    assert Record.objects.latest("pk").type == "record.erased"


def test_what_they_did_is_erased_under_every_name_they_had(cast: Cast) -> None:
    carl = cast.users["carl"]
    ground.rename(cast.actor("carl"), cast.home, "One")
    User.objects.filter(pk=carl.pk).update(name="Karl")
    robots.share(cast.actor("olga"), cast.robby.public_id, cast.users["mia"].public_id)
    ground.rename(cast.actor("carl"), cast.home, "Two")
    theirs = set(rows(cast).filter(actor_key=carl.public_id).values_list("seq", flat=True))
    retention.erase_details(OPERATOR, carl.public_id)
    assert erased(cast) == theirs and len(theirs) == 2
    page = cast.client("olga").get(RECORD).content.decode()
    assert "[erased]" in page and "Karl" not in page


def test_erasing_twice_erases_nothing_more(cast: Cast) -> None:
    ground.rename(cast.actor("carl"), cast.home, "One")
    assert retention.erase_details(OPERATOR, cast.users["carl"].public_id) == 1
    before = rows(cast).count()
    assert retention.erase_details(OPERATOR, cast.users["carl"].public_id) == 0
    assert rows(cast).count() == before


def test_the_command_takes_an_address_in_any_spelling(cast: Cast) -> None:
    ground.rename(cast.actor("carl"), cast.home, "One")
    out = io.StringIO()
    call_command("erase_details", "--person", "CARL@halden.example", stdout=out)
    assert out.getvalue() == "1 lines erased\n"
    with pytest.raises(CommandError, match="there is nobody"):
        call_command("erase_details", "--person", "nobody")


# ---------- pruning ----------


def test_old_lines_go_and_the_rest_verifies(cast: Cast) -> None:
    total = rows(cast).count()
    fill(cast, 3)
    RecordCheckpoint.objects.all()
    cut = timezone.now() + timedelta(seconds=1)
    assert retention.prune(cast.home, cut) == total + 3
    assert kept(cast) == [total + 4] and rows(cast).get().type == "record.pruned"
    assert RecordDetails.objects.filter(organization_id=cast.home.pk).count() == 1
    found = verify(cast.home)
    assert (found.checked, found.broken_at) == (1, None)


def test_newer_lines_stay(cast: Cast) -> None:
    before = kept(cast)
    assert retention.prune(cast.home, timezone.now() - timedelta(days=1)) == 0
    assert kept(cast) == before and not RecordCheckpoint.objects.exists()


def test_pruning_again_goes_on_from_there(cast: Cast) -> None:
    retention.prune(cast.home, timezone.now() + timedelta(seconds=1))
    fill(cast, 3)
    assert retention.prune(cast.home, timezone.now() + timedelta(seconds=1)) == 4
    assert len(kept(cast)) == 1 and verify(cast.home).broken_at is None


def test_a_killed_pruning_is_finished_by_the_sweep(cast: Cast) -> None:
    checkpoint(RecordHead.objects.get(pk=cast.home.pk), 2, bytes(rows(cast).get(seq=2).hash), "x")
    tasks.sweep()
    assert kept(cast)[0] == 3 and verify(cast.home).broken_at is None


def slipped_in(cast: Cast, seq: int, **more: Any) -> None:
    """A checkpoint from somebody who can write to the database, and the lines before it gone."""
    told: dict[str, Any] = {"organization_id": cast.home.pk, "seq": seq, "hash": rows(cast).get(seq=seq).hash}
    RecordCheckpoint.objects.create(**told | {"at": timezone.now(), "reason": "x"} | more)
    rows(cast).filter(seq__lte=seq).delete()


def test_a_checkpoint_of_somebody_else_hides_nothing(cast: Cast) -> None:
    slipped_in(cast, 3)
    found = verify(cast.home)
    assert (found.broken_at, found.reason) == (1, "missing")
    with pytest.raises(CommandError, match="broken at line 1"):
        call_command("verify_record", "--organization", "halden")


def test_a_signature_of_another_checkpoint_is_none(cast: Cast) -> None:
    head = RecordHead.objects.get(pk=cast.home.pk)
    made = checkpoint(head, 1, bytes(rows(cast).get(seq=1).hash), "x")
    tasks.sweep()
    assert verify(cast.home).broken_at is None
    slipped_in(cast, 3, signature=made.signature)
    found = verify(cast.home)
    assert (found.broken_at, found.reason) == (2, "missing")


def test_the_sweep_prunes_behind_our_own_checkpoints_only(cast: Cast) -> None:
    before = kept(cast)
    RecordCheckpoint.objects.create(
        organization_id=cast.home.pk, seq=2, hash=rows(cast).get(seq=2).hash, at=timezone.now(), reason="x"
    )
    tasks.sweep()
    assert kept(cast) == before and verify(cast.home).broken_at is None


def test_a_run_under_way_begins_anew(cast: Cast) -> None:
    check = checking.ask(cast.actor("olga"))
    mine = checking._claim(check.pk)
    assert mine
    retention.prune(cast.home, timezone.now() + timedelta(seconds=1))
    assert not checking.Holding(check.pk, mine).settle(verify(cast.home))
    assert checking.run(check.pk)
    check.refresh_from_db()
    assert (check.checked, check.total, check.broken_at) == (1, 1, None)


def test_a_head_that_was_pruned_cannot_be_compared(cast: Cast) -> None:
    row = rows(cast).get(seq=1)
    retention.prune(cast.home, timezone.now() + timedelta(seconds=1))
    with pytest.raises(CommandError, match="was pruned"):
        call_command("verify_record", "--organization", "halden", "--head", f"1:{bytes(row.hash).hex()}")


def test_the_command_prunes(cast: Cast) -> None:
    out = io.StringIO()
    fill(cast, 2)
    call_command("prune_record", "--organization", "halden", "--keep-days", "30", stdout=out)
    assert out.getvalue() == "halden: 0 lines removed\n"
    for days, slug in (("0", "halden"), ("30", "nowhere")):
        with pytest.raises(CommandError):
            call_command("prune_record", "--organization", slug, "--keep-days", days)
