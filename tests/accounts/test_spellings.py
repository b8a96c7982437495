"""One person, one spelling of an address: NFKC and lower case, whatever was typed (accounts.models.normalize_email)."""

from typing import Any

import pytest
from django.test import Client

from accounts import actions, invitations
from accounts.models import Organization, User
from tests.accounts.test_welcome import FIRST, WELCOME, opened, signed_in
from tests.cast import PASSWORD, Cast, person


@pytest.fixture
def first_run(db: None) -> str:
    link = actions.first_run_link()
    assert link
    return link


@pytest.mark.parametrize("typed", ["Olga@Halden.Example", "OLGA@halden.example", " olga@halden.example "])
def test_an_address_is_stored_in_one_spelling_and_any_spelling_signs_in(first_run: str, typed: str) -> None:
    assert opened(first_run).post(WELCOME, FIRST | {"email": typed}).status_code == 302
    assert (
        User.objects.get().email == User.objects.get().emailaddress_set.get().email == "olga@halden.example"
    )
    for spelling in ("olga@halden.example", "OLGA@HALDEN.EXAMPLE", "olga@ＨＡＬＤＥＮ.example"):
        client = Client()
        client.post("/accounts/login/", {"login": spelling, "password": FIRST["password"]})
        assert signed_in(client) == "olga@halden.example", spelling


def test_two_spellings_of_one_address_cannot_be_two_people(cast: Cast) -> None:
    from django.db import IntegrityError, transaction

    for email in ("Olga@halden.example", "olga@halden.example", "olga@ｈalden.example"):
        with pytest.raises(IntegrityError), transaction.atomic():
            User.objects.create_user(email, PASSWORD)
    with pytest.raises(IntegrityError), transaction.atomic():
        User(email="OLGA@halden.example").save()


def test_an_address_that_is_taken_does_not_use_the_link_up(first_run: str) -> None:
    person("olga")
    answer = opened(first_run).post(WELCOME, FIRST)
    assert answer.status_code == 422 and "Somebody already has this address." in answer.content.decode()
    assert not Organization.objects.exists() and invitations.live().exists()


def test_a_visitor_cannot_sign_up(db: None) -> None:
    typed: dict[str, Any] = {"email": "x@y.example", "password1": "tide-tables-7"}
    assert Client().post("/accounts/signup/", typed).status_code in (200, 403, 404)
    assert not User.objects.exists()
