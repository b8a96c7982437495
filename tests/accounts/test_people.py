"""People are changed, deactivated and removed downwards; the list, groups, and names that go into mails."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts import membership
from accounts.models import Membership, Organization, Record, Session, User
from accounts.permissions import Refused
from robots import actions as robots
from tests.cast import PASSWORD, Cast
from tests.conftest import Mailbox, bearer
from tests.tokens.conftest import in_a_month
from tokens import actions as tokens

HERE = "/o/halden/"


def link_in(mailbox: Mailbox) -> str:
    return re.search(r"http://testserver(/welcome/\S+/)", mailbox.latest())[1]  # type: ignore[index]


def invite(cast: Cast, who: str, addresses: str, **more: Any) -> Any:
    return cast.client(who).post(HERE + "invite/", {"addresses": addresses, "role": "member"} | more)


def test_api_access_and_user_management_are_ticked_on_the_page(cast: Cast) -> None:
    here = f"{HERE}people/{cast.users['mia'].public_id}/"
    adam = cast.client("adam")
    page = adam.get(here).content.decode()
    assert "API access" in page and "User management" in page
    assert (
        adam.post(here + "update/", {"api_access": "on", "groups": [cast.group.public_id]}).status_code == 302
    )
    mia = cast.membership("mia")
    assert mia.api_access and not mia.manage_people and list(mia.groups.all()) == [cast.group]
    told = Record.objects.filter(type="membership.updated").latest("seq")
    assert told.thing_key == cast.users["mia"].public_id


def test_owners_have_api_access_and_the_page_says_so(cast: Cast) -> None:
    page = cast.client("olga").get(f"{HERE}people/{cast.users['carl'].public_id}/").content.decode()
    assert "always: owners and co-owners have it by their role" in page


@pytest.mark.parametrize(
    ("who", "whom", "wanted"),
    [
        ("mike", "mike", {"api_access": True}),
        ("mike", "adam", {"api_access": True}),
        ("mike", "mia", {"manage_people": True}),
        ("adam", "mia", {"role": "administrator"}),
        ("adam", "carl", {"role": "member"}),
        ("carl", "olga", {"role": "member"}),
        ("carl", "adam", {"role": "co-owner"}),
        ("mia", "ada", {"api_access": False}),
        ("olga", "olga", {"role": "member"}),
    ],
)
def test_nobody_changes_upwards_or_themselves(
    cast: Cast, who: str, whom: str, wanted: dict[str, Any]
) -> None:
    with pytest.raises(Refused):
        membership.update(cast.actor(who), cast.users[whom].public_id, **wanted)


def test_a_role_that_fell_a_moment_ago_counts(cast: Cast) -> None:
    adam = cast.actor("adam")
    Membership.objects.filter(user=cast.users["adam"]).update(role="member")
    with pytest.raises(Refused):
        membership.update(adam, cast.users["mia"].public_id, api_access=True)
    with pytest.raises(Refused):
        membership.remove(adam, cast.users["mia"].public_id)


def test_deactivating_refuses_pages_and_tokens_at_once_and_reactivating_asks(
    cast: Cast, client: Client
) -> None:
    ada, adam = cast.client("ada"), cast.client("adam")
    kept, value = tokens.create(cast.actor("ada"), "Kept", None, in_a_month())
    _lost, other = tokens.create(cast.actor("ada"), "Lost", None, in_a_month())
    here = f"{HERE}people/{cast.users['ada'].public_id}/"
    assert "2 personal access tokens stop" in adam.get(here + "deactivate/").content.decode()
    adam.post(here + "deactivate/")
    assert client.get("/api/v1/me", headers=bearer(value)).status_code == 401
    assert ada.get(HERE).status_code == 302 and not Session.objects.filter(user=cast.users["ada"]).exists()
    adam.post(here + "reactivate/", {"keep": [kept.public_id]})
    assert client.get("/api/v1/me", headers=bearer(value)).status_code == 200
    assert client.get("/api/v1/me", headers=bearer(other)).status_code == 401
    assert cast.client("ada").get(HERE).status_code == 200


def test_removing_ends_tokens_and_shares_and_coming_back_gives_no_second_view(
    cast: Cast, mailbox: Mailbox
) -> None:
    olga, person = cast.actor("olga"), cast.users["ada"].public_id
    robots.share(olga, cast.robby.public_id, person)
    robots.reveal(cast.actor("ada"), cast.robby.public_id)
    tokens.create(cast.actor("ada"), "Script", None, in_a_month())
    sheet = cast.client("adam").get(f"{HERE}people/{person}/remove/").content.decode()
    assert "They have seen the present secrets of Robby" in sheet and "1 personal access token stops" in sheet
    cast.client("adam").post(f"{HERE}people/{person}/remove/")
    gone = cast.membership("ada")
    assert gone.retired_at and not gone.api_access and not gone.tokens.exists() and not gone.shares.exists()
    invite(cast, "adam", cast.users["ada"].email)
    ada = cast.client("ada")
    ada.get(link_in(mailbox))
    ada.post("/welcome/")
    back = cast.membership("ada")
    assert back.pk == gone.pk and back.retired_at is None and not back.api_access
    robots.share(olga, cast.robby.public_id, person)
    with pytest.raises(robots.AlreadySeen):
        robots.reveal(cast.actor("ada"), cast.robby.public_id)


def test_the_list_finds_pages_and_costs_the_same(cast: Cast, queries: Any) -> None:
    adam = cast.client("adam")
    few = queries(lambda: adam.get(HERE + "people/"))
    for n in range(70):
        user = User.objects.create_user(f"p{n:02}@x.example", PASSWORD, name=f"Person {n:02}")
        Membership.objects.create(organization=cast.home, user=user)
    assert queries(lambda: adam.get(HERE + "people/")) == few
    assert "Person 03" in adam.get(HERE + "people/", {"q": "person 03"}).content.decode()
    assert "Olga" in adam.get(HERE + "people/", {"role": "owner"}).content.decode()


def test_groups_hold_people_and_everyone_follows_by_itself(cast: Cast) -> None:
    adam = cast.client("adam")
    adam.post(HERE + "groups/", {"name": "Auditors"})
    assert adam.post(HERE + "groups/", {"name": "Auditors"}).status_code == 422
    group = cast.home.groups.get(name="Auditors")
    where = f"{HERE}groups/{group.public_id}/"
    adam.post(where + "people/", {"people": [cast.users["mia"].public_id, cast.users["stan"].public_id]})
    assert [row.user for row in group.members.all()] == [cast.users["mia"]]
    adam.post(where + "update/", {"name": "Accountants", "version": 1})
    assert adam.post(where + "update/", {"name": "Late", "version": 1}).status_code == 422
    everyone = cast.home.groups.get(is_everyone=True)
    assert (
        adam.post(f"{HERE}groups/{everyone.public_id}/update/", {"name": "x", "version": 1}).status_code
        == 422
    )
    adam.post(where + "delete/")
    assert adam.get(where).status_code == 404 and adam.get(HERE + "groups/").status_code == 200


def test_people_are_told_what_was_done_about_them_in_their_language(cast: Cast, mailbox: Mailbox) -> None:
    User.objects.filter(pk=cast.users["mia"].pk).update(language="pl")
    person, adam = cast.users["mia"].public_id, cast.actor("adam")
    membership.update(adam, person, groups=[cast.group.public_id])
    assert mailbox.read() == []
    membership.update(adam, person, api_access=True)
    membership.deactivate(adam, person)
    membership.reactivate(adam, person, [])
    membership.remove(adam, person)
    assert [message["To"] for message in mailbox.read()] == ["mia@halden.example"] * 4
    assert "Adam" in mailbox.latest()


@pytest.mark.parametrize(
    "name",
    [
        "See https://evil.example",
        "www.evil.example",
        "evil.com",
        "a\nb",
        "a\x00b",
        "a\u202eb",
        "\u200b\u2800",
    ],
)
def test_names_that_go_into_mails_hold_no_address_and_no_controls(cast: Cast, name: str) -> None:
    answer = cast.client("olga").post(HERE + "settings/general/", {"name": name})
    assert answer.status_code == 422 and Organization.objects.get(pk=cast.home.pk).name == "Halden"


@pytest.mark.parametrize("name", ["SAP/S4 sync 2.0", "Łódź — dział №1", "نظام", "🚀 Import"])
def test_ordinary_names_pass(cast: Cast, name: str) -> None:
    assert cast.client("olga").post(HERE + "settings/general/", {"name": name}).status_code == 302
