"""Event types in words: each has its own in both languages; wherever one is chosen or read they stand before the code."""

import re

import pytest
from django.utils import timezone, translation

from accounts.catalogue import EventType
from accounts.event_words import EVENT_WORDS, event_and_code, event_words
from tests.accounts.record import RECORD
from tests.cast import Cast
from webhooks import actions
from webhooks.models import Delivery, Webhook

HOOKS = "/o/halden/settings/webhooks/"
WORDS = {"en": "Photo attached", "pl": "Załączono zdjęcie"}


@pytest.fixture(params=["en", "pl"])
def words(request: pytest.FixtureRequest, cast: Cast) -> str:
    """What `photo.attached` is called in olga's language."""
    cast.users["olga"].language = request.param
    cast.users["olga"].save(update_fields=["language"])
    return WORDS[request.param]


def webhook(cast: Cast, *events: str) -> Webhook:
    given = {"description": "ERP", "target_url": "https://erp.example/in", "events": list(events)}
    return actions.create(cast.actor("olga"), given).webhook


def page(cast: Cast, address: str) -> str:
    answer = cast.client("olga").get(address)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def options(html: str, name: str) -> dict[str, str]:
    """Value and words of a select's options."""
    found = re.search(rf'<select[^>]* name="{name}".*?</select>', html, re.DOTALL)
    assert found, f"no choice called {name}"
    return dict(re.findall(r'<option value="([^"]*)"[^>]*>([^<]*)</option>', found[0]))


def test_every_type_has_words() -> None:
    assert set(EVENT_WORDS) == {kind.value for kind in EventType}


@pytest.mark.parametrize("language", ["en", "pl"])
def test_no_two_types_have_the_same_words(language: str) -> None:
    with translation.override(language):
        told = {kind: event_words(kind) for kind in EVENT_WORDS}
    assert len({one.casefold() for one in told.values()}) == len(told)
    assert all(one[0].isupper() and "." not in one and "%" not in one for one in told.values())


def test_polish_is_translated_and_speaks_as_the_manual_does() -> None:
    with translation.override("pl"):
        polish = {kind: event_words(kind) for kind in EVENT_WORDS}
    with translation.override("en"):
        assert [kind for kind in EVENT_WORDS if polish[kind] == event_words(kind)] == []
    manual = {"task.created": "Utworzono zadanie", "task.updated": "Zaktualizowano zadanie"}
    assert polish | manual | {"photo.attached": "Załączono zdjęcie"} == polish


def test_a_type_that_is_none_any_more_stays_a_code() -> None:
    assert event_words("task.painted") == event_and_code("task.painted") == "task.painted"


def test_the_form_of_a_webhook(cast: Cast, words: str) -> None:
    html = page(cast, HOOKS + "?create")
    label = re.search(r'<label[^>]* for="event-photo.attached">(.*?)</label>', html)
    assert label and label[1].startswith(words) and ">photo.attached</code>" in label[1]


def test_a_webhooks_page_and_the_list(cast: Cast, words: str) -> None:
    made = webhook(cast, "photo.attached")
    for address in (HOOKS, f"{HOOKS}{made.public_id}/"):
        assert f"{words} <code>photo.attached</code>" in page(cast, address)
    many = webhook(cast, *(kind.value for kind in EventType))
    html = page(cast, f"{HOOKS}{many.public_id}/")
    assert f'{words} <code class="gh-sub">photo.attached</code>' in html


def test_deliveries_their_filter_and_the_test_event(cast: Cast, words: str) -> None:
    made = webhook(cast, "photo.attached")
    told = {"organization_id": cast.home.pk, "event_type": "photo.attached", "body": b"{}"}
    at = timezone.now()
    row = Delivery.objects.create(webhook=made, state="delivered", created_at=at, ended_at=at, **told)
    html = page(cast, f"{HOOKS}{made.public_id}/")
    assert options(html, "type")["photo.attached"] == f"{words} (photo.attached)"
    tried = options(html, "event")
    assert tried["photo.attached"] == f"{words} (photo.attached)" and set(tried) == set(EVENT_WORDS)
    line = re.search(r'<th role="rowheader".*?</th>', html)
    assert line and f">{words}<" in line[0] and ">photo.attached</code>" in line[0]
    one = page(cast, f"{HOOKS}{made.public_id}/deliveries/{row.public_id}/")
    assert f"<h1>{words}</h1>" in one and ">photo.attached</code>" in one and f"<title>{words}" in one


def test_the_filter_of_deliveries_keeps_a_type_that_is_not_heard_any_more(cast: Cast) -> None:
    made = webhook(cast, "task.created")
    html = page(cast, f"{HOOKS}{made.public_id}/?type=photo.attached")
    assert '<option value="photo.attached" selected>Photo attached (photo.attached)</option>' in html


def test_the_records_filter_and_the_details_of_a_line(cast: Cast, words: str) -> None:
    made = webhook(cast, "photo.attached")
    cast.client("olga").post(f"{HOOKS}{made.public_id}/test/", {"event": "photo.attached"})
    html = page(cast, RECORD)
    assert options(html, "type")["photo.attached"] == f"{words} (photo.attached)"
    # The events of the new webhook, and the one that was sent.
    assert html.count(f"<dd>{words} (photo.attached)</dd>") == 2
    assert f": {words}" in html
