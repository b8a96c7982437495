"""Links that fill the create form: they suggest, and never choose "everything" or "never"."""

from datetime import timedelta
from html import unescape
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from tests.cast import Cast
from tokens.models import PersonalToken

TOKENS = "/profile/tokens/"


def opened(cast: Cast, who: str = "ada", **given: str) -> str:
    answer = cast.client(who).get(f"{TOKENS}?{urlencode({'create': ''} | given)}")
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_a_link_fills_the_form_and_says_so(cast: Cast) -> None:
    page = opened(cast, name="Wall", scopes="work:read people:read", expires="30", org="halden")
    assert "This link suggests:" in page and 'value="Wall"' in page and 'value="30" selected' in page
    assert 'value="work:read" checked' in page and 'value="chosen" checked' in page
    assert 'value="work:write" checked' not in page and not PersonalToken.objects.exists()


def test_a_date_may_be_suggested(cast: Cast) -> None:
    assert "“2100-01-01”: longer than Halden allows" in opened(cast, expires="2100-01-01")
    for given in ("45", (timezone.localdate() + timedelta(days=45)).isoformat()):
        assert 'value="date" selected' in opened(cast, expires=given)


def test_the_policy_of_the_organization_bounds_what_is_suggested(cast: Cast) -> None:
    cast.home.token_longest_days = 60
    cast.home.save()
    page = opened(cast, expires="90")
    assert "“90”: longer than Halden allows" in page and 'value="30" selected' in page


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"expires": "never"}, "“never”: only you can choose that"),
        ({"expires": "-1"}, "“-1”: neither days"),
        ({"expires": "2020-02-29"}, "“2020-02-29”: neither days"),
        ({"expires": "9" * 400}, "…”: neither days"),
        ({"scopes": "everything"}, "“everything”: not a scope"),
        ({"scopes": "work:read,record:read"}, "“record:read”: more than you may do"),
        ({"scopes": "work:read work:write people:read"}, "everything you may do: only you can choose that"),
        ({"name": "a\x07b"}, "“a�b”: not a name"),
        ({"name": "x" * 5000}, "…”: not a name"),
        ({"org": "nordic"}, "“nordic”: not an organization in which you can make tokens"),
    ],
)
def test_what_is_not_followed_is_named(cast: Cast, given: dict[str, str], said: str) -> None:
    page = opened(cast, **given)
    assert "Of this link, ignored:" in page and said in page
    assert 'value="everything" checked' not in page and 'value="never" selected' not in page


@pytest.mark.parametrize(
    "given", [{"may": "everything"}, {"expires": "never"}, {"may": "everything", "expires": "never"}]
)
def test_no_link_preselects_everything_or_never(cast: Cast, given: dict[str, str]) -> None:
    cast.home.token_never_allowed = True
    cast.home.save()
    page = opened(cast, **given)
    assert 'value="read" checked' in page and 'value="never" selected' not in page


def test_names_of_other_systems_are_understood(cast: Cast) -> None:
    assert 'value="robots:read" checked' in opened(cast, "olga", scopes="PM.RobotAccount.Read")


def test_a_plain_page_suggests_nothing(cast: Cast) -> None:
    for given in ({}, {"org": "halden"}, {"again": "unknown", "org": "halden"}):
        assert "gh-suggestion" not in opened(cast, **given)
