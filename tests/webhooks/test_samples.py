"""Test events look like the real ones."""

import json
from typing import Any

import pytest
from django.utils import timezone

from accounts.catalogue import EventType
from tests import schemas
from tests.accounts import event_scenes
from tests.cast import Cast
from webhooks import samples


def test_an_example_fits_the_schema_of_its_type_and_says_that_it_is_one() -> None:
    for kind in EventType:
        body = json.loads(samples.body(kind.value, timezone.now()))
        schemas.check(body)
        assert body["data"]["test"] is True and set(body["data"]["changes"]) == kind.facts, kind


@pytest.mark.usefixtures("committed")
def test_an_example_is_about_the_kind_of_thing_that_real_ones_are_about(cast: Cast) -> None:
    from accounts.events import recorded

    real: dict[str, str] = {}

    def note(records: Any, **_more: Any) -> None:
        real.update({row.type: row.thing_kind for row, _details in records})

    recorded.connect(note)
    event_scenes.play(cast)
    recorded.disconnect(note)
    shown = {kind: samples.sample(kind, timezone.now())["data"]["thing"]["kind"] for kind in real}
    assert shown == real and len(real) > 70
