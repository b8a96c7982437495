"""Rotating: a new value at once, the old one stops now or after an overlap."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Membership, Record
from accounts.sealing import fingerprint
from tests.cast import Cast
from tests.conftest import Mailbox
from tests.tokens.conftest import ME, call, in_a_month, is_problem
from tokens import actions, timetable
from tokens.models import PersonalToken

LIST = "/profile/tokens/"


@pytest.fixture
def made(cast: Cast) -> tuple[PersonalToken, str]:
    """ada's, and its value."""
    return actions.create(cast.actor("ada"), "Grafana", None, in_a_month())


def here(token: PersonalToken, verb: str = "rotate") -> str:
    return f"{LIST}halden/{token.public_id}/{verb}/"


def rotated(cast: Cast, token: PersonalToken, overlap: str = "0") -> str:
    answer = cast.client("ada").post(here(token), {"overlap": overlap, "shown": token.hint})
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    token.refresh_from_db()
    return re.search(r"gate_pat_[A-Za-z0-9]{49}", answer.content.decode())[0]  # type: ignore[index]


def test_now_is_the_default_and_the_old_value_stops(cast: Cast, made: Any) -> None:
    token, old = made
    assert 'value="0" checked' in cast.client("ada").get(here(token)).content.decode()
    new = rotated(cast, token)
    is_problem(call(ME, old), 401, "invalid_token")
    assert call(ME, new).json()["id"] == token.public_id
    assert token.previous_fingerprint is None and token.rotated_at and token.name == "Grafana"
    assert Record.objects.filter(type="token.rotated").count() == 1


@pytest.mark.parametrize("hours", ["1", "24", "168"])
def test_in_an_overlap_the_old_value_is_kept_for_so_long(cast: Cast, made: Any, hours: str) -> None:
    token, old = made
    rotated(cast, token, hours)
    assert (
        bytes(token.previous_fingerprint) == fingerprint(old)
        and token.previous_hint == f"{old[:12]}…{old[-3:]}"
    )
    left = token.previous_dies_at - timezone.now()
    assert timedelta(hours=int(hours) - 1) < left <= timedelta(hours=int(hours))
    page = unescape(cast.client("ada").get(LIST).content.decode())
    assert "Old value works until" in page and here(token, "finish") in page


def test_an_overlap_never_outlives_the_token(cast: Cast, made: Any) -> None:
    token, _old = made
    PersonalToken.objects.update(expires_at=timezone.now() + timedelta(hours=2))
    rotated(cast, token, "168")
    assert token.previous_dies_at == token.expires_at


def test_finish_now_ends_the_overlap_and_twice_says_so(cast: Cast, made: Any) -> None:
    token, _old = made
    rotated(cast, token, "24")
    ada = cast.client("ada")
    assert (
        "has ended. Only the new one works." in ada.post(here(token, "finish"), follow=True).content.decode()
    )
    token.refresh_from_db()
    assert token.previous_fingerprint is token.previous_dies_at is None and token.previous_hint == ""
    assert "No overlap is running" in ada.post(here(token, "finish"), follow=True).content.decode()
    assert Record.objects.filter(type="token.overlap_ended").count() == 1


def test_a_second_rotation_ends_the_older_overlap(cast: Cast, made: Any) -> None:
    token, oldest = made
    second = rotated(cast, token, "24")
    rotated(cast, token, "1")
    assert bytes(token.previous_fingerprint) == fingerprint(second)
    is_problem(call(ME, oldest), 401, "invalid_token")


def test_the_same_form_twice_rotates_once(cast: Cast, made: Any) -> None:
    token, _old = made
    form, ada = {"overlap": "0", "shown": token.hint}, cast.client("ada")
    ada.post(here(token), form)
    again = ada.post(here(token), form, follow=True)
    assert "rotated a moment ago" in again.content.decode() and "gate_pat_" not in again.context["messages"]
    assert Record.objects.filter(type="token.rotated").count() == 1


@pytest.mark.parametrize(
    "form", [{}, {"overlap": "0"}, {"overlap": "9000", "shown": "x"}, {"overlap": "\0", "shown": "x"}]
)
def test_a_broken_form_comes_back(cast: Cast, made: Any, form: dict[str, str]) -> None:
    answer = cast.client("ada").post(here(made[0]), form)
    assert answer.status_code == 422 and call(ME, made[1]).status_code == 200


def test_whose_access_fell_a_second_ago_rotates_nothing(cast: Cast, made: Any) -> None:
    token, _old = made
    Membership.objects.filter(user=cast.users["ada"]).update(api_access=False)
    answer = cast.client("ada").post(here(token), {"overlap": "0", "shown": token.hint})
    assert answer.status_code == 403 and b"USE_API" in answer.content
    assert PersonalToken.objects.get().hint == token.hint


def test_a_revoked_one_is_not_rotated(cast: Cast, made: Any) -> None:
    PersonalToken.objects.update(revoked_at=timezone.now())
    with pytest.raises(actions.NotPossible):
        actions.rotate(cast.actor("ada"), made[0].public_id, timedelta(), made[0].hint)


def test_the_person_is_told(cast: Cast, made: Any, mailbox: Mailbox) -> None:
    mailbox.read()
    new = rotated(cast, made[0])
    told = mailbox.latest()
    assert "“Grafana” in Halden was rotated" in told and new[9:] not in told and made[0].hint not in told


def test_after_an_overlap_the_old_fingerprint_is_forgotten(cast: Cast, made: Any) -> None:
    token, _old = made
    rotated(cast, token, "1")
    assert timetable.tidy(timezone.now()) == 0
    assert timetable.tidy(timezone.now() + timedelta(hours=2)) == 1
    token.refresh_from_db()
    assert token.previous_fingerprint is None and token.previous_hint == ""
