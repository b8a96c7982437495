"""Editing one's own token: name and expiry, one after another, without losing what was typed."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Record
from tests.cast import Cast
from tests.tokens.forms import verb, words
from tokens.models import PersonalToken


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
