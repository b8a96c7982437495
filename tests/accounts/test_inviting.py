"""People are invited by mail, many at once or none, and never above the one who invites."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts import inviting
from accounts.models import Invitation, Membership, Organization, User
from accounts.permissions import Refused
from tests.cast import Cast
from tests.conftest import Mailbox

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
