"""Sharing: who is offered, who is not, what the holder sees once, what the owner sees of it."""

import re
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Membership, OutgoingMail, Record, User
from robots import renewal
from robots.models import Reveal, Robot
from tests.accounts.forms import Page
from tests.cast import Cast
from tests.conftest import Mailbox
from tests.robots.conftest import ROBOTS, page_of, shared_page


def share(cast: Cast, name: str, robot: Robot | None = None) -> Any:
    """Olga presses "Add member"."""
    typed = {"member": cast.users[name].public_id}
    return cast.client("olga").post(page_of(robot or cast.robby) + "share/", typed)


def offered(cast: Cast) -> set[str]:
    """Whose names the page offers."""
    html = cast.client("olga").get(page_of(cast.robby)).content.decode()
    select = re.search(r'<select[^>]*name="member".*?</select>', html, re.DOTALL)
    return {name for name, user in cast.users.items() if select and user.public_id in select[0]}


def receipt(cast: Cast) -> str:
    """What the owner reads in the share's row, without tags."""
    html = cast.client("carl").get(page_of(cast.robby)).content.decode()
    row = html.split('class="gh-receipt">', 1)[1].split("</td>", 1)[0]
    return " ".join(re.sub(r"<[^>]*>", " ", row).split())


def reveal(cast: Cast, name: str = "mia") -> Any:
    """The holder presses "Reveal secrets"."""
    return cast.client(name).post(shared_page(cast.robby) + "reveal/")


def saw(cast: Cast, answer: Any) -> bool:
    return cast.robby_values.client_secret in answer.content.decode()


# ---------- whom it can be shared with ----------


def test_only_members_and_administrators_are_offered(cast: Cast) -> None:
    assert offered(cast) == {"adam", "mia", "mike", "ada"}


def test_who_holds_it_or_has_left_is_not_offered(cast: Cast) -> None:
    share(cast, "ada")
    Membership.objects.filter(user=cast.users["adam"]).update(deactivated_at=timezone.now())
    Membership.objects.filter(user=cast.users["mike"]).update(retired_at=timezone.now())
    User.objects.filter(pk=cast.users["mia"].pk).update(is_active=False)
    assert offered(cast) == set()


@pytest.mark.parametrize("name", ["olga", "carl", "stan"])
def test_owners_and_strangers_cannot_be_given_it(cast: Cast, mailbox: Mailbox, name: str) -> None:
    answer = share(cast, name)
    assert answer.status_code == 422
    assert "Choose a member or an administrator of this organization." in answer.content.decode()
    assert not cast.robby.shares.exists() and mailbox.read() == []


def test_nobody_shares_with_themselves(cast: Cast) -> None:
    typed = {"member": cast.users["carl"].public_id}
    assert cast.client("carl").post(page_of(cast.robby) + "share/", typed).status_code == 422


@pytest.mark.parametrize("left", [{"retired_at": timezone.now()}, {"deactivated_at": timezone.now()}])
def test_who_was_removed_or_deactivated_cannot_be_given_it(cast: Cast, mailbox: Mailbox, left: Any) -> None:
    Membership.objects.filter(user=cast.users["mia"]).update(**left)
    assert share(cast, "mia").status_code == 422
    assert not cast.robby.shares.exists() and mailbox.read() == []


@pytest.mark.parametrize("member", ["", "nobody", "\0", "x" * 5000, "😀", "\u202e", "1", "None", "'; --"])
def test_an_unknown_id_is_refused_with_a_sentence(cast: Cast, member: str) -> None:
    answer = cast.client("olga").post(page_of(cast.robby) + "share/", {"member": member})
    wanted = "Choose a member or an administrator" if member else "Choose a person"
    assert answer.status_code == 422 and wanted in answer.content.decode()


def test_no_member_at_all_is_refused_with_a_sentence(cast: Cast) -> None:
    answer = cast.client("olga").post(page_of(cast.robby) + "share/")
    assert answer.status_code == 422 and "Choose a person" in answer.content.decode()


def test_sharing_twice_is_the_first_share(cast: Cast, mailbox: Mailbox) -> None:
    assert [share(cast, "mia").status_code for _ in range(2)] == [302, 302]
    assert cast.robby.shares.count() == 1 and len(mailbox.read()) == 1
    assert Record.objects.filter(type="robot.shared").count() == 1


def test_a_robot_without_any_generation_cannot_be_shared(cast: Cast, bare: Robot, mailbox: Mailbox) -> None:
    html = cast.client("olga").get(page_of(bare)).content.decode()
    assert not any(action.endswith("/share/") for action in Page(html).forms)
    answer = share(cast, "mia", bare)
    assert answer.status_code == 422 and not bare.shares.exists() and mailbox.read() == []


def test_a_robot_of_another_organization_cannot_be_shared(cast: Cast) -> None:
    stan = cast.client("stan")
    typed = {"member": cast.users["mia"].public_id}
    assert stan.post(page_of(cast.robby) + "share/", typed).status_code == 404
    assert stan.post(page_of(cast.robby).replace("halden", "nordic") + "share/", typed).status_code == 404


# ---------- the holder's one look ----------


