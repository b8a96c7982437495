"""One's own tokens in the browser: created once, shown once, edited, listed for 90 days after their end."""

import re
import uuid
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Membership, Organization, Record, User
from tests.cast import Cast
from tests.conftest import Mailbox
from tests.tokens.conftest import ME, call, in_a_month, personal
from tokens import actions
from tokens.models import PersonalToken

TOKENS = "/profile/tokens/"


def filled(**changed: Any) -> dict[str, Any]:
    """The create form as a careful person fills it."""
    told = {"org": "halden", "name": "Grafana", "expires": "90", "date": "", "may": "read"}
    return told | {"creation_key": uuid.uuid4().hex} | changed


def value_in(answer: Any) -> str:
    return re.search(r"gate_pat_[A-Za-z0-9]{49}", answer.content.decode())[0]  # type: ignore[index]


def words(answer: Any) -> str:
    return unescape(answer.content.decode())


def verb(token: PersonalToken, name: str) -> str:
    return f"{TOKENS}{token.organization.slug}/{token.public_id}/{name}/"


# ---------- creating ----------


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


# ---------- who may ----------


def test_without_api_access_the_page_names_whom_to_ask(cast: Cast) -> None:
    page = words(cast.client("mia").get(TOKENS))
    assert "You have no API access in Halden." in page and "olga@halden.example" in page
    assert "Create access token" not in page
    assert cast.client("mia").post(TOKENS, filled()).status_code == 403


def test_access_that_fell_a_second_ago_makes_no_token(cast: Cast) -> None:
    from accounts.permissions import Refused

    before = cast.actor("ada")
    Membership.objects.filter(user=cast.users["ada"]).update(api_access=False)
    with pytest.raises(Refused):
        actions.create(before, "Late", None, in_a_month())
    assert cast.client("ada").post(TOKENS, filled()).status_code == 403 and not PersonalToken.objects.exists()


def test_lost_access_stops_tokens_until_it_returns(cast: Cast) -> None:
    value, ada = personal(cast, "ada"), Membership.objects.filter(user=cast.users["ada"])
    ada.update(api_access=False)
    page = words(cast.client("ada").get(TOKENS))
    assert "Stopped: you have no API access" in page and "They work again when you get it back." in page
    assert "/rotate/" not in page and "/revoke/" in page
    ada.update(api_access=True)
    assert "Stopped" not in words(cast.client("ada").get(TOKENS)) and call(ME, value).status_code == 200


def test_a_second_factor_that_is_asked_for_comes_first(cast: Cast) -> None:
    Organization.objects.filter(pk=cast.home.pk).update(second_factor="everyone")
    page = words(cast.client("ada").get(TOKENS + "?create"))
    assert "Halden asks for a second factor" in page and 'name="creation_key"' not in page
    assert cast.client("ada").post(TOKENS, filled()).status_code == 403


@pytest.mark.parametrize("name", ["edit", "rotate"])
def test_without_the_factor_that_is_asked_for_a_token_can_only_be_revoked(cast: Cast, name: str) -> None:
    personal(cast, "ada")
    token, ada = PersonalToken.objects.select_related("organization").get(), cast.client("ada")
    Organization.objects.filter(pk=cast.home.pk).update(second_factor="everyone")
    for method in (ada.get, ada.post):
        assert method(verb(token, name))["Location"] == "/profile/security/?needed=halden"
    assert name not in words(ada.get(TOKENS)).partition("gate_pat_")[2]
    assert ada.post(verb(token, "revoke")).status_code == 302
    token.refresh_from_db()
    assert token.revoked_at


def test_the_overview_names_what_expires_and_counts_what_nobody_uses(cast: Cast) -> None:
    personal(cast, "ada")
    soon, old = timezone.now() + timedelta(days=3), timezone.now() - timedelta(days=100)
    assert "expires" not in words(cast.client("ada").get("/o/halden/"))
    PersonalToken.objects.update(expires_at=soon, created_at=old, name="<b>Wall</b>")
    assert "Your token “<b>Wall</b>” expires" in words(cast.client("ada").get("/o/halden/"))
    assert b"<b>Wall" not in cast.client("ada").get("/o/halden/").content
    told = "1 personal access token has not been used for 90 days."
    assert told in words(cast.client("carl").get("/o/halden/"))
    Organization.objects.update(token_idle_days=60)
    assert told not in words(cast.client("carl").get("/o/halden/"))


@pytest.mark.parametrize("name", ["edit", "rotate", "finish", "revoke"])
def test_nobody_reaches_somebody_elses_token(cast: Cast, name: str) -> None:
    personal(cast, "ada")
    token = PersonalToken.objects.select_related("organization").get()
    foreign = verb(token, name).replace("/halden/", "/nordic/")
    for who, address in [
        ("olga", verb(token, name)),
        ("stan", verb(token, name)),
        ("stan", foreign),
        ("ada", foreign),
    ]:
        assert cast.client(who).post(address).status_code == 404, (who, address)
    assert cast.client("visitor").post(verb(token, name)).status_code == 302


def test_a_lapsed_proof_is_asked_for_and_keeps_what_was_typed(cast: Cast) -> None:
    ada = cast.client("ada")
    session = ada.session
    session["signed_in_at"] = 0
    session.save()
    assert ada.get(TOKENS).status_code == 200
    assert "reauthenticate" in ada.get(TOKENS + "?create")["Location"]
    there = ada.post(TOKENS, filled())["Location"]
    assert "reauthenticate" in there and "Grafana" in there and not PersonalToken.objects.exists()


# ---------- editing ----------


