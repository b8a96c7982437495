"""Revoking: one's own, somebody else's with a reason and a mail, all that nobody used for 90 days."""

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Membership, Record, RecordDetails
from accounts.permissions import Refused
from accounts.sealing import fingerprint
from tests.cast import Cast
from tests.conftest import Mailbox
from tests.tokens.conftest import ME, call, in_a_month, is_problem, personal
from tokens import actions, revoking
from tokens.models import PersonalToken

PEOPLE = "/o/halden/people/"


def token_of(cast: Cast, who: str) -> PersonalToken:
    """A token of theirs, also of those without API access."""
    told = {"organization": cast.home, "name": f"{who}'s", "hint": "gate_pat_abc…xyz"}
    return PersonalToken.objects.create(
        membership=cast.membership(who), fingerprint=fingerprint(who), expires_at=in_a_month(), **told
    )


def theirs(cast: Cast, who: str, token: PersonalToken) -> str:
    return f"{PEOPLE}{cast.users[who].public_id}/tokens/{token.public_id}/revoke/"


def words(answer: Any) -> str:
    return unescape(answer.content.decode())


# ---------- one's own ----------


def test_ones_own_is_revoked_and_stays_listed(cast: Cast) -> None:
    value, ada = personal(cast, "ada"), cast.client("ada")
    token = PersonalToken.objects.get()
    here = f"/profile/tokens/halden/{token.public_id}/revoke/"
    assert "This stops:" in words(ada.get(here))
    assert "is revoked. It stopped working." in words(ada.post(here, follow=True))
    is_problem(call(ME, value), 401, "invalid_token")
    assert "Revoked by Ada" in words(ada.get("/profile/tokens/"))
    assert "has ended. Nothing was changed." in words(ada.post(here, follow=True))
    assert Record.objects.filter(type="token.revoked").count() == 1


def test_ones_own_can_be_revoked_without_api_access(cast: Cast) -> None:
    token = token_of(cast, "mia")
    cast.client("mia").post(f"/profile/tokens/halden/{token.public_id}/revoke/")
    token.refresh_from_db()
    assert token.revoked_at and token.revoked_by_name == "Mia"


def test_revoking_ends_a_running_overlap(cast: Cast) -> None:
    token, _value = actions.create(cast.actor("ada"), "x", None, in_a_month())
    actions.rotate(cast.actor("ada"), token.public_id, timedelta(hours=24), token.hint)
    revoking.revoke(cast.actor("ada"), cast.membership("ada"), token.public_id)
    token.refresh_from_db()
    assert token.previous_fingerprint is None and bytes(token.fingerprint)


# ---------- other people's ----------

ALLOWED = {
    "olga": {"olga", "carl", "adam", "mike", "ada", "mia"},
    "carl": {"carl", "adam", "mike", "ada", "mia"},
    "adam": {"adam", "mike", "ada", "mia"},
    # Wider than managing, as in the manual: an administrator's, too.
    "mike": {"mike", "adam", "ada", "mia"},
    "ada": {"ada"},
    "mia": {"mia"},
}


@pytest.mark.parametrize("who", ALLOWED)
def test_who_may_revoke_whose(cast: Cast, who: str) -> None:
    for whose in ALLOWED:
        token = token_of(cast, whose)
        answer = cast.client(who).post(theirs(cast, whose, token), {"why": "Left on a train."})
        token.refresh_from_db()
        # One's own way is the profile; this one is for those who manage people.
        expected = whose in ALLOWED[who] and who not in ("ada", "mia")
        assert (answer.status_code == 302) == (token.revoked_at is not None) == expected, (who, whose)
        if whose not in ALLOWED[who]:
            assert answer.status_code == 403
            with pytest.raises(Refused):
                revoking.revoke(cast.actor(who), cast.membership(whose), token.public_id)