def test_looking_at_the_page_uses_nothing_up(cast: Cast) -> None:
    share(cast, "mia")
    mia, here = cast.client("mia"), shared_page(cast.robby)
    for address in (here, here + "reveal/", "/o/halden/shared/", here):
        assert not saw(cast, mia.get(address))
    assert not Reveal.objects.filter(user=cast.users["mia"]).exists()
    assert saw(cast, reveal(cast))


def test_the_answer_that_reveals_is_kept_nowhere(cast: Cast) -> None:
    share(cast, "mia")
    answer = reveal(cast)
    assert (answer.headers["Cache-Control"], answer.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    html = answer.content.decode()
    assert cast.robby_values.client_id in html and cast.robby_values.oauth1_token_secret in html


def test_a_lost_answer_is_lost_and_the_page_says_whom_to_ask(cast: Cast) -> None:
    share(cast, "mia")
    reveal(cast)
    again = reveal(cast)
    assert again.status_code == 409 and not saw(cast, again)
    assert "olga@halden.example" in again.content.decode() or "Olga" in again.content.decode()


def test_each_holder_has_a_look_of_their_own(cast: Cast) -> None:
    for name in ("mia", "adam"):
        share(cast, name)
    assert saw(cast, reveal(cast, "adam")) and saw(cast, reveal(cast, "mia"))


def test_whom_it_is_not_shared_with_finds_nothing(cast: Cast) -> None:
    share(cast, "mia")
    for name in ("ada", "adam", "olga", "stan"):
        assert cast.client(name).get(shared_page(cast.robby)).status_code == 404
        assert reveal(cast, name).status_code == 404


def test_unsharing_before_the_reveal_beats_it(cast: Cast) -> None:
    share(cast, "mia")
    removed = cast.client("olga").post(
        f"{page_of(cast.robby)}share/{cast.users['mia'].public_id}/remove/", follow=True
    )
    assert "Mia had not seen the secrets" in removed.content.decode()
    assert (
        reveal(cast).status_code == 404 and cast.client("mia").get(shared_page(cast.robby)).status_code == 404
    )
    assert not Reveal.objects.filter(user=cast.users["mia"]).exists()


def test_unsharing_afterwards_says_that_what_was_seen_goes_on_working(cast: Cast) -> None:
    share(cast, "mia")
    reveal(cast)
    removed = cast.client("olga").post(
        f"{page_of(cast.robby)}share/{cast.users['mia'].public_id}/remove/", follow=True
    )
    assert "goes on working until you renew" in removed.content.decode()


def test_sharing_again_gives_no_second_look(cast: Cast) -> None:
    share(cast, "mia")
    reveal(cast)
    cast.client("olga").post(f"{page_of(cast.robby)}share/{cast.users['mia'].public_id}/remove/")
    share(cast, "mia")
    answer = reveal(cast)
    assert answer.status_code == 409 and not saw(cast, answer)


def test_renewal_gives_every_holder_a_mail_and_one_new_look(cast: Cast, mailbox: Mailbox) -> None:
    share(cast, "mia")
    reveal(cast)
    _robot, _secret, fresh = renewal.renew(cast.actor("olga"), cast.robby.public_id)
    assert [str(message["To"]) for message in mailbox.read()] == ["mia@halden.example"] * 2
    assert fresh.client_secret not in mailbox.text()
    assert fresh.client_secret in reveal(cast).content.decode()
    assert reveal(cast).status_code == 409


@pytest.mark.parametrize("left", [{"retired_at": timezone.now()}, {"deactivated_at": timezone.now()}])
def test_who_has_left_reveals_nothing(cast: Cast, left: Any) -> None:
    share(cast, "mia")
    Membership.objects.filter(user=cast.users["mia"]).update(**left)
    assert reveal(cast).status_code == 404
    assert not Reveal.objects.filter(user=cast.users["mia"]).exists()


# ---------- what the owner sees ----------


def test_the_owner_sees_invited_then_opened_then_revealed(cast: Cast, mailbox: Mailbox) -> None:
    share(cast, "mia")
    mailbox.read()
    assert receipt(cast).startswith("Invited")
    cast.client("mia").get(shared_page(cast.robby))
    assert receipt(cast).startswith("Opened") and "has not revealed the secrets yet" in receipt(cast)
    reveal(cast)
    assert receipt(cast).startswith("Revealed")


def test_opening_is_noted_once(cast: Cast) -> None:
    share(cast, "mia")
    cast.client("mia").get(shared_page(cast.robby))
    first = cast.robby.shares.get().opened_at
    cast.client("mia").get(shared_page(cast.robby))
    assert first is not None and cast.robby.shares.get().opened_at == first


def test_pages_of_sharing_make_no_more_queries_with_more_holders(cast: Cast, queries) -> None:
    olga, here = cast.client("olga"), page_of(cast.robby)
    share(cast, "mia")
    olga.get(here)
    one = queries(lambda: olga.get(here))
    for name in ("adam", "mike", "ada"):
        share(cast, name)
    olga.get(here)
    assert queries(lambda: olga.get(here)) == one
    assert OutgoingMail.objects.count() == 4 and cast.client("olga").get(ROBOTS).status_code == 200
