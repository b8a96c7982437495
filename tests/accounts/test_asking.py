"""Asking for API access: everybody who could tick it gets a mail, once a day, and sees who asked."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import asking, membership
from accounts.actions import NotPossible
from accounts.models import Membership, OutgoingMail, Record, Role, User
from tests.accounts.conftest import browsers, together
from tests.cast import Cast, person
from tests.conftest import Mailbox

ASK = "/o/halden/api-access/ask/"


def mailed(mailbox: Mailbox) -> list[str]:
    return [str(message["To"]).partition("@")[0] for message in mailbox.read()]


@pytest.mark.parametrize(
    ("who", "asked"),
    [
        ("mia", ["olga", "carl", "adam", "mike"]),
        ("mike", ["olga", "carl", "adam"]),
        ("adam", ["olga", "carl"]),
    ],
)
def test_everybody_who_could_tick_it_is_mailed(
    cast: Cast, mailbox: Mailbox, who: str, asked: list[str]
) -> None:
    answer = cast.client(who).post(ASK)
    assert answer.headers["Location"] == "/profile/tokens/"
    assert mailed(mailbox) == asked
    page = f"/o/halden/people/{cast.users[who].public_id}/"
    assert (
        page in mailbox.latest()
        and mailbox.received[0]["Subject"] == f"{who.capitalize()} asks for API access"
    )
    line = Record.objects.get(type="membership.api_access_asked")
    assert (line.actor_key, line.thing_key) == (cast.users[who].public_id,) * 2


def test_it_is_told_on_the_next_page_whom(cast: Cast) -> None:
    mia = cast.client("mia")
    mia.post(ASK)
    assert (
        "A mail asks Olga, Carl, Adam, Mike to give you API access" in mia.get("/profile/").content.decode()
    )


def test_once_a_day(cast: Cast, mailbox: Mailbox) -> None:
    mia = cast.client("mia")
    mia.post(ASK)
    mia.post(ASK)
    assert "You asked within the last 24 hours" in mia.get("/profile/").content.decode()
    assert len(mailbox.read()) == 4
    Membership.objects.filter(user=cast.users["mia"]).update(
        api_access_asked_at=timezone.now() - timedelta(days=1)
    )
    mia.post(ASK)
    assert len(mailbox.read()) == 8


def test_a_double_click_asks_once(cast: Cast, committed: None) -> None:
    windows = browsers(cast, "mia", 4)
    answers = together(*(lambda window=window: window.post(ASK) for window in windows))
    assert {answer.status_code for answer in answers} == {302}
    assert OutgoingMail.objects.filter(kind="api_access_asked").count() == 4
    assert Record.objects.filter(type="membership.api_access_asked").count() == 1


@pytest.mark.parametrize("who", ["olga", "carl", "ada"])
def test_who_has_it_need_not_ask(cast: Cast, mailbox: Mailbox, who: str) -> None:
    with pytest.raises(NotPossible, match="already"):
        asking.ask_for_api_access(cast.actor(who))
    assert mailbox.read() == [] and not Record.objects.filter(type="membership.api_access_asked").exists()


def test_ten_mails_at_most_the_highest_first(cast: Cast, mailbox: Mailbox) -> None:
    for number in range(12):
        Membership.objects.create(
            organization=cast.home, user=person(f"more{number}"), role=Role.ADMINISTRATOR
        )
    cast.client("mia").post(ASK)
    told = mailed(mailbox)
    assert len(told) == 10 and told[:3] == ["olga", "carl", "adam"] and "mike" not in told


def test_nobody_who_is_away_is_mailed(cast: Cast, mailbox: Mailbox) -> None:
    membership.deactivate(cast.actor("olga"), cast.users["adam"].public_id)
    User.objects.filter(pk=cast.users["mike"].pk).update(is_active=False)
    mailbox.read().clear()
    cast.client("mia").post(ASK)
    assert mailed(mailbox) == ["olga", "carl"]


def test_who_can_tick_it_sees_that_it_was_asked_for(cast: Cast) -> None:
    page, line = f"/o/halden/people/{cast.users['mia'].public_id}/", "Asked for API access"
    assert line not in cast.client("adam").get(page).content.decode()
    cast.client("mia").post(ASK)
    assert line in cast.client("adam").get(page).content.decode()
    membership.update(cast.actor("adam"), cast.users["mia"].public_id, api_access=True)
    assert line not in cast.client("adam").get(page).content.decode()


def test_the_mail_is_in_the_language_of_who_reads_it(cast: Cast, mailbox: Mailbox) -> None:
    User.objects.filter(pk=cast.users["carl"].pk).update(language="pl")
    cast.client("adam").post(ASK)
    olga, carl = mailbox.read()
    assert olga["Subject"] == "Adam asks for API access" and carl["Subject"] == "Adam prosi o dostęp do API"


def test_who_had_it_and_lost_it_may_ask_at_once(cast: Cast) -> None:
    mia = cast.users["mia"].public_id
    asking.ask_for_api_access(cast.actor("mia"))
    for ticked in (True, False):
        membership.update(cast.actor("olga"), mia, api_access=ticked)
    assert not asking.asked_lately(cast.membership("mia"))
