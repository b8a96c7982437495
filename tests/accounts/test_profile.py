"""My data: name, language, time zone, address; and the frame round pages of no organization."""

import re
from typing import Any

import pytest

from accounts.models import Membership, Record, User
from tests.cast import Cast
from tests.conftest import Mailbox

PAGE = "/profile/"
TOLD = {"name": "Mia Sørensen", "language": "pl", "time_zone": "Europe/Oslo"}


def mia() -> User:
    return User.objects.get(email="mia@halden.example")


def test_name_language_and_time_zone_are_saved(cast: Cast) -> None:
    client = cast.client("mia")
    assert client.post(PAGE, TOLD).headers["Location"] == PAGE
    saved = mia()
    assert (saved.name, saved.language, saved.time_zone) == ("Mia Sørensen", "pl", "Europe/Oslo")
    page = client.get(PAGE).content.decode()
    assert '<html lang="pl"' in page and "Europe/Oslo" in page


def test_only_a_new_name_is_recorded(cast: Cast) -> None:
    client = cast.client("mia")
    for _ in range(2):
        client.post(PAGE, TOLD)
    client.post(PAGE, TOLD | {"language": "en"})
    assert Record.objects.filter(type="person.updated").count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "a\nb\u202e"},
        {"language": "xx"},
        {"time_zone": "Mars/Base"},
        {"name": "x" * 121},
    ],
)
def test_what_cannot_be_saved_comes_back(cast: Cast, wrong: dict[str, str]) -> None:
    answer = cast.client("mia").post(PAGE, TOLD | wrong)
    assert answer.status_code == 422 and mia().name == "Mia"


def test_a_zone_this_machine_no_longer_knows_stays(cast: Cast) -> None:
    User.objects.filter(pk=mia().pk).update(time_zone="Old/Zone")
    answer = cast.client("mia").post(PAGE, TOLD | {"time_zone": "Old/Zone"})
    assert answer.status_code == 302


def code_in(mailbox: Mailbox) -> str:
    return re.search(r"^ {4}(\S{6,12})\s*$", mailbox.latest(), re.M)[1]  # type: ignore[index]


def test_an_address_is_changed_with_a_code_sent_to_the_new_one(cast: Cast, mailbox: Mailbox) -> None:
    client = cast.client("mia")
    answer = client.post("/accounts/email/", {"email": "Mia.New@HALDEN.example", "action_add": ""})
    assert mia().email == "mia@halden.example"
    assert mailbox.read()[-1]["To"] == "mia.new@halden.example"
    confirm = answer.headers["Location"]
    assert client.get(confirm).status_code == 200
    assert client.post(confirm, {"code": "wrong"}).status_code == 200
    assert client.post(confirm, {"code": code_in(mailbox)}).status_code == 302
    assert User.objects.get(pk=cast.users["mia"].pk).email == "mia.new@halden.example"
    assert {message["To"] for message in mailbox.read()} == {"mia.new@halden.example", "mia@halden.example"}


def test_somebody_elses_address_is_not_taken(cast: Cast, mailbox: Mailbox) -> None:
    client = cast.client("mia")
    answer = client.post("/accounts/email/", {"email": "OLGA@halden.example", "action_add": ""})
    confirm = answer.headers["Location"]
    # Even with the code that olga got: the address is hers.
    answer = client.post(confirm, {"code": code_in(mailbox)}, follow=True)
    assert answer.status_code == 200 and "already registered" in answer.content.decode()
    assert mia().email == "mia@halden.example" and cast.users["olga"].email == "olga@halden.example"


def test_the_organizations_are_listed_with_leave(cast: Cast) -> None:
    page = cast.client("mia").get(PAGE).content.decode()
    assert "Halden" in page and "/o/halden/leave/" in page
    page = cast.client("olga").get(PAGE).content.decode()
    assert "Hand it over first" in page and 'main href="/o/halden/leave/"' not in page


def test_somebody_in_no_organization_has_a_profile(cast: Cast) -> None:
    Membership.objects.filter(user=mia()).update(retired_at=cast.home.created_at)
    client = cast.client("mia")
    for page in (PAGE, "/profile/security/", "/profile/sessions/"):
        assert client.get(page).status_code == 200
    assert "You belong to no organization" in client.get(PAGE).content.decode()


def test_the_top_bar_keeps_the_last_organization(cast: Cast) -> None:
    Membership.objects.create(organization=cast.elsewhere, user=mia())
    client = cast.client("mia")
    assert current(client.get(PAGE)) == "/o/halden/"
    client.get("/o/nordic/")
    page = client.get(PAGE)
    assert current(page) == "/o/nordic/" and "/o/halden/" in page.content.decode()


def current(answer: Any) -> str:
    return re.search(r'href="([^"]+)" aria-current="true"', answer.content.decode())[1]  # type: ignore[index]


def test_settings_lead_a_plain_member_to_the_profile(cast: Cast) -> None:
    page = cast.client("mia").get("/o/halden/").content.decode()
    assert '<a href="/profile/">Settings</a>' in page
    for label in ("My data", "Security", "Sessions"):
        assert f">{label}</a>" in cast.client("mia").get(PAGE).content.decode()


def test_a_visitor_sees_no_profile(cast: Cast) -> None:
    for page in (PAGE, "/profile/security/", "/profile/sessions/", "/profile/proof/"):
        assert cast.client("visitor").get(page).headers["Location"].startswith("/accounts/login/")