def test_strangers_and_wrong_ids_find_nothing(cast: Cast) -> None:
    token = token_of(cast, "mia")
    assert cast.client("stan").get(theirs(cast, "mia", token)).status_code == 404
    assert cast.client("olga").get(theirs(cast, "ada", token)).status_code == 404
    foreign = PersonalToken.objects.create(
        organization=cast.elsewhere, membership=cast.membership("stan"), name="x", hint="h", fingerprint=b"s"
    )
    assert cast.client("olga").get(theirs(cast, "mia", foreign)).status_code == 404
    assert cast.client("olga").get(theirs(cast, "stan", foreign)).status_code == 404


def test_the_page_shows_the_last_use_before_the_button(cast: Cast) -> None:
    token = token_of(cast, "mia")
    PersonalToken.objects.update(
        last_used_at=timezone.now(), last_used_from="203.0.113.7", last_used_client="curl/8"
    )
    page = words(cast.client("adam").get(theirs(cast, "mia", token)))
    assert "203.0.113.7" in page and "curl/8" in page and page.index("Just now") < page.index("btn-danger")


def test_the_person_hears_who_and_why(cast: Cast, mailbox: Mailbox) -> None:
    token = token_of(cast, "mia")
    answer = cast.client("adam").post(theirs(cast, "mia", token), {"why": "Left on a train."}, follow=True)
    assert "A mail tells Mia who did it and why." in words(answer)
    told = mailbox.latest()
    assert "Adam revoked in Halden: “mia's”" in told and "The reason: Left on a train." in told
    token.refresh_from_db()
    assert (token.revoked_by_kind, token.revoked_by_name) == ("person", "Adam")
    assert "Left on a train." in words(cast.client("mia").get("/profile/tokens/"))
    [line] = Record.objects.filter(type="token.revoked")
    details = RecordDetails.objects.get(organization_id=line.organization_id, seq=line.seq)
    assert details.names["person"] == "Mia" and details.changes == {"why": "Left on a train."}


@pytest.mark.parametrize("why", ["", " ", "a\nb", "x" * 501, "see https://x.example", "\u202eback"])
def test_a_reason_that_is_none_comes_back(cast: Cast, why: str) -> None:
    token = token_of(cast, "mia")
    assert cast.client("adam").post(theirs(cast, "mia", token), {"why": why}).status_code == 422
    token.refresh_from_db()
    assert token.revoked_at is None


def test_revoking_twice_is_once(cast: Cast, mailbox: Mailbox) -> None:
    token, adam = token_of(cast, "mia"), cast.client("adam")
    adam.post(theirs(cast, "mia", token), {"why": "Left on a train."})
    again = adam.post(theirs(cast, "mia", token), {"why": "Once more."}, follow=True)
    assert "has ended. Nothing was changed." in words(again)
    token.refresh_from_db()
    assert token.revoked_why == "Left on a train." and len(mailbox.read()) == 1


def test_a_manager_who_fell_a_second_ago_is_refused(cast: Cast) -> None:
    before, token = cast.actor("mike"), token_of(cast, "mia")
    Membership.objects.filter(user=cast.users["mike"]).update(manage_people=False)
    with pytest.raises(Refused):
        revoking.revoke(before, cast.membership("mia"), token.public_id, "why")


# ---------- the panel ----------


def test_the_panel_shows_tokens_and_revoke_where_one_may(cast: Cast) -> None:
    for who in ("mia", "carl"):
        token_of(cast, who)
    page = words(cast.client("adam").get(f"{PEOPLE}{cast.users['mia'].public_id}/"))
    assert "mia's" in page and "gate_pat_abc…xyz" in page and "/revoke/" in page
    page = words(cast.client("adam").get(f"{PEOPLE}{cast.users['carl'].public_id}/"))
    assert "carl's" in page and "/revoke/" not in page


def test_on_ones_own_page_revoke_leads_to_the_profile(cast: Cast) -> None:
    token = token_of(cast, "mia")
    page = words(cast.client("mia").get(f"{PEOPLE}{cast.users['mia'].public_id}/"))
    assert f"/profile/tokens/halden/{token.public_id}/revoke/" in page and "/people/tokens/" not in page


