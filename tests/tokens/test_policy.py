"""The API policy: tightening shows first what it ends, gives a week, and never touches the owner's tokens."""

from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Organization, Record, RecordDetails
from accounts.permissions import Refused
from tests.cast import Cast
from tests.conftest import Mailbox
from tokens import actions, policy
from tokens.models import PersonalToken

HERE = "/o/halden/settings/api/"


def filled(**changed: Any) -> dict[str, Any]:
    told = {"token_longest_days": "366", "token_idle_days": "", "requests_a_minute": "30"}
    return told | changed


def in_days(number: int) -> Any:
    return timezone.now() + timedelta(days=number)


def made(cast: Cast, who: str, days: int | None) -> PersonalToken:
    token = actions.create(cast.actor(who), f"{who} {days}", None, in_days(30))[0]
    PersonalToken.objects.filter(pk=token.pk).update(expires_at=None if days is None else in_days(days))
    token.refresh_from_db()
    return token


def test_a_policy_is_kept_and_recorded(cast: Cast) -> None:
    told = filled(
        token_longest_days="90", token_never_allowed="on", token_idle_days="60", requests_a_minute="50"
    )
    assert cast.client("carl").post(HERE, told).status_code == 302
    home = Organization.objects.get(pk=cast.home.pk)
    assert (home.token_longest_days, home.token_never_allowed, home.token_idle_days) == (90, True, 60)
    assert home.requests_a_minute == 50
    [line] = Record.objects.filter(type="organization.policy_changed")
    changes = RecordDetails.objects.get(organization_id=line.organization_id, seq=line.seq).changes
    assert changes["token_longest_days"] == [366, 90] and changes["token_idle_days"] == [None, 60]


def test_the_same_policy_again_records_nothing(cast: Cast) -> None:
    assert cast.client("olga").post(HERE, filled()).status_code == 302
    assert not Record.objects.filter(type="organization.policy_changed").exists()


@pytest.mark.parametrize(
    "changed",
    [
        {"token_longest_days": "0"},
        {"token_longest_days": "-1"},
        {"token_longest_days": "99999999999999999999"},
        {"token_longest_days": "soon"},
        {"token_idle_days": "13"},
        {"requests_a_minute": ""},
        {"requests_a_minute": "0"},
        {"requests_a_minute": "301"},
        {"requests_a_minute": "\0"},
    ],
)
def test_a_wrong_field_comes_back(cast: Cast, changed: dict[str, str]) -> None:
    answer = cast.client("olga").post(HERE, filled(**changed))
    assert answer.status_code == 422 and b"What you typed is still here" in answer.content


def test_tightening_first_shows_what_ends_earlier(cast: Cast, mailbox: Mailbox) -> None:
    long, short, never = made(cast, "ada", 300), made(cast, "ada", 20), made(cast, "carl", None)
    owners = made(cast, "olga", 300)
    mailbox.read()
    olga = cast.client("olga")
    page = unescape(olga.post(HERE, filled(token_longest_days="30")).content.decode())
    assert "2 tokens would end earlier" in page and "ada 300" in page and "carl None" in page
    assert "ada 20" not in page and "olga 300" not in page
    long.refresh_from_db()
    assert long.expires_at and long.expires_at > in_days(299)
    answer = olga.post(HERE, filled(token_longest_days="30", sure="on"), follow=True)
    assert "2 tokens end earlier" in unescape(answer.content.decode())
    for token in (long, never):
        token.refresh_from_db()
        assert token.expires_at and in_days(29) < token.expires_at <= in_days(30)
    for token, before in ((short, short.expires_at), (owners, owners.expires_at)):
        token.refresh_from_db()
        assert token.expires_at == before
    assert len(mailbox.read()) == 2 + 4 and "“carl None”" in mailbox.text() and "“ada 300”" in mailbox.text()
    assert Record.objects.filter(type="token.updated").count() == 2


def test_whatever_the_policy_there_is_a_week(cast: Cast) -> None:
    token = made(cast, "ada", 300)
    cast.client("olga").post(HERE, filled(token_longest_days="1", sure="on"))
    token.refresh_from_db()
    assert token.expires_at and in_days(6) < token.expires_at <= in_days(7)


def test_allowing_never_touches_nothing(cast: Cast) -> None:
    made(cast, "ada", None)
    assert cast.client("olga").post(HERE, filled(token_never_allowed="on")).status_code == 302
    assert PersonalToken.objects.get().expires_at is None


def test_without_a_longest_life_the_bound_is_ten_years(cast: Cast) -> None:
    cast.client("olga").post(HERE, filled(token_longest_days=""))
    home = Organization.objects.get(pk=cast.home.pk)
    assert home.token_longest_days is None
    policy.check(home, in_days(3649), timezone.now())
    with pytest.raises(policy.NotPossible):
        policy.check(home, in_days(3651), timezone.now())


def test_only_those_who_manage_the_organization_set_it(cast: Cast) -> None:
    with pytest.raises(Refused):
        policy.set_policy(cast.actor("adam"), requests_a_minute=10)


def test_another_rule_for_unused_ones_warns_anew(cast: Cast) -> None:
    made(cast, "ada", 20)
    PersonalToken.objects.update(idle_noticed_at=timezone.now())
    cast.client("olga").post(HERE, filled(token_idle_days="60"))
    assert PersonalToken.objects.get().idle_noticed_at is None


def test_the_page_says_that_the_owners_are_spared(cast: Cast) -> None:
    page = unescape(cast.client("carl").get(HERE).content.decode())
    assert "The tokens of the owner, Olga, are never shortened or ended by this policy." in page


def test_an_old_page_does_not_undo_what_a_colleague_decided(cast: Cast) -> None:
    olga, where = cast.client("olga"), "/o/halden/settings/api/"
    form = olga.get(where).context["form"]
    old = {"token_longest_days": "366", "requests_a_minute": "30", "shown": form["shown"].value()}
    policy.set_policy(cast.actor("carl"), token_longest_days=30, requests_a_minute=30)
    refused = olga.post(where, old)
    assert refused.status_code == 422 and "while your page was open" in refused.content.decode()
    assert Organization.objects.get(pk=cast.home.pk).token_longest_days == 30
    # The same once more, after comparing, is meant.
    again = olga.post(where, old | {"shown": refused.context["form"]["shown"].value()})
    assert again.status_code == 302 and Organization.objects.get(pk=cast.home.pk).token_longest_days == 366
    where = "/o/halden/settings/security/"
    shown = olga.get(where).context["form"]["shown"].value()
    told = {"second_factor": "nobody", "shown": shown}
    assert olga.post(where, told | {"shown": "managers"}).status_code == 422
    assert olga.post(where, told).status_code == 302
