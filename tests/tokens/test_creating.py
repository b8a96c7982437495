"""Creating one's own token in the browser: what it may do, how long it lives, shown once."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Membership, Organization, User
from tests.cast import Cast
from tests.conftest import Mailbox
from tests.tokens.conftest import ME, call, in_a_month
from tests.tokens.forms import TOKENS, filled, value_in, words
from tokens import actions
from tokens.models import PersonalToken


def test_a_token_is_shown_once_and_works(cast: Cast) -> None:
    ada = cast.client("ada")
    answer = ada.post(TOKENS, filled())
    value = value_in(answer)
    assert (answer.status_code, answer["Cache-Control"], answer["Referrer-Policy"]) == (
        200,
        "no-store",
        "no-referrer",
    )
    assert "curl -H" in words(answer) and value not in words(ada.get(TOKENS))
    assert call(ME, value).json()["name"] == "Grafana"
    made = PersonalToken.objects.get()
    assert (
        made.hint in words(ada.get(TOKENS)) and made.scopes and all(s.endswith(":read") for s in made.scopes)
    )


def test_the_same_form_twice_makes_one_token_and_shows_no_value_again(cast: Cast) -> None:
    ada, form = cast.client("ada"), filled()
    value = value_in(ada.post(TOKENS, form))
    again = ada.post(TOKENS, form)
    assert again.status_code == 200 and "gate_pat_" + value[9:20] not in words(again)
    assert "made by the first click" in words(again) and PersonalToken.objects.count() == 1


def test_somebody_elses_creation_key_gives_nothing_of_theirs(cast: Cast) -> None:
    form = filled()
    cast.client("ada").post(TOKENS, form)
    answer = cast.client("olga").post(TOKENS, form)
    assert call(ME, value_in(answer)).json()["name"] == "Grafana" and PersonalToken.objects.count() == 2


@pytest.mark.parametrize(
    ("may", "scopes", "kept"), [("everything", [], None), ("chosen", ["work:read"], ["work:read"])]
)
def test_what_it_may_do_is_what_was_chosen(cast: Cast, may: str, scopes: list[str], kept: Any) -> None:
    cast.client("ada").post(TOKENS, filled(may=may, scopes=scopes))
    assert PersonalToken.objects.get().scopes == kept


@pytest.mark.parametrize("days", ["30", "90", "365"])
def test_it_lives_as_many_days_as_chosen(cast: Cast, days: str) -> None:
    cast.client("ada").post(TOKENS, filled(expires=days))
    made = PersonalToken.objects.get()
    assert made.expires_at and abs(made.expires_at - made.created_at - timedelta(days=int(days))) < timedelta(
        minutes=1
    )


def test_a_date_counts_to_its_end(cast: Cast) -> None:
    day = timezone.localdate() + timedelta(days=10)
    cast.client("ada").post(TOKENS, filled(expires="date", date=day.isoformat()))
    made = PersonalToken.objects.get()
    assert made.expires_at and made.expires_at.isoformat().startswith(f"{day}T23:59:59")


def test_a_date_is_the_persons_own(cast: Cast) -> None:
    User.objects.filter(pk=cast.users["ada"].pk).update(time_zone="Pacific/Kiritimati")
    cast.users["ada"].refresh_from_db()
    with timezone.override("Pacific/Kiritimati"):
        day = timezone.localdate() + timedelta(days=10)
    assert cast.client("ada").post(TOKENS, filled(expires="date", date=day.isoformat())).status_code == 200
    assert f"{PersonalToken.objects.get().expires_at:%Y-%m-%d %H:%M}" == f"{day} 09:59"


def test_the_last_day_that_the_policy_allows_may_be_chosen(cast: Cast) -> None:
    Organization.objects.update(token_longest_days=10)
    day = timezone.localdate() + timedelta(days=10)
    assert cast.client("ada").post(TOKENS, filled(expires="date", date=day.isoformat())).status_code == 200
    assert (
        cast.client("ada")
        .post(TOKENS, filled(expires="date", date=(day + timedelta(days=1)).isoformat()))
        .status_code
        == 422
    )


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": ""}, "Say which program it is for."),
        ({"name": "a\x07b"}, "Remove the control characters"),
        ({"name": "x" * 1_000_000}, "at most 120 characters"),
        ({"name": "see www.example.com"}, "Leave web addresses out"),
        ({"expires": "date", "date": ""}, "Choose a date"),
        ({"expires": "date", "date": "2020-02-29"}, "That moment is in the past."),
        ({"expires": "date", "date": "9999-12-31"}, "Halden lets tokens live for 366 days at most."),
        ({"expires": "date", "date": "tomorrow"}, "Write the date as"),
        ({"expires": "never"}, "Select a valid choice"),
        ({"may": "chosen"}, "Tick at least one"),
        ({"may": "chosen", "scopes": ["record:read"]}, "Select a valid choice"),
        ({"may": "all of it"}, "Select a valid choice"),
        ({"org": "nordic"}, "Select a valid choice"),
        ({"creation_key": "x"}, "A part of this form got lost."),
    ],
)
def test_a_wrong_field_comes_back_with_what_was_typed(cast: Cast, changed: dict[str, Any], said: str) -> None:
    answer = cast.client("ada").post(TOKENS, filled(**{"name": "Site tablet"} | changed))
    assert answer.status_code == 422 and said in words(answer)
    assert "name" in changed or 'value="Site tablet"' in words(answer)
    assert not PersonalToken.objects.exists()


def test_never_is_offered_where_the_policy_allows_it(cast: Cast) -> None:
    ada = cast.client("ada")
    assert 'value="never"' not in words(ada.get(TOKENS + "?create"))
    Organization.objects.update(token_never_allowed=True)
    assert 'value="never"' in words(ada.get(TOKENS + "?create"))
    ada.post(TOKENS, filled(expires="never"))
    assert PersonalToken.objects.get().expires_at is None


def test_a_short_policy_offers_no_longer_life(cast: Cast) -> None:
    Organization.objects.update(token_longest_days=45)
    page = words(cast.client("ada").get(TOKENS + "?create"))
    assert 'value="30" selected' in page and 'value="90"' not in page


def test_nobody_has_more_than_a_hundred(cast: Cast) -> None:
    made = PersonalToken.objects.get(
        fingerprint=actions.create(cast.actor("ada"), "1", None, in_a_month())[0].fingerprint
    )
    PersonalToken.objects.bulk_create(
        PersonalToken(
            organization=cast.home,
            membership=made.membership,
            name=str(n),
            hint="h",
            fingerprint=str(n).encode(),
        )
        for n in range(actions.MOST_LIVING - 1)
    )
    answer = cast.client("ada").post(TOKENS, filled())
    assert answer.status_code == 422 and "Revoke some first" in words(answer)


def test_the_person_is_told_by_mail_without_the_value(cast: Cast, mailbox: Mailbox) -> None:
    value = value_in(cast.client("ada").post(TOKENS, filled()))
    text = mailbox.text()
    assert (
        "“Grafana” acts in your name in Halden" in text
        and "127.0.0.1" in text
        and "That was not you?" in text
    )
    assert value[9:] not in text and PersonalToken.objects.get().hint not in text


def test_with_several_organizations_one_is_chosen(cast: Cast) -> None:
    Membership.objects.create(
        organization=cast.elsewhere, user=cast.users["ada"], role="member", api_access=True
    )
    ada = cast.client("ada")
    page = words(ada.get(TOKENS + "?create"))
    assert '<option value="nordic"' in page and ">Nordic</h2>" in page
    assert ada.post(TOKENS, filled(org="nordic")).status_code == 200
    assert PersonalToken.objects.get().organization == cast.elsewhere


def test_a_scope_that_one_has_only_elsewhere_is_refused(cast: Cast) -> None:
    Membership.objects.create(
        organization=cast.elsewhere, user=cast.users["olga"], role="member", api_access=True
    )
    answer = cast.client("olga").post(TOKENS, filled(org="nordic", may="chosen", scopes=["record:read"]))
    assert answer.status_code == 422 and "In Nordic you may not do this yourself: record:read" in words(
        answer
    )
