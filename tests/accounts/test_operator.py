"""Operators see organizations and limits, no secret; every look and change is in the organization's record."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Organization, Record, User
from tests.cast import Cast
from tests.conftest import Mailbox

PAGES = ("/operator/", "/operator/organizations/x/")


@pytest.mark.parametrize("who", ["mia", "adam", "carl", "olga", "stan"])
def test_nobody_else_finds_it(cast: Cast, who: str) -> None:
    assert [cast.client(who).get(page).status_code for page in PAGES] == [404, 404]
    assert cast.client(who).post("/operator/test-mail/").status_code == 404
    assert cast.client("visitor").get("/operator/").status_code == 302


def test_an_operator_without_a_second_factor_sets_one_up_first(cast: Cast) -> None:
    User.objects.filter(pk=cast.users["stan"].pk).update(is_staff=True)
    answer = cast.client("stan").get("/operator/")
    assert answer.status_code == 302 and "/operator/" not in answer.headers["Location"]


def test_looking_and_changing_are_recorded(cast: Cast, operator: Any) -> None:
    assert "Halden" in operator.get("/operator/", {"q": "halden"}).content.decode()
    where = f"/operator/organizations/{cast.home.public_id}/"
    assert operator.get(where).status_code == 200
    assert operator.post(where, {"invitations_a_day": "many"}).status_code == 422
    limits = {"invitations_a_day": 500, "requests_ceiling": 300, "robot_requests_a_minute": 600}
    assert operator.post(where, limits).status_code == 302
    assert Organization.objects.get(pk=cast.home.pk).invitations_a_day == 500
    told = Record.objects.filter(organization_id=cast.home.pk, actor_kind="operator")
    kinds = list(told.order_by("seq").values_list("type", flat=True))
    assert "operator.looked" in kinds and "operator.changed" in kinds
    assert operator.get("/operator/organizations/nothing/").status_code == 404


def test_an_operator_is_still_a_stranger_to_the_organization(cast: Cast, operator: Any) -> None:
    assert operator.get("/o/halden/").status_code == 404


def test_a_test_mail_goes_the_way_of_all_mails(cast: Cast, operator: Any, mailbox: Mailbox) -> None:
    operator.post("/operator/test-mail/")
    assert mailbox.read()[-1]["To"] == cast.users["stan"].email and "It works" in mailbox.latest()


def test_operators_are_made_on_the_server_only(cast: Cast) -> None:
    call_command("operator", "MIA@halden.example")
    assert User.objects.get(pk=cast.users["mia"].pk).is_staff
    call_command("operator", "mia@halden.example", revoke=True)
    assert not User.objects.get(pk=cast.users["mia"].pk).is_staff
    with pytest.raises(CommandError):
        call_command("operator", "nobody@halden.example")