@pytest.fixture
def token(cast: Cast) -> PersonalToken:
    """ada's, for a month."""
    return actions.create(cast.actor("ada"), "Grafana", ["work:read"], in_a_month())[0]


def edited(token: PersonalToken, **changed: Any) -> dict[str, Any]:
    return {"name": token.name, "expires": "keep", "date": "", "stamp": token.stamp} | changed


def test_name_and_expiry_can_be_changed(cast: Cast, token: PersonalToken) -> None:
    ada = cast.client("ada")
    assert token.name in words(ada.get(verb(token, "edit")))
    assert ada.post(verb(token, "edit"), edited(token, name="Wall", expires="90")).status_code == 302
    token.refresh_from_db()
    assert token.name == "Wall" and token.expires_at
    assert token.expires_at - timezone.now() > timedelta(days=89) and token.noticed_days is None
    assert Record.objects.filter(type="token.updated").count() == 1


def test_an_edit_that_changes_nothing_records_nothing(cast: Cast, token: PersonalToken) -> None:
    before = token.expires_at
    assert cast.client("ada").post(verb(token, "edit"), edited(token)).status_code == 302
    token.refresh_from_db()
    assert token.expires_at == before and not Record.objects.filter(type="token.updated").exists()


def test_of_two_tabs_the_second_is_told(cast: Cast, token: PersonalToken) -> None:
    ada = cast.client("ada")
    ada.post(verb(token, "edit"), edited(token, name="First"))
    answer = ada.post(verb(token, "edit"), edited(token, name="Second"))
    assert (
        answer.status_code == 422
        and "changed in another window" in words(answer)
        and "Second" in words(answer)
    )
    token.refresh_from_db()
    assert token.name == "First"
    assert ada.post(verb(token, "edit"), edited(token, name="Second")).status_code == 302


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": "\x00"}, "Null characters are not allowed"),
        ({"expires": "date", "date": "1999-01-01"}, "That moment is in the past."),
        ({"expires": "date", "date": "2999-01-01"}, "at most"),
        ({"expires": "never"}, "Select a valid choice"),
    ],
)
def test_a_wrong_edit_comes_back(
    cast: Cast, token: PersonalToken, changed: dict[str, Any], said: str
) -> None:
    answer = cast.client("ada").post(verb(token, "edit"), edited(token, **changed))
    assert answer.status_code == 422 and said in words(answer)


def test_the_end_of_a_life_before_the_policy_is_kept_when_only_the_name_changes(
    cast: Cast, token: PersonalToken
) -> None:
    PersonalToken.objects.update(expires_at=None)
    token.refresh_from_db()
    assert cast.client("ada").post(verb(token, "edit"), edited(token, name="Wall")).status_code == 302
    token.refresh_from_db()
    assert token.expires_at is None and token.name == "Wall"


# ---------- the list ----------


def test_ended_ones_stay_for_90_days_and_can_be_made_again(cast: Cast, token: PersonalToken) -> None:
    PersonalToken.objects.update(expires_at=timezone.now() - timedelta(days=89))
    page = words(cast.client("ada").get(TOKENS))
    assert "Expired" in page and f"?create&again={token.public_id}&org=halden" in page
    form = words(cast.client("ada").get(f"{TOKENS}?create&again={token.public_id}&org=halden"))
    assert (
        'value="Grafana"' in form and 'value="work:read" checked' in form and 'value="chosen" checked' in form
    )
    PersonalToken.objects.update(expires_at=timezone.now() - timedelta(days=91))
    assert "Grafana" not in words(cast.client("ada").get(TOKENS))


def test_everything_can_be_made_again_but_not_by_a_strangers_id(cast: Cast) -> None:
    personal(cast, "ada")
    theirs = PersonalToken.objects.get()
    again = f"{TOKENS}?create&again={theirs.public_id}&org=halden"
    assert 'value="everything" checked' in words(cast.client("ada").get(again))
    assert 'value="everything" checked' not in words(cast.client("olga").get(again))


@pytest.mark.parametrize("name", ["edit", "rotate", "revoke"])
def test_a_verb_on_an_ended_token_leads_back(cast: Cast, token: PersonalToken, name: str) -> None:
    PersonalToken.objects.update(revoked_at=timezone.now())
    answer = cast.client("ada").post(verb(token, name), {"overlap": "0", "shown": token.hint}, follow=True)
    assert "“Grafana” has ended. Nothing was changed." in words(answer)


def test_last_use_is_on_the_page(cast: Cast, token: PersonalToken) -> None:
    told = {"last_used_at": timezone.now() - timedelta(days=120), "last_used_from": "192.0.2.80"}
    PersonalToken.objects.update(
        created_at=timezone.now() - timedelta(days=300), last_used_client="curl/8.5", **told
    )
    page = words(cast.client("ada").get(TOKENS))
    assert "120 days ago" in page and "192.0.2.80" in page and "curl/8.5" in page


def test_the_list_takes_as_many_queries_for_many_tokens_as_for_one(
    cast: Cast, token: PersonalToken, queries: Any
) -> None:
    ada = cast.client("ada")
    ada.get(TOKENS)
    few = queries(lambda: ada.get(TOKENS))
    for _n in range(5):
        personal(cast, "ada")
    Membership.objects.create(organization=cast.elsewhere, user=cast.users["ada"], role="member")
    assert queries(lambda: ada.get(TOKENS)) <= few + 1  # whom to ask, where access is missing


def test_the_menu_and_settings_lead_here(cast: Cast) -> None:
    page = words(cast.client("mia").get("/o/halden/"))
    assert f'<a href="{TOKENS}">Personal access tokens</a>' in page
