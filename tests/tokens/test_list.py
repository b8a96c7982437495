"""The list of one's own tokens: 90 days after their end, made again, last use, what leads to it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Membership, Organization
from tests.cast import Cast
from tests.tokens.conftest import personal
from tests.tokens.forms import TOKENS, verb, words
from tokens.models import PersonalToken


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
