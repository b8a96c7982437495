"""By itself: notices before expiry, unused tokens end after a warning; late or twice, everybody hears of it once."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Membership, Organization, OutgoingMail, Record
from tests.cast import Cast
from tests.conftest import Mailbox
from tests.tokens.conftest import in_a_month
from tokens import actions, timetable
from tokens.models import PersonalToken
from tokens.tasks import sweep

DAY = timedelta(days=1)


@pytest.fixture
def token(cast: Cast, mailbox: Mailbox) -> PersonalToken:
    """ada's, made 200 days ago; nothing has been said about it."""
    made = actions.create(cast.actor("ada"), "Grafana", None, in_a_month())[0]
    PersonalToken.objects.update(created_at=timezone.now() - 200 * DAY, expires_at=None, noticed_days=None)
    OutgoingMail.objects.all().delete()
    made.refresh_from_db()
    return made


def kinds() -> list[str]:
    return list(OutgoingMail.objects.order_by("pk").values_list("kind", flat=True))


# ---------- before expiry ----------


def test_four_notices_go_out_and_each_once(cast: Cast, token: PersonalToken) -> None:
    now = timezone.now()
    PersonalToken.objects.update(expires_at=now + 40 * DAY)
    sent = [timetable.notify_expiring(now + n * DAY / 2) for n in range(82) for _twice in range(2)]
    assert sum(sent) == 4 and kinds() == ["token_expires"] * 4
    assert PersonalToken.objects.get().noticed_days == 1


def test_who_was_forgotten_gets_the_shortest_only(cast: Cast, token: PersonalToken, mailbox: Mailbox) -> None:
    PersonalToken.objects.update(expires_at=timezone.now() + 5 * DAY)
    sweep()
    sweep()
    assert kinds() == ["token_expires"] and PersonalToken.objects.get().noticed_days == 7
    told = mailbox.latest()
    assert "“Grafana” in Halden expires on" in told and token.hint not in told


@pytest.mark.parametrize(
    "change",
    [{"revoked_at": timezone.now()}, {"expires_at": timezone.now() - DAY}, {"expires_at": None}],
)
def test_nothing_is_said_about_what_has_ended_or_never_does(
    cast: Cast, token: PersonalToken, change: Any
) -> None:
    PersonalToken.objects.update(**{"expires_at": timezone.now() + DAY} | change)
    sweep()
    assert kinds() == []


@pytest.mark.parametrize("gone", ["deactivated_at", "retired_at"])
def test_who_is_gone_gets_no_mail(cast: Cast, token: PersonalToken, gone: str) -> None:
    PersonalToken.objects.update(expires_at=timezone.now() + DAY)
    Membership.objects.filter(user=cast.users["ada"]).update(**{gone: timezone.now()})
    sweep()
    assert kinds() == []


def test_a_token_made_for_a_month_is_not_announced_at_once(cast: Cast) -> None:
    actions.create(cast.actor("ada"), "Grafana", None, in_a_month())
    OutgoingMail.objects.all().delete()
    assert timetable.notify_expiring(timezone.now()) == 0
    assert timetable.notify_expiring(timezone.now() + 17 * DAY) == 1


def test_a_longer_life_is_announced_anew(cast: Cast, token: PersonalToken) -> None:
    PersonalToken.objects.update(expires_at=timezone.now() + DAY)
    token.refresh_from_db()
    sweep()
    actions.update(cast.actor("ada"), token.public_id, token.stamp, expires_at=timezone.now() + 300 * DAY)
    assert PersonalToken.objects.get().noticed_days is None


# ---------- unused ----------


@pytest.fixture
def tidy_home(cast: Cast) -> Organization:
    """Unused tokens end after 90 days."""
    Organization.objects.filter(pk=cast.home.pk).update(token_idle_days=90)
    return cast.home


def test_an_unused_token_is_announced_and_ends_a_week_later(
    tidy_home: Organization, token: PersonalToken, mailbox: Mailbox
) -> None:
    now = timezone.now()
    assert [timetable.warn_idle(now), timetable.warn_idle(now)] == [1, 0]
    assert "Nobody has used your token “Grafana” in Halden since" in mailbox.latest()
    assert timetable.end_idle(now + 6 * DAY) == 0
    assert [timetable.end_idle(now + 7 * DAY), timetable.end_idle(now + 7 * DAY)] == [1, 0]
    ended = PersonalToken.objects.get()
    assert ended.revoked_at and ended.revoked_by_kind == "timetable"
    assert "for 90 days" in mailbox.latest() and Record.objects.filter(type="token.revoked").count() == 1


def test_a_use_in_between_cancels(tidy_home: Organization, token: PersonalToken) -> None:
    now = timezone.now()
    timetable.warn_idle(now)
    PersonalToken.objects.update(last_used_at=now + DAY)
    assert timetable.end_idle(now + 30 * DAY) == 0
    assert timetable.warn_idle(now + 30 * DAY) == 0
    # Unused again: announced anew, a week again.
    assert timetable.warn_idle(now + 85 * DAY) == 1
    assert timetable.end_idle(now + 91 * DAY) == 0
    assert timetable.end_idle(now + 92 * DAY) == 1


def test_a_rotation_counts_as_a_use(cast: Cast, tidy_home: Organization, token: PersonalToken) -> None:
    timetable.warn_idle(timezone.now())
    actions.rotate(cast.actor("ada"), token.public_id, timedelta(), token.hint)
    assert timetable.end_idle(timezone.now() + 30 * DAY) == 0


def test_one_that_is_used_or_young_is_left_alone(tidy_home: Organization, token: PersonalToken) -> None:
    PersonalToken.objects.update(last_used_at=timezone.now() - 82 * DAY)
    assert timetable.warn_idle(timezone.now()) == 0
    PersonalToken.objects.update(last_used_at=timezone.now() - 84 * DAY)
    assert timetable.warn_idle(timezone.now()) == 1


def test_the_owners_are_never_ended(cast: Cast, tidy_home: Organization) -> None:
    actions.create(cast.actor("olga"), "Mine", None, in_a_month())
    PersonalToken.objects.update(created_at=timezone.now() - 200 * DAY)
    now = timezone.now()
    assert timetable.warn_idle(now) == timetable.end_idle(now + 30 * DAY) == 0


def test_without_a_policy_nothing_ends(cast: Cast, token: PersonalToken) -> None:
    PersonalToken.objects.update(idle_noticed_at=timezone.now() - 20 * DAY)
    sweep()
    assert PersonalToken.objects.get().revoked_at is None and kinds() == []


def test_many_are_all_reached(cast: Cast, token: PersonalToken) -> None:
    number = timetable.BATCH + 5
    PersonalToken.objects.bulk_create(
        PersonalToken(
            organization=cast.home,
            membership=token.membership,
            name=f"{n}",
            hint="h",
            fingerprint=f"{n}".encode(),
            expires_at=timezone.now() + DAY / 2,
        )
        for n in range(number)
    )
    assert timetable.notify_expiring(timezone.now()) == number
