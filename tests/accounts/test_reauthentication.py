"""Is it still you: asked after 15 minutes, on the page of the verb, never for reading, and nothing is replayed."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client

from accounts.models import Session
from robots import actions as robots
from robots.models import Robot
from tests.cast import PASSWORD, Cast
from tests.conftest import Mailbox

ROBOTS = "/o/halden/settings/robots/"
PROOF = "/accounts/reauthenticate/"


@contextmanager
def later(**ago: float) -> Iterator[None]:
    with time_machine.travel(datetime.now(UTC) + timedelta(**ago)):
        yield


def asked(answer: Any) -> str | None:
    """Where the person comes back to after the proof, or None when they were not asked."""
    there = urlsplit(answer.headers.get("Location", ""))
    return parse_qs(there.query)["next"][0] if there.path == PROOF else None


def prove(client: Client, there: str) -> Any:
    return client.post(PROOF, {"password": PASSWORD, "next": there})


def pages(cast: Cast) -> list[str]:
    here = f"{ROBOTS}{cast.robby.public_id}/"
    verbs = [f"{here}{verb}/" for verb in ("renew", "delete", "share/close", "oauth1/off")]
    return [f"{ROBOTS}?create", *verbs, "/o/halden/settings/security/"]


def test_a_fresh_sign_in_is_a_proof(cast: Cast) -> None:
    client = cast.client("visitor")
    client.post("/accounts/login/", {"login": "olga@halden.example", "password": PASSWORD})
    assert [client.get(page).status_code for page in pages(cast)] == [200] * 6


def test_after_a_quarter_of_an_hour_every_verb_asks_on_its_own_page(cast: Cast) -> None:
    client = cast.client("olga")
    with later(minutes=14, seconds=50):
        assert [asked(client.get(page)) for page in pages(cast)] == [None] * 6
    with later(minutes=15, seconds=10):
        assert [asked(client.get(page)) for page in pages(cast)] == pages(cast)


def test_reading_is_never_asked(cast: Cast) -> None:
    client, here = cast.client("olga"), f"{ROBOTS}{cast.robby.public_id}/"
    with later(hours=5):
        for page in ("/o/halden/", ROBOTS, here, "/profile/", "/profile/security/", "/profile/sessions/"):
            assert client.get(page).status_code == 200, page


def test_after_the_proof_the_page_opens_and_works(cast: Cast) -> None:
    client, renew = cast.client("olga"), f"{ROBOTS}{cast.robby.public_id}/renew/"
    with later(hours=1):
        there = asked(client.get(renew))
        assert there == renew and prove(client, there).headers["Location"] == renew
        assert client.get(renew).status_code == 200
        assert client.post(renew, {"overlap": "0", "number": 1}).status_code == 200


def test_a_wrong_password_proves_nothing(cast: Cast) -> None:
    client, renew = cast.client("olga"), f"{ROBOTS}{cast.robby.public_id}/renew/"
    with later(hours=1):
        assert client.post(PROOF, {"password": "wrong", "next": renew}).status_code == 200
        assert asked(client.get(renew)) == renew


def test_a_lapsed_post_does_nothing_and_comes_back_to_the_page_with_the_button(cast: Cast) -> None:
    client, here = cast.client("olga"), f"{ROBOTS}{cast.robby.public_id}/"
    with later(hours=1):
        assert asked(client.post(here + "delete/", {"sure": "on"})) == here + "delete/"
        assert asked(client.post(here + "renew/", {"overlap": "0", "number": 1})) == here + "renew/"
        key = {"understand": "on", "creation_key": "c" * 32}
        assert asked(client.post(ROBOTS, key)) == ROBOTS + "?create"
        page = client.get(PROOF).content.decode()
        assert "Nothing has been changed yet" in page
        prove(client, here + "delete/")
    cast.robby.refresh_from_db()
    assert cast.robby.retired_at is None and cast.robby.secrets.count() == 1
    assert not Robot.objects.filter(creation_key="c" * 32).exists()


def test_a_lapsed_posts_body_is_kept_nowhere(cast: Cast) -> None:
    client = cast.client("olga")
    with later(hours=1):
        client.post("/accounts/2fa/app/on/", {"code": "123456"})
        client.post(ROBOTS, {"understand": "on", "creation_key": "c" * 32})
        kept = dict(client.session.items())
    assert "account_reauthentication_state" not in kept and "c" * 32 not in str(kept)


def test_revealing_asks_its_holder_too(cast: Cast) -> None:
    robots.share(cast.actor("olga"), cast.robby.public_id, cast.users["mia"].public_id)
    mia, here = cast.client("mia"), f"/o/halden/shared/{cast.robby.public_id}/"
    with later(hours=1):
        assert mia.get(here).status_code == 200
        assert asked(mia.post(here + "reveal/")) == here + "reveal/"
        prove(mia, here + "reveal/")
        assert "gate_cs_" in mia.post(here + "reveal/").content.decode()


def test_the_guards_come_before_the_question(cast: Cast) -> None:
    page = f"{ROBOTS}{cast.robby.public_id}/renew/"
    mia, stan = cast.client("mia"), cast.client("stan")
    with later(hours=1):
        assert mia.get(page).status_code == 403 and stan.get(page).status_code == 404


def without_password(cast: Cast) -> Client:
    olga = cast.users["olga"]
    olga.set_unusable_password()
    olga.save()
    return cast.client("olga")


def code_in(mailbox: Mailbox) -> str:
    found = re.search(r"^ {4}(\S{6,12})\s*$", mailbox.latest(), re.M)
    assert found
    return found[1]


@pytest.mark.parametrize("page", [ROBOTS + "?create", "/accounts/2fa/app/on/", "/accounts/email/"])
def test_somebody_with_neither_password_nor_factor_gets_a_mailed_code(
    cast: Cast, mailbox: Mailbox, page: str
) -> None:
    client = without_password(cast)
    with later(hours=1):
        there = client.get(page).headers["Location"]
        assert there.startswith("/profile/proof/?next=")
        assert "Mail me a code" in client.get(there).content.decode() and not mailbox.read()
        client.post("/profile/proof/", {"next": page})
        assert "Confirm that it is you" in mailbox.read()[-1]["Subject"]
        assert client.post("/profile/proof/", {"next": page, "code": "wrong"}).status_code == 422
        answer = client.post("/profile/proof/", {"next": page, "code": code_in(mailbox).lower()})
        assert answer.headers["Location"] == page and client.get(page).status_code == 200


def test_a_mailed_code_has_three_tries_and_ten_minutes(cast: Cast, mailbox: Mailbox) -> None:
    client = without_password(cast)
    with later(hours=1):
        client.post("/profile/proof/")
        code = code_in(mailbox)
        for _ in range(3):
            client.post("/profile/proof/", {"code": "wrong"})
        assert client.post("/profile/proof/", {"code": code}).status_code == 422
    with later(hours=2):
        client.post("/profile/proof/")
        code = code_in(mailbox)
    with later(hours=2, minutes=11):
        assert client.post("/profile/proof/", {"code": code}).status_code == 422


def test_a_mailed_code_is_no_way_round_a_password(cast: Cast, mailbox: Mailbox) -> None:
    client = cast.client("olga")
    assert client.post("/profile/proof/").headers["Location"].startswith(PROOF)
    assert mailbox.read() == []


def test_the_way_back_leads_nowhere_else(cast: Cast) -> None:
    client = cast.client("olga")
    assert prove(client, "https://evil.example/").headers["Location"] == "/"
    lost = without_password(cast)
    assert "evil.example" not in lost.get("/profile/proof/?next=https://evil.example/").content.decode()


def test_a_proof_is_one_sessions_own(cast: Cast) -> None:
    one, other = cast.client("olga"), cast.client("olga")
    with later(hours=1):
        prove(one, "/")
        assert one.get(ROBOTS + "?create").status_code == 200
        assert other.get(ROBOTS + "?create").status_code == 302
    assert Session.objects.filter(user=cast.users["olga"]).count() == 2
