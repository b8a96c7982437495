"""Many at once, really committed: every verb locks first, so exactly one of them is the first."""

import re
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import OutgoingMail, Record
from tests.accounts.conftest import together
from tests.cast import Cast
from tests.robots.test_races import post_all, statuses
from tests.tokens.conftest import in_a_month
from tests.tokens.forms import TOKENS, filled
from tokens import actions, policy, timetable
from tokens.models import PersonalToken

pytestmark = pytest.mark.usefixtures("committed")
VALUE = re.compile(r"gate_pat_[A-Za-z0-9]{49}")


def shown(answers: list[Any]) -> int:
    """On how many of the answers a value is."""
    return sum(bool(VALUE.search(answer.content.decode())) for answer in answers)


def events(name: str) -> int:
    return Record.objects.filter(type=name).count()


def test_the_same_create_form_eight_times_at_once_makes_one_token_and_shows_it_once(cast: Cast) -> None:
    answers = post_all(cast, "ada", TOKENS, *[filled()] * 8)
    assert statuses(answers) == [200] * 8
    assert (shown(answers), PersonalToken.objects.count(), events("token.created")) == (1, 1, 1)


def test_eight_rotations_of_one_page_are_one(cast: Cast) -> None:
    token, _value = actions.create(cast.actor("ada"), "Grafana", None, in_a_month())
    form = {"overlap": "24", "shown": token.hint}
    answers = post_all(cast, "ada", f"{TOKENS}halden/{token.public_id}/rotate/", *[form] * 8)
    assert statuses(answers) == [200] + [302] * 7
    assert (shown(answers), events("token.rotated")) == (1, 1)


def test_eight_revocations_are_one_with_one_mail(cast: Cast) -> None:
    token, _value = actions.create(cast.actor("ada"), "Grafana", None, in_a_month())
    here = f"/o/halden/people/{cast.users['ada'].public_id}/tokens/{token.public_id}/revoke/"
    answers = post_all(cast, "adam", here, *[{"why": "Left on a train."}] * 8)
    assert statuses(answers) == [302] * 8 and events("token.revoked") == 1
    assert OutgoingMail.objects.filter(kind="token_revoked").count() == 1


def test_a_rotation_and_a_revocation_at_once_leave_it_revoked(cast: Cast) -> None:
    token, _value = actions.create(cast.actor("ada"), "Grafana", None, in_a_month())
    ada, here = cast.client("ada"), f"{TOKENS}halden/{token.public_id}/"
    form = {"overlap": "24", "shown": token.hint}
    together(lambda: ada.post(here + "rotate/", form), lambda: cast.client("ada").post(here + "revoke/"))
    token.refresh_from_db()
    assert token.revoked_at and token.previous_fingerprint is None


def test_four_sweeps_at_once_send_one_notice(cast: Cast) -> None:
    actions.create(cast.actor("ada"), "Grafana", None, in_a_month())
    PersonalToken.objects.update(noticed_days=None)
    now = timezone.now()
    assert sum(together(*[lambda: timetable.notify_expiring(now)] * 4)) == 1
    assert OutgoingMail.objects.filter(kind="token_expires").count() == 1


def test_no_token_slips_past_a_policy_that_is_set_meanwhile(cast: Cast) -> None:
    far = timezone.now() + timedelta(days=300)
    told = {
        "token_longest_days": 30,
        "token_never_allowed": False,
        "token_idle_days": None,
        "requests_a_minute": 30,
    }

    def make() -> None:
        with suppress(actions.NotPossible):
            actions.create(cast.actor("ada"), "Far", None, far)

    together(*[make] * 4, lambda: policy.set_policy(cast.actor("olga"), **told), *[make] * 4)
    bound = timezone.now() + timedelta(days=30)
    assert all(token.expires_at and token.expires_at <= bound for token in PersonalToken.objects.all())
