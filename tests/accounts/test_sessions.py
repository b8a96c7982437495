"""Sessions: where somebody is signed in, ended one by one, all at once, and by a new password."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import Session
from accounts.sessions import device, stored_key
from tests.cast import PASSWORD, Cast

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36"
PAGE = "/profile/sessions/"


def signed_in(name: str, agent: str = "", address: str = "127.0.0.1") -> Client:
    client = Client(headers={"User-Agent": agent}, REMOTE_ADDR=address)
    told = {"login": f"{name}@halden.example", "password": PASSWORD}
    assert client.post("/accounts/login/", told).status_code == 302
    return client


def is_in(client: Client) -> bool:
    return client.get("/o/halden/").status_code == 200


def row(client: Client) -> Session:
    return Session.objects.get(pk=stored_key(client.session.session_key))


def test_the_page_names_devices_and_addresses_and_marks_this_one(cast: Cast) -> None:
    here = signed_in("mia", FIREFOX, "203.0.113.91")
    signed_in("mia", SAFARI, "198.51.100.12")
    signed_in("olga", CHROME, "192.0.2.80")
    page = here.get(PAGE).content.decode()
    assert page.index("Firefox on Linux") < page.index("This one") < page.index("Safari on iPhone")
    assert "203.0.113.91" in page and "198.51.100.12" in page and "192.0.2.80" not in page


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, ("Firefox", "Linux")),
        (SAFARI, ("Safari", "iPhone")),
        (CHROME, ("Chrome", "Windows")),
        (CHROME + " Edg/142.0", ("Edge", "Windows")),
        ("curl/8.5", ("curl", "")),
        ("", ("", "")),
    ],
)
def test_a_user_agent_in_words(agent: str, words: tuple[str, str]) -> None:
    assert device(agent) == words


def test_one_session_is_ended(cast: Cast) -> None:
    here, there = signed_in("mia"), signed_in("mia")
    page = here.post(f"{PAGE}{row(there).pk}/end/", follow=True).content.decode()
    assert "That session has ended" in page and is_in(here) and not is_in(there)
    assert "had ended already" in here.post(f"{PAGE}{row(here).pk[::-1]}/end/", follow=True).content.decode()


def test_all_others_are_ended(cast: Cast) -> None:
    here, *others = [signed_in("mia") for _ in range(4)]
    olga = signed_in("olga")
    assert "3 other sessions" in here.post(PAGE + "others/end/", follow=True).content.decode()
    assert is_in(here) and is_in(olga) and not any(is_in(client) for client in others)
    assert "There was no other session" in here.post(PAGE + "others/end/", follow=True).content.decode()


def test_ending_this_one_signs_out(cast: Cast) -> None:
    here = signed_in("mia")
    assert here.post(f"{PAGE}{row(here).pk}/end/").headers["Location"] == "/accounts/login/"
    assert not is_in(here)


def test_nobody_ends_somebody_elses(cast: Cast) -> None:
    mia, olga = signed_in("mia"), signed_in("olga")
    mia.post(f"{PAGE}{row(olga).pk}/end/")
    assert is_in(olga)


def test_looking_ends_nothing(cast: Cast) -> None:
    here, there = signed_in("mia"), signed_in("mia")
    assert here.get(f"{PAGE}{row(there).pk}/end/").status_code == 405
    assert here.get(PAGE + "others/end/").status_code == 405 and is_in(there)


def test_a_new_password_ends_them_everywhere(cast: Cast) -> None:
    here, there = signed_in("mia"), signed_in("mia")
    new = "another-horse-battery"
    told = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert here.post("/accounts/password/change/", told).status_code == 302
    assert not is_in(here) and not is_in(there)
    assert not Session.objects.filter(user=cast.users["mia"]).exists()


def test_a_visit_is_noted_every_five_minutes_in_one_update(
    cast: Cast, queries: Callable[[Callable[[], Any]], int]
) -> None:
    client = signed_in("mia", FIREFOX, "203.0.113.91")
    signed = row(client)
    assert (signed.client, signed.address) == (FIREFOX, "203.0.113.91") and signed.last_seen_at
    client.get("/o/halden/")
    assert row(client).last_seen_at == signed.last_seen_at
    ordinary = queries(lambda: client.get("/o/halden/"))
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=6)):
        assert queries(lambda: client.get("/o/halden/", REMOTE_ADDR="192.0.2.80")) == ordinary + 1
        assert queries(lambda: client.get("/o/halden/")) == ordinary
    later = row(client)
    assert later.address == "192.0.2.80" and later.last_seen_at and later.last_seen_at > signed.last_seen_at
    assert later.created_at == signed.created_at


def test_the_page_shows_neither_keys_nor_ended_sessions(cast: Cast) -> None:
    here, there = signed_in("mia", FIREFOX), signed_in("mia", SAFARI)
    keys = [client.session.session_key for client in (here, there)]
    Session.objects.filter(pk=row(there).pk).update(expire_date=cast.home.created_at)
    page = here.get(PAGE).content.decode()
    assert "Safari" not in page and not any(str(key) in page for key in keys)
