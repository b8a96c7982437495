"""What stands in the log: a line for a refusal, a traceback only where something broke."""

import logging
import sys

import pytest
from django.test import Client

from config.logs import RedactingFormatter
from tests.cast import Cast


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [("adam", "/o/halden/settings/robots/", 403), ("mia", "/outbox/x%00/", 400), ("mia", "/nothing/", 404)],
)
def test_a_refusal_is_one_line(
    cast: Cast, caplog: pytest.LogCaptureFixture, who: str, path: str, status: int
) -> None:
    client: Client = cast.client(who)
    with caplog.at_level(logging.WARNING, "django.request"):
        assert client.get(path).status_code == status
    lines = [RedactingFormatter().format(one) for one in caplog.records if one.name == "django.request"]
    assert lines and not any("\n" in line for line in lines)


def test_too_large_a_form_is_one_line(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    client: Client = cast.client("ada")
    form = "application/x-www-form-urlencoded"
    assert client.post("/profile/tokens/", "name=" + "x" * 3_000_000, content_type=form).status_code == 413
    lines = [RedactingFormatter().format(one) for one in caplog.records]
    assert lines and not any("\n" in line for line in lines)


def test_what_broke_keeps_its_traceback() -> None:
    try:
        raise LookupError("gate_cs_shown")
    except LookupError:
        broken = logging.LogRecord("django.request", logging.ERROR, "", 0, "broke", None, sys.exc_info())
    told = RedactingFormatter().format(broken)
    assert "Traceback" in told and "LookupError" in told and "gate_cs_shown" not in told
