"""API access or a second factor falls away while a form is open: what was typed comes back, with the reason."""

from typing import Any

import pytest

from accounts.models import Membership, Organization
from tests.accounts.forms import Page
from tests.cast import Cast
from tests.tokens.conftest import personal
from tests.tokens.forms import TOKENS, filled, value_in, verb, words
from tokens import actions
from tokens.models import PersonalToken


@pytest.mark.parametrize("lost", ["api_access", "second_factor"])
def test_what_was_typed_outlives_the_access(cast: Cast, lost: str) -> None:
    ada, typed = cast.client("ada"), filled(name="Site tablet", may="chosen", scopes=["work:read"])
    home = Organization.objects.filter(pk=cast.home.pk)
    said = "You have no API access in Halden any more."
    if lost == "api_access":
        Membership.objects.filter(user=cast.users["ada"]).update(api_access=False)
    else:
        home.update(second_factor="everyone")
        said = "Halden asks for a second factor by now."
    answer = ada.post(TOKENS, typed)
    assert answer.status_code == 403 and said in words(answer) and not PersonalToken.objects.exists()
    Membership.objects.filter(user=cast.users["ada"]).update(api_access=True)
    home.update(second_factor="nobody")
    kept = Page(words(answer)).form("/profile/tokens/")
    assert {name: kept[name] for name in ("org", "name", "may", "scopes", "creation_key")} == {
        "org": "halden",
        "name": "Site tablet",
        "may": "chosen",
        "scopes": "work:read",
        "creation_key": typed["creation_key"],
    }
    assert value_in(ada.post(TOKENS, kept)) and PersonalToken.objects.get().scopes == ["work:read"]


def test_access_that_falls_between_the_page_and_the_lock_keeps_what_was_typed(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, create = cast.client("ada"), actions.create

    def late(*given: Any) -> Any:
        Membership.objects.filter(user=cast.users["ada"]).update(api_access=False)
        return create(*given)

    monkeypatch.setattr(actions, "create", late)
    answer = ada.post(TOKENS, filled(name="Site tablet"))
    assert answer.status_code == 403 and 'value="Site tablet"' in words(answer)
    assert (
        "You have no API access in Halden any more." in words(answer) and not PersonalToken.objects.exists()
    )


def test_lost_access_is_said_in_the_one_of_several_organizations(cast: Cast) -> None:
    nordic = Organization.objects.get(slug="nordic")
    Membership.objects.create(organization=nordic, user=cast.users["ada"], api_access=True)
    ada = cast.client("ada")
    Membership.objects.filter(user=cast.users["ada"], organization=cast.home).update(api_access=False)
    answer = ada.post(TOKENS, filled(name="Site tablet"))
    kept = Page(words(answer)).form("/profile/tokens/")
    assert answer.status_code == 403 and (kept["org"], kept["name"]) == ("halden", "Site tablet")
    assert value_in(ada.post(TOKENS, kept | {"org": "nordic"}))


def test_an_edited_name_outlives_the_access(cast: Cast) -> None:
    personal(cast, "ada")
    token, ada = PersonalToken.objects.select_related("organization").get(), cast.client("ada")
    typed = Page(words(ada.get(verb(token, "edit")))).form("/edit/") | {"name": "Renamed"}
    Membership.objects.filter(user=cast.users["ada"]).update(api_access=False)
    answer = ada.post(verb(token, "edit"), typed)
    assert answer.status_code == 422 and 'value="Renamed"' in words(answer)
    assert "You have no API access in Halden any more." in words(answer)
