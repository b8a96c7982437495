"""Who may have tokens and reach one: API access, second factors, a fresh proof, nobody else's."""

import pytest

from accounts.models import Membership, Organization
from tests.cast import Cast
from tests.tokens.conftest import ME, call, in_a_month, personal
from tests.tokens.forms import TOKENS, filled, verb, words
from tokens import actions
from tokens.models import PersonalToken


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
