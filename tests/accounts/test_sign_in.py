"""The doors that are open to everybody: whatever is typed or sent there is an answer, never a crash."""

from urllib.parse import urlencode

import pytest
from django.core.cache import cache
from django.test import Client

from tests.cast import PASSWORD, Cast

LOGIN, RESET = "/accounts/login/", "/accounts/password/reset/"
NOWHERE = ["http://[", "//[", "//evil.example", "javascript:alert(1)", "/\\evil.example", "///x", "x" * 9000]
ADDRESSES = [
    "",
    "x",
    "\0",
    "mia@halden.example\0",
    "a" * 10_000 + "@x.example",
    "ł@ł.pl",
    "\u202emia@halden.example",
    '"a b"@c.example',
    "a@[127.0.0.1]",
    "a@" + "b." * 200 + "c",
    "a@b@c",
    "\ufffe@x.example",
]


@pytest.mark.parametrize("there", NOWHERE)
def test_a_next_that_is_no_address_of_ours_leads_nowhere(cast: Cast, there: str) -> None:
    query = "?" + urlencode({"next": there})
    visitor = Client()
    assert visitor.get(LOGIN + query).status_code == 200
    told = {"login": "mia@halden.example", "password": PASSWORD, "next": there}
    assert visitor.post(LOGIN + query, told).headers["Location"] == "/"
    for page in (LOGIN, "/profile/proof/", "/accounts/reauthenticate/", "/accounts/logout/"):
        assert visitor.get(page + query).status_code in (200, 302), page
    answer = visitor.post("/accounts/logout/" + query, {"next": there})
    assert answer.headers["Location"] == LOGIN


@pytest.mark.parametrize("address", ADDRESSES)
def test_any_address_is_an_answer(cast: Cast, address: str) -> None:
    for password in (PASSWORD, "\0", "", "x" * 5000):
        cache.clear()
        answer = Client().post(LOGIN, {"login": address, "password": password})
        assert answer.status_code == 200, (address, password)
    cache.clear()
    assert Client().post(RESET, {"email": address}).status_code in (200, 302)


@pytest.mark.parametrize("spelling", ["MIA@halden.example", " mia@halden.example "])
def test_any_spelling_of_an_address_signs_in(cast: Cast, spelling: str) -> None:
    answer = Client().post(LOGIN, {"login": spelling, "password": PASSWORD})
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("name", ["session", "csrf", "organization", "theme", "django_language", "messages"])
@pytest.mark.parametrize("value", ["", "x", "a" * 4000, "%00", '"', "é", "../../etc", "1" * 32])
def test_any_cookie_is_an_answer(cast: Cast, name: str, value: str) -> None:
    client = cast.client("mia")
    for page in ("/", LOGIN, "/o/halden/", "/profile/"):
        client.cookies[name] = value
        assert client.get(page, follow=True).status_code == 200, page
