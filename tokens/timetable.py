"""What happens to tokens by itself: notices before they expire, the end of unused ones, tidying after overlaps.

Each step is a conditional UPDATE in the transaction of its mail: late or twice, everybody hears of it once.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import F, Q
from django.utils import timezone

from accounts.events import action, writing
from accounts.models import Organization
from accounts.permissions import TIMETABLE
from tokens import mails
from tokens.actions import NO_PREVIOUS
from tokens.models import PersonalToken, PersonalTokenQuerySet
from tokens.policy import GRACE, NOTICES
from tokens.revoking import end

BATCH = 200


def _of_people_here() -> PersonalTokenQuerySet:
    """Tokens whose person can be told: neither removed nor deactivated."""
    rows = PersonalToken.objects.living().filter(
        membership__retired_at=None, membership__deactivated_at=None, membership__user__is_active=True
    )
    return rows.select_related("organization", "membership__user", "membership__organization")


def _each(rows: PersonalTokenQuerySet) -> Iterator[PersonalToken]:
    """Every row, a batch at a time."""
    after = 0
    while batch := list(rows.filter(pk__gt=after).order_by("pk")[:BATCH]):
        yield from batch
        after = batch[-1].pk


def tidy(now: datetime) -> int:
    """Forget the values before a rotation whose overlap has run out (they stopped by themselves); how many."""
    with writing():
        return PersonalToken.objects.filter(previous_dies_at__lte=now).update(**NO_PREVIOUS)


def notify_expiring(now: datetime) -> int:
    """Tell people 30, 14, 7 and 1 days before; who was forgotten gets the shortest that fits. How many mails."""
    sent = 0
    # The shortest first: it silences the longer ones.
    for days in NOTICES:
        untold = Q(noticed_days=None) | Q(noticed_days__gt=days)
        due = Q(expires_at__lte=now + timedelta(days=days), expires_at__gt=now)
        for token in _each(_of_people_here().filter(untold, due)):
            with writing():
                # Again under the writer's lock: extended, revoked or told by another sweep meanwhile.
                if (
                    PersonalToken.objects.living(now)
                    .filter(untold, due, pk=token.pk)
                    .update(noticed_days=days)
                ):
                    mails.post("token_expires", token)
                    sent += 1
    return sent


def _idle(now: datetime, earlier: timedelta = timedelta()) -> Iterator[PersonalTokenQuerySet]:
    """For each organization that ends unused tokens: those whose time is up, or is up `earlier`; the owner's never."""
    for home in Organization.objects.exclude(token_idle_days=None).order_by("pk"):
        before = now - timedelta(days=home.token_idle_days or 0) + earlier
        rows = _of_people_here().filter(organization=home).exclude(membership__user=home.owner_id)
        yield rows.with_touched_at().filter(touched_at__lte=before)  # type: ignore[misc]


def warn_idle(now: datetime) -> int:
    """Tell people a week before an unused token ends; how many mails."""
    sent = 0
    # A use or a rotation after a warning cancelled it: then it is due anew.
    unwarned = Q(idle_noticed_at=None) | Q(idle_noticed_at__lte=F("touched_at"))
    for rows in _idle(now, GRACE):
        for token in _each(rows.filter(unwarned)):
            with writing():
                if _as_it_was(token, now).update(idle_noticed_at=now):
                    days = token.organization.token_idle_days or 0
                    touched_at: datetime = token.touched_at  # type: ignore[attr-defined]
                    ends = max(touched_at + timedelta(days=days), now + GRACE)
                    mails.post("token_idle", token, ends=ends, unused_since=touched_at)
                    sent += 1
    return sent


def end_idle(now: datetime) -> int:
    """End what was warned of a week ago and nobody touched since; how many."""
    ended = 0
    warned = Q(idle_noticed_at__lte=now - GRACE, idle_noticed_at__gt=F("touched_at"))
    for rows in _idle(now):
        for token in _each(rows.filter(warned)):
            with action(TIMETABLE):
                same = _as_it_was(token, now).select_for_update(no_key=True, of=("self",))
                if same.first() is not None:
                    end(TIMETABLE, token, "")
                    mails.post("token_ended_idle", token, days=token.organization.token_idle_days)
                    ended += 1
    return ended


def _as_it_was(token: PersonalToken, now: datetime) -> PersonalTokenQuerySet:
    """The row, unless it ended, was used, rotated or warned of since it was read."""
    fields = ("last_used_at", "rotated_at", "idle_noticed_at")
    return PersonalToken.objects.living(now).filter(
        pk=token.pk, **{field: getattr(token, field) for field in fields}
    )


def sweep() -> None:
    """All of it."""
    now = timezone.now()
    tidy(now)
    notify_expiring(now)
    end_idle(now)
    warn_idle(now)
