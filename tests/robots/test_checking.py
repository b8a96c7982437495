"""Check a value: whose secret it is, stored nowhere, ten times an hour."""

from datetime import timedelta
from typing import Any

import time_machine
from django.utils import timezone

from accounts.models import Record
from tests.cast import Cast
from tests.robots.conftest import renew


def test_checking_a_value_says_whose_it_is_and_stores_nothing(cast: Cast, olga: Any, here: str) -> None:
    value = cast.robby_values.oauth1_token_secret
    page = olga.post(here + "check/", {"value": f" {value}\n"}).content.decode()
    assert "OAuth1 Token Secret, and it works" in page and value not in page
    assert "not one of this robot" in olga.post(here + "check/", {"value": "something else"}).content.decode()
    renew(olga, here)
    assert "it has ended" in olga.post(here + "check/", {"value": value}).content.decode()
    assert Record.objects.filter(type="secret.checked").count() == 3


def test_ten_checks_an_hour(cast: Cast, olga: Any, here: str) -> None:
    codes = [olga.post(here + "check/", {"value": "x"}).status_code for _ in range(11)]
    assert codes == [200] * 10 + [429]
    with time_machine.travel(timezone.now() + timedelta(minutes=61), tick=True):
        assert olga.post(here + "check/", {"value": "x"}).status_code == 200
