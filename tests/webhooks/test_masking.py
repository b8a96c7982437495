"""Receivers echo what they were sent; what is stored of it holds no secret in any spelling."""

import base64
import json
from collections.abc import Callable
from urllib.parse import quote

import pytest

from tests.cast import Cast
from tests.leaks import found
from tests.webhooks.conftest import happen, hides, listens
from tests.webhooks.receivers import Receiver
from webhooks import credentials
from webhooks.masking import Mask
from webhooks.models import Attempt, Header

SECRET = 'p/ä"ss wörd+&<42>'


@pytest.mark.parametrize(
    "written",
    [
        SECRET,
        base64.b64encode(SECRET.encode()).decode(),
        base64.urlsafe_b64encode(SECRET.encode()).decode().rstrip("="),
        base64.b64encode(f"user:{SECRET}".encode()).decode(),
        base64.b64encode(f"us:{SECRET} and more".encode()).decode(),
        base64.b64encode(f"u:{SECRET}.".encode()).decode(),
        quote(SECRET, safe=""),
        quote(SECRET, safe="").lower(),
        json.dumps(SECRET),
        json.dumps(SECRET, ensure_ascii=False),
        json.dumps(SECRET).replace("/", "\\/"),
    ],
)
def test_every_spelling_is_masked(written: str) -> None:
    masked = Mask([SECRET]).text(f"you sent {written}, thank you")
    assert "•••" in masked and masked.startswith("you sent ") and masked.endswith(", thank you")
    assert written not in masked and SECRET not in masked


def test_a_secret_that_was_cut_off_does_not_show_its_beginning() -> None:
    mask = Mask(["correct-horse-battery"])
    assert mask.text("x correct-horse-b", is_cut=True) == "x •••"
    assert mask.text("x correct-horse-b") == "x correct-horse-b"


def test_a_hidden_token_is_masked_without_its_scheme_too(cast: Cast) -> None:
    webhook = listens(cast, "https://erp.example/")
    hides(webhook, "Authorization", "Bearer t0k-of-the-erp")
    hides(webhook, "X-Site", "in harbour")
    hides(webhook, "X-Mode", "dry run")
    mask = Mask(credentials.sealed_values(webhook))
    assert mask.text("no such token: t0k-of-the-erp, a run") == "no such token: •••, a run"


def test_nothing_to_hide_changes_nothing() -> None:
    assert Mask([]).text("as it is", is_cut=True) == "as it is" and Mask([""]).text("as it is") == "as it is"


def test_what_an_echo_says_is_stored_masked(
    committed: None, cast: Cast, receiver: Receiver, run: Callable[[], None]
) -> None:
    secret, password, key = credentials.new_secret(), "correct-horse-staple", "k3y-of-the-erp-0815"
    webhook = listens(cast, receiver.url("/echo"), secret=secret, username="gate", password=password)
    hides(webhook, "X-Api-Key", key)
    Header.objects.create(webhook=webhook, name="X-Shown", value="shown")
    happen(cast)
    run()
    headers = receiver.heard[0].headers
    pair = base64.b64encode(f"gate:{password}".encode()).decode()
    assert (headers["authorization"], headers["x-api-key"], headers["x-shown"]) == (
        f"Basic {pair}",
        key,
        "shown",
    )
    attempt = Attempt.objects.get()
    assert ["X-Api-Key", "•••"] in attempt.request_headers and ["X-Shown", "shown"] in attempt.request_headers
    assert "•••" in attempt.answer_body and "shown" in attempt.answer_body
    assert found([secret, password, key, pair]) == []


def test_half_a_mebibyte_is_stored_up_to_64_kib(
    committed: None, cast: Cast, receiver: Receiver, run: Callable[[], None]
) -> None:
    listens(cast, receiver.url("/huge"))
    happen(cast)
    run()
    attempt = Attempt.objects.get()
    assert (len(attempt.answer_body), attempt.note, attempt.outcome) == (65536, "cut", "ok")