def test_the_panel_takes_as_many_queries_for_many_tokens_as_for_one(cast: Cast, queries: Any) -> None:
    token_of(cast, "ada")
    adam, page = cast.client("adam"), f"{PEOPLE}{cast.users['ada'].public_id}/"
    adam.get(page)
    few = queries(lambda: adam.get(page))
    for _n in range(5):
        personal(cast, "ada")
    assert queries(lambda: adam.get(page)) == few


# ---------- unused ones ----------


def unused_page(cast: Cast, who: str = "ada") -> str:
    return f"{PEOPLE}{cast.users[who].public_id}/tokens/unused/"


def aged(token: PersonalToken, **more: Any) -> PersonalToken:
    long_ago = timezone.now() - timedelta(days=100)
    PersonalToken.objects.filter(pk=token.pk).update(**{"created_at": long_ago} | more)
    return token


def test_all_unused_ones_go_with_one_mail(cast: Cast, mailbox: Mailbox) -> None:
    made = [
        actions.create(cast.actor("ada"), name, None, in_a_month())[0] for name in ("old", "used", "young")
    ]
    mailbox.read()
    aged(made[0])
    aged(made[1], last_used_at=timezone.now() - timedelta(days=89))
    page = words(cast.client("adam").get(unused_page(cast)))
    assert ">old <" in page and ">used <" not in page and ">young <" not in page
    told = {"tokens": [made[0].public_id], "why": "Nobody needs it."}
    assert "1 token of Ada is revoked." in words(
        cast.client("adam").post(unused_page(cast), told, follow=True)
    )
    assert list(PersonalToken.objects.filter(revoked_at=None).order_by("pk")) == made[1:]
    assert "“old”" in mailbox.latest() and "Nobody needs it." in mailbox.latest()


def test_one_that_was_used_meanwhile_stays(cast: Cast) -> None:
    token = aged(actions.create(cast.actor("ada"), "old", None, in_a_month())[0])
    PersonalToken.objects.update(last_used_at=timezone.now())
    told = {"tokens": [token.public_id], "why": "Nobody needs it."}
    answer = cast.client("adam").post(unused_page(cast), told)
    assert answer.status_code == 422 and PersonalToken.objects.get().revoked_at is None
    ids = [token.public_id]
    assert revoking.revoke_unused(cast.actor("adam"), cast.membership("ada"), ids, "why") == []


def test_the_unused_of_the_owner_are_the_owners(cast: Cast) -> None:
    aged(token_of(cast, "olga"))
    assert cast.client("carl").get(unused_page(cast, "olga")).status_code == 403
    assert "has no token that nobody used" in words(cast.client("olga").get(unused_page(cast, "carl")))


# ---------- reactivating ----------


def test_what_is_not_chosen_at_reactivation_says_who_ended_it(cast: Cast) -> None:
    from accounts import membership

    token = token_of(cast, "mia")
    membership.deactivate(cast.actor("olga"), cast.users["mia"].public_id)
    membership.reactivate(cast.actor("olga"), cast.users["mia"].public_id, [])
    token.refresh_from_db()
    assert token.revoked_at and token.revoked_by_name == "Olga" and token.revoked_why
    [line] = Record.objects.filter(type="token.revoked")
    changes = RecordDetails.objects.get(organization_id=line.organization_id, seq=line.seq).changes
    assert line.thing_key == token.public_id and changes["why"] == token.revoked_why


def test_what_is_chosen_at_reactivation_works_on_and_is_not_told_as_ended(cast: Cast) -> None:
    from accounts import membership

    token = token_of(cast, "mia")
    membership.deactivate(cast.actor("olga"), cast.users["mia"].public_id)
    membership.reactivate(cast.actor("olga"), cast.users["mia"].public_id, [token.public_id])
    token.refresh_from_db()
    assert token.revoked_at is None and not Record.objects.filter(type="token.revoked").exists()
