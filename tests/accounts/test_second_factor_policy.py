"""What a second-factor policy says to those it stops: a mail with what to do, and a way out."""

import pytest
from allauth.mfa.models import Authenticator

from accounts import second_factor
from accounts.models import Membership, Record
from tests.accounts.test_second_factor import SECURITY, ask_of, with_app
from tests.cast import Cast
from tests.conftest import Mailbox

LEAVE = "/o/halden/leave/"


def asked(mailbox: Mailbox) -> list[str]:
    """Who was mailed since the last time."""
    told = sorted(str(message["To"]) for message in mailbox.read())
    mailbox.received.clear()
    return told


def addresses(*names: str) -> list[str]:
    return [f"{name}@halden.example" for name in names]


def test_who_has_no_factor_is_mailed_when_it_is_asked_for(cast: Cast, mailbox: Mailbox) -> None:
    with_app(cast.users["adam"])
    ask_of(cast, "managers")
    assert asked(mailbox) == addresses("carl")
    ask_of(cast, "everyone")
    assert asked(mailbox) == addresses("ada", "carl", "mia", "mike")


def test_the_mail_says_what_to_do_and_who_did_it(cast: Cast, mailbox: Mailbox) -> None:
    ask_of(cast, "everyone")
    message = next(one for one in mailbox.read() if one["To"] == "mia@halden.example")
    assert message["Subject"] == "Halden asks you for a second factor"
    for kind in ("plain", "html"):
        text = " ".join(message.get_body((kind,)).get_content().split())  # type: ignore[union-attr]
        assert "choose Profile, Security" in text and "It was done by Olga." in text
        assert SECURITY + "?needed=halden" in text


def test_the_mail_is_in_their_language(cast: Cast, mailbox: Mailbox) -> None:
    cast.users["mia"].language = "pl"
    cast.users["mia"].save()
    ask_of(cast, "everyone")
    message = next(one for one in mailbox.read() if one["To"] == "mia@halden.example")
    assert "Halden" in message["Subject"] and "asks you" not in message["Subject"]
    assert "From now on" not in message.get_body(("plain",)).get_content()  # type: ignore[union-attr]


@pytest.mark.parametrize("policy", ["managers", "nobody", "everyone"])
def test_a_laxer_policy_or_the_same_mails_nobody(cast: Cast, mailbox: Mailbox, policy: str) -> None:
    ask_of(cast, "everyone")
    asked(mailbox)
    ask_of(cast, policy)
    assert asked(mailbox) == []


def test_deactivated_people_are_not_asked(cast: Cast, mailbox: Mailbox) -> None:
    Membership.objects.filter(user=cast.users["mia"]).update(deactivated_at=cast.home.created_at)
    ask_of(cast, "everyone")
    assert addresses("mia")[0] not in asked(mailbox)


def test_a_refused_policy_mails_nobody(cast: Cast, mailbox: Mailbox) -> None:
    with pytest.raises(second_factor.NotPossible):
        second_factor.set_policy(cast.actor("carl"), "everyone")
    assert asked(mailbox) == []


def test_whom_the_policy_stops_can_leave(cast: Cast) -> None:
    Membership.objects.create(organization=cast.elsewhere, user=cast.users["mia"])
    mia = cast.client("mia")
    ask_of(cast, "everyone")
    page = mia.get(mia.get("/o/halden/").headers["Location"]).content.decode()
    assert 'href="/profile/"' in page and f'href="{LEAVE}"' in mia.get("/profile/").content.decode()
    assert mia.get(LEAVE).status_code == 200
    assert mia.post(LEAVE).headers["Location"] == "/"
    assert mia.get("/o/halden/").status_code == 404 and mia.get("/o/nordic/").status_code == 200
    assert Record.objects.latest("pk").type == "membership.left"
    assert not Authenticator.objects.filter(user=cast.users["mia"]).exists()


def test_strangers_still_find_nothing_to_leave(cast: Cast) -> None:
    ask_of(cast, "everyone")
    assert cast.client("stan").get(LEAVE).status_code == 404
    assert cast.client("mia").get("/o/halden/people/").status_code == 302
