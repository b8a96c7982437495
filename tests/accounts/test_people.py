"""People are invited, changed, deactivated and removed downwards; ownership is handed over by offer and acceptance."""

import re
import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts import inviting, membership, ownership
from accounts.actions import NotPossible
from accounts.models import Invitation, Membership, Organization, Record, Session, User
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


def test_a_new_person_joins_by_mail(cast: Cast, mailbox: Mailbox, client: Client) -> None:
    assert invite(cast, "adam", "Kwame@Halden.example", api_access="on").status_code == 302
    path = link_in(mailbox)
    assert client.get(path).headers["Location"] == "/welcome/"
    assert "kwame@halden.example" in client.get("/welcome/").content.decode()
    answer = client.post("/welcome/", {"name": "Kwame Mensah", "password": "a-good-long-password"})
    assert answer.status_code == 302
    joined = Membership.objects.get(organization=cast.home, user__email="kwame@halden.example")
    assert joined.api_access and not joined.manage_people and joined.role == "member"
    assert client.get(HERE).status_code == 200
    assert Client().post("/welcome/").status_code == 410 and client.get(path).status_code == 302


def test_an_existing_person_just_accepts(cast: Cast, mailbox: Mailbox) -> None:
    invite(cast, "olga", cast.users["stan"].email, role="administrator")
    stan, path = cast.client("stan"), link_in(mailbox)
    stan.get(path)
    assert "Join" in stan.get("/welcome/").content.decode()
    assert stan.post("/welcome/").headers["Location"] == HERE
    assert Membership.objects.get(organization=cast.home, user=cast.users["stan"]).role == "administrator"


def test_an_invitation_opened_by_another_signed_in_person_is_not_theirs(cast: Cast, mailbox: Mailbox) -> None:
    invite(cast, "olga", "kwame@halden.example")
    mia = cast.client("mia")
    mia.get(link_in(mailbox))
    assert mia.post("/welcome/").status_code == 403
    assert not User.objects.filter(email="kwame@halden.example").exists()


def test_many_at_once_or_none(cast: Cast, mailbox: Mailbox) -> None:
    answer = invite(cast, "adam", "one@x.example\nnot an address\n\ntwo@x.example\n@")
    page = answer.content.decode()
    assert answer.status_code == 422 and "line 2: not an address" in page and "line 5: @" in page
    assert "one@x.example" in page and mailbox.read() == []
    assert invite(cast, "adam", "one@x.example\nONE@x.example\ntwo@x.example,").status_code == 302
    assert {message["To"] for message in mailbox.read()} == {"one@x.example", "two@x.example"}


@pytest.mark.parametrize(
    "spelling", ["mia@halden.example", "MIA@Halden.Example", "ｍｉａ@halden.example", "adam@halden.example"]
)
def test_somebody_who_is_here_is_not_invited_again(cast: Cast, mailbox: Mailbox, spelling: str) -> None:
    answer = invite(cast, "adam", f"new@x.example\n{spelling}")
    assert answer.status_code == 422 and mailbox.read() == []


def test_forty_a_day(cast: Cast) -> None:
    Organization.objects.update(invitations_a_day=3)
    assert invite(cast, "adam", "a@x.example\nb@x.example").status_code == 302
    answer = invite(cast, "adam", "c@x.example\nd@x.example")
    assert answer.status_code == 422 and "Only 1 more invitation can" in answer.content.decode()


@pytest.mark.parametrize(
    ("who", "wanted"),
    [
        ("adam", {"role": "administrator"}),
        ("mike", {"role": "administrator"}),
        ("mike", {"manage_people": True}),
        ("carl", {"role": "co-owner"}),
        ("mia", {}),
    ],
)
def test_nobody_invites_above_themselves(cast: Cast, who: str, wanted: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        inviting.invite(cast.actor(who), ["x@x.example"], inviting.Offer(**wanted))


def test_send_again_revoke_and_show_link(cast: Cast, mailbox: Mailbox, client: Client) -> None:
    adam = cast.client("adam")
    invite(cast, "adam", "kwame@halden.example")
    first = link_in(mailbox)
    where = f"{HERE}invitations/{Invitation.objects.get(purpose='join').public_id}/"
    adam.post(where + "again/")
    assert link_in(mailbox) != first
    live = Invitation.objects.get(purpose="join", revoked_at=None)
    shown = adam.post(f"{HERE}invitations/{live.public_id}/link/").content.decode()
    path = re.search(r"http://testserver(/welcome/\S+?/)<", shown)[1]  # type: ignore[index]
    for dead in (first, link_in(mailbox)):
        client.get(dead)
        assert "does not work" in client.get("/welcome/").content.decode()
    live = Invitation.objects.get(purpose="join", revoked_at=None)
    adam.post(f"{HERE}invitations/{live.public_id}/revoke/")
    client.get(path)
    assert "does not work" in client.get("/welcome/").content.decode()


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
    adam = cast.client("adam")
    assert "Accept ownership" in adam.get(HERE + "ownership/").content.decode()
    adam.post(HERE + "ownership/")
    assert Organization.objects.get(pk=cast.home.pk).owner == cast.users["adam"]
    assert cast.membership("olga").role == cast.membership("adam").role == "co-owner"


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


def test_somebody_known_who_never_had_a_password_gets_one_by_the_invitation(
    cast: Cast, mailbox: Mailbox, client: Client
) -> None:
    from accounts.actions import create_organization

    create_organization("Elsewhere", "elsewhere", "nora@x.example")
    invite(cast, "olga", "nora@x.example")
    client.get(link_in(mailbox))
    client.post("/welcome/", {"name": "Nora", "password": "a-good-long-password"})
    nora = User.objects.get(email="nora@x.example")
    assert nora.check_password("a-good-long-password") and client.get(HERE).status_code == 200


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
