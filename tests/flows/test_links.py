"""Mail scanners follow every link: whatever stands in a mail can be fetched, twice, by anybody, and nothing changes."""

import re
from typing import Any

from django.test import Client

from accounts import inviting, ownership
from robots import actions, renewal
from tests.cast import Cast
from tests.conftest import Mailbox
from tests.leaks import tables


def everything() -> list[tuple[str, bytes]]:
    """All rows of all tables but Django's own cache."""
    return sorted(row for row in tables() if not row[0].endswith(".cache"))


def test_no_link_in_any_mail_changes_anything(cast: Cast, mailbox: Mailbox, client: Client) -> None:
    olga = cast.actor("olga")
    actions.share(olga, cast.robby.public_id, cast.users["mia"].public_id)
    renewal.renew(olga, cast.robby.public_id)
    inviting.invite(olga, ["new@halden.example", cast.users["stan"].email], inviting.Offer())
    ownership.offer(olga, cast.users["carl"].public_id)
    client.post("/accounts/password/reset/", {"email": "mia@halden.example"})
    client.logout()
    text = mailbox.text()
    links = set(re.findall(r"http://testserver(/[^\s\"'<>]*)", text))
    assert any("/welcome/gate_inv_" in link for link in links) and any("/shared/" in link for link in links)
    before = everything()
    for link in sorted(links) * 2:
        stranger = Client()
        answer = stranger.get(link, follow=True)
        assert answer.status_code == 200, link
    assert everything() == before


def test_a_visitors_get_leaves_the_database_as_it_was(cast: Cast) -> None:
    before = everything()
    pages = [
        "/",
        "/accounts/login/",
        "/accounts/password/reset/",
        "/accounts/signup/",
        "/welcome/",
        "/terms/api/",
    ]
    pages += [
        "/help/robots/oauth/",
        "/healthz",
        "/o/halden/",
        "/nothing/",
        "/.well-known/oauth-authorization-server",
    ]
    for page in pages * 2:
        Client().get(page)
    assert everything() == before


def test_a_get_of_any_page_by_an_owner_changes_nothing_but_notes_about_the_visit(cast: Cast) -> None:
    from tests.test_access import PAGES, address

    olga = cast.client("olga")
    olga.get("/o/halden/")

    def rows() -> list[tuple[str, bytes]]:
        return [row for row in everything() if "_session" not in row[0]]

    pages = [address(name, cast) for name in PAGES]
    before = rows()
    for page in pages:
        olga.get(page)
    assert rows() == before


def test_the_code_of_a_link_is_in_no_later_address(cast: Cast, mailbox: Mailbox, client: Any) -> None:
    inviting.invite(cast.actor("olga"), ["new@halden.example"], inviting.Offer())
    link = re.search(r"http://testserver(/welcome/\S+/)", mailbox.latest())[1]  # type: ignore[index]
    answer = client.get(link)
    assert answer.headers["Location"] == "/welcome/"
    cookie = answer.cookies["welcome"]
    assert "gate_inv_" not in cookie.value and cookie["httponly"] and cookie["path"] == "/welcome/"
