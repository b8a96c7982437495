"""“Verify”: a run at a time, told on the page, taken over when a worker is killed; and the operators' command."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts import checking, tasks
from accounts.models import RecordCheck, RecordDetails, RecordHead
from accounts.record import verify
from tests.accounts.conftest import together, untriggered
from tests.accounts.record import RECORD, fill, rows
from tests.cast import Cast


def page(cast: Cast, path: str = RECORD) -> str:
    return cast.client("olga").get(path).content.decode()


def ask(cast: Cast) -> RecordCheck:
    answer = cast.client("olga").post(RECORD + "verify/")
    assert answer.status_code == 302 and answer.headers["Location"] == RECORD
    return RecordCheck.objects.latest("pk")


def test_the_page_follows_a_run_to_its_end(cast: Cast) -> None:
    assert "Not verified yet." in page(cast)
    check = ask(cast)
    total = rows(cast).count()
    for path in (RECORD, RECORD + "check/"):
        html = page(cast, path)
        assert (
            f"Verifying: 0 of {total} lines." in html
            and 'hx-trigger="every 1s"' in html
            and ">Reload<" in html
        )
    tasks.verify_record(check.pk)
    for path in (RECORD, RECORD + "check/"):
        html = page(cast, path)
        assert f"{total} lines, unbroken." in html and "hx-trigger" not in html and "Verify again" in html


def test_a_broken_line_is_named(cast: Cast) -> None:
    with untriggered():
        rows(cast).filter(seq=3).update(request_id="x")
    tasks.verify_record(ask(cast).pk)
    html = page(cast)
    assert "The record is broken at line 3" in html and 'role="alert"' in html


def test_the_overview_warns_until_a_newer_check_finds_it_whole(cast: Cast) -> None:
    def overview(who: str) -> str:
        return cast.client(who).get("/o/halden/").content.decode()

    tasks.verify_record(ask(cast).pk)
    assert "The record is broken" not in overview("olga")
    kept = rows(cast).get(seq=3).request_id
    with untriggered():
        rows(cast).filter(seq=3).update(request_id="x")
    tasks.verify_record(ask(cast).pk)
    running = ask(cast)
    assert "The record is broken at line 3." in overview("olga") and "This line was changed" in overview(
        "carl"
    )
    assert "The record is broken" not in overview("adam")
    with untriggered():
        rows(cast).filter(seq=3).update(request_id=kept)
    tasks.verify_record(running.pk)
    assert "The record is broken" not in overview("olga")


def test_old_checks_are_forgotten_but_the_newest(cast: Cast) -> None:
    old, middle, newest = (tasks.verify_record(check.pk) or check for check in (ask(cast) for _ in range(3)))
    RecordCheck.objects.update(asked_at=timezone.now() - timedelta(days=31))
    tasks.sweep()
    assert list(RecordCheck.objects.all()) == [newest]
    RecordCheck.objects.update(asked_at=timezone.now() - timedelta(days=29))
    recent = ask(cast)
    tasks.sweep()
    assert set(RecordCheck.objects.all()) == {newest, recent}


def test_erased_details_are_told(cast: Cast) -> None:
    RecordDetails.objects.filter(organization_id=cast.home.pk, seq=2).delete()
    tasks.verify_record(ask(cast).pk)
    assert "The details of 1 line are erased." in page(cast)


def test_one_run_at_a_time(cast: Cast) -> None:
    assert ask(cast) == ask(cast)
    tasks.verify_record(ask(cast).pk)
    assert RecordCheck.objects.count() == 1
    assert ask(cast) != RecordCheck.objects.earliest("pk")


def test_two_at_once_begin_one_run(committed: None, cast: Cast) -> None:
    actor = cast.actor("olga")
    found = together(*[lambda: checking.ask(actor).pk] * 6)
    assert len(set(found)) == 1 and RecordCheck.objects.count() == 1


def test_a_run_is_done_once_however_often_it_is_woken(committed: None, cast: Cast) -> None:
    check = ask(cast)
    assert sorted(together(*[lambda: checking.run(check.pk)] * 4)) == [False, False, False, True]


def test_a_killed_run_goes_on_where_it_was(cast: Cast, queries: Any) -> None:
    fill(cast, 30)
    check = ask(cast)
    now = timezone.now()
    RecordCheck.objects.filter(pk=check.pk).update(checked=20, erased=0, lease_until=now + checking.LEASE)
    assert not checking.run(check.pk) and checking.wake_due() == 0
    RecordCheck.objects.filter(pk=check.pk).update(lease_until=now - timedelta(seconds=1))
    assert checking.wake_due() == 1 and checking.run(check.pk)
    check.refresh_from_db()
    assert (check.checked, check.broken_at) == (rows(cast).count(), None)


def test_a_forgotten_run_is_found(cast: Cast) -> None:
    check = ask(cast)
    assert checking.wake_due() == 0
    RecordCheck.objects.filter(pk=check.pk).update(asked_at=timezone.now() - timedelta(minutes=1))
    assert checking.wake_due() == 1


def test_a_run_that_lost_its_lease_writes_nothing(cast: Cast) -> None:
    check = ask(cast)
    mine = checking._claim(check.pk)
    assert mine
    RecordCheck.objects.filter(pk=check.pk).update(lease_until=mine + timedelta(seconds=1))
    held = checking.Holding(check.pk, mine)
    held.told_at = 0
    with pytest.raises(checking.LeaseLost):
        held.tell(5, 0)
    assert not held.settle(verify(cast.home))


def test_a_key_that_is_gone_is_told(cast: Cast) -> None:
    RecordHead.objects.filter(pk=cast.home.pk).update(sealed_key="v1:gone:AAAA")
    tasks.verify_record(ask(cast).pk)
    assert "GATEHOUSE_KEYS" in page(cast)


def test_what_is_recorded_meanwhile_does_not_disturb(cast: Cast) -> None:
    total = rows(cast).count()
    found = verify(cast.home, tell=lambda checked, erased: fill(cast, 5))
    assert (found.checked, found.broken_at) == (total, None)


# ---------- manage.py verify_record ----------


def command(*options: str) -> str:
    out = io.StringIO()
    call_command("verify_record", *options, stdout=out)
    return out.getvalue()


def head(cast: Cast) -> str:
    found = RecordHead.objects.get(pk=cast.home.pk)
    return f"{found.seq}:{bytes(found.hash).hex()}"


def test_the_command_tells_every_organization(cast: Cast) -> None:
    told = command()
    assert f"halden: {rows(cast).count()} lines, unbroken, 0 erased; head {head(cast)}" in told
    assert "nordic: 0 lines, unbroken" in told


def test_the_command_names_the_first_broken_line(cast: Cast) -> None:
    with untriggered():
        rows(cast).filter(seq=2).delete()
    with pytest.raises(CommandError, match=r"halden: broken at line 2 \(missing\), after 1 good lines"):
        command()
    assert command("--organization", "nordic")


def test_a_head_noted_earlier_still_holds(cast: Cast) -> None:
    noted = head(cast)
    assert noted in page(cast)
    fill(cast, 3)
    assert "unbroken" in command("--organization", "halden", "--head", noted)


def test_a_head_shows_a_record_that_was_cut_back(cast: Cast) -> None:
    kept = rows(cast).last()
    fill(cast, 3)
    noted = head(cast)
    with untriggered():
        rows(cast).filter(seq__gt=kept.seq).delete()
        RecordDetails.objects.filter(organization_id=cast.home.pk, seq__gt=kept.seq).delete()
    RecordHead.objects.filter(pk=cast.home.pk).update(seq=kept.seq, hash=kept.hash)
    assert "unbroken" in command("--organization", "halden")
    with pytest.raises(CommandError, match="was there when the head was noted"):
        command("--organization", "halden", "--head", noted)
    fill(cast, 3)
    with pytest.raises(CommandError, match="is not the one that was noted"):
        command("--organization", "halden", "--head", noted)


@pytest.mark.parametrize(
    "options",
    [("--organization", "nowhere"), ("--head", "1:00"), ("--organization", "halden", "--head", "x")],
)
def test_the_command_says_what_it_wants(cast: Cast, options: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        command(*options)
