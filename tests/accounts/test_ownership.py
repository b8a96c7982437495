"""Ownership is handed over by offer and acceptance; the owner can't leave without it."""

import threading

import pytest
from django.db import connection

from accounts import ownership
from accounts.actions import NotPossible
from accounts.models import Organization, Record
from tests.cast import Cast
from tests.conftest import Mailbox

HERE = "/o/halden/"


def test_the_owner_cannot_leave_and_others_can(cast: Cast) -> None:
    assert "Hand it over first" in cast.client("olga").get(HERE + "leave/").content.decode()
    cast.client("olga").post(HERE + "leave/")
    assert not cast.membership("olga").retired_at
    adam = cast.client("adam")
    assert adam.post(HERE + "leave/").headers["Location"].startswith("/accounts/login/")
    assert cast.membership("adam").retired_at


def test_ownership_is_offered_and_accepted(cast: Cast, mailbox: Mailbox) -> None:
    cast.client("olga").post(f"{HERE}people/{cast.users['adam'].public_id}/offer/")
    assert mailbox.read()[-1]["To"] == "adam@halden.example"
    assert cast.client("carl").get(HERE + "ownership/").status_code == 404
    adam, words = cast.client("adam"), "Olga offers you the ownership"
    assert words in adam.get(HERE).content.decode()
    assert all(words not in cast.client(who).get(HERE).content.decode() for who in ("olga", "carl", "mia"))
    assert "Accept ownership" in adam.get(HERE + "ownership/").content.decode()
    adam.post(HERE + "ownership/")
    assert Organization.objects.get(pk=cast.home.pk).owner == cast.users["adam"]
    assert cast.membership("olga").role == cast.membership("adam").role == "co-owner"
    assert words not in adam.get(HERE).content.decode()


def test_members_and_deactivated_people_are_no_owners(cast: Cast) -> None:
    for name in ("mia", "mike"):
        with pytest.raises(NotPossible):
            ownership.offer(cast.actor("olga"), cast.users[name].public_id)


def test_two_accept_at_once_and_exactly_one_wins(cast: Cast, committed: None) -> None:
    ownership.offer(cast.actor("olga"), cast.users["carl"].public_id)
    carl, outcome = cast.actor("carl"), []
    start = threading.Barrier(4)

    def accept() -> None:
        start.wait()
        try:
            ownership.accept(carl)
            outcome.append("won")
        except NotPossible:
            outcome.append("late")
        finally:
            connection.close()

    threads = [threading.Thread(target=accept) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome) == ["late", "late", "late", "won"]
    assert Record.objects.filter(type="ownership.transferred").count() == 1


def test_an_offer_can_be_withdrawn_and_declined(cast: Cast) -> None:
    for who in ("olga", "carl"):
        ownership.offer(cast.actor("olga"), cast.users["carl"].public_id)
        cast.client(who).post(HERE + "ownership/end/")
        assert cast.client("carl").get(HERE + "ownership/").status_code == 404
        with pytest.raises(NotPossible):
            ownership.accept(cast.actor("carl"))
