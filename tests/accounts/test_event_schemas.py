"""Every type of event has a JSON Schema in the API's document, and whatever is recorded fits it."""

import json

import jsonschema_rs
import pytest

from accounts.catalogue import EventType
from accounts.event_schemas import VALUES, component, components
from accounts.models import Record, RecordDetails
from config.api import api
from tests import schemas
from tests.accounts import event_scenes
from tests.cast import Cast
from tests.tokens.conftest import call, personal

# No action records these any more.
NEVER = {"person.sign_in_failed"}


@pytest.fixture
def played(cast: Cast) -> set[str]:
    """The types that were recorded when everything happened once."""
    schemas.seen.clear()
    event_scenes.play(cast)
    return set(schemas.seen)


@pytest.mark.usefixtures("committed")
def test_everything_that_can_happen_fits_its_schema(played: set[str]) -> None:
    """`tests/schemas.py` has held each to its schema; here stands that none was left out."""
    assert {event.value for event in EventType} - NEVER == played


@pytest.mark.usefixtures("committed")
def test_the_feed_sends_what_the_document_says(cast: Cast) -> None:
    value = personal(cast, "carl")
    for scene in event_scenes.SCENES[:-1]:
        scene(cast)
    RecordDetails.objects.filter(organization_id=cast.home.pk, seq=3).delete()
    after, types = "0", set()
    while True:
        page = call(f"/api/v1/events?limit=200&after={after}", value).json()
        for event in page["items"]:
            schemas.validator("Event").validate(event)
            schemas.check(event)
            types.add(event["type"])
        after = page["next"]
        if not page["more"]:
            break
    there = Record.objects.filter(organization_id=cast.home.pk).values_list("type", flat=True)
    assert types == set(there) and len(types) > 70


def test_the_document_tells_them_apart_by_their_type() -> None:
    told = api.get_openapi_schema()["components"]["schemas"]
    assert told["EventList"]["properties"]["items"]["items"] == {"$ref": "#/components/schemas/Event"}
    mapping = told["Event"]["discriminator"]["mapping"]
    assert set(mapping) == {event.value for event in EventType}
    for event in EventType:
        name = mapping[event.value].rpartition("/")[2]
        assert told[name] == components()[component(event)]
        assert told[name]["properties"]["type"] == {"const": event.value}
        jsonschema_rs.meta.validate({"$schema": "https://json-schema.org/draft/2020-12/schema"} | told[name])


def test_every_value_belongs_to_a_fact() -> None:
    assert set(VALUES) <= {fact for event in EventType for fact in event.facts}


GOOD = {
    "type": "task.updated",
    "timestamp": "2026-01-02T03:04:05.678901Z",
    "data": {
        "id": "7",
        "actor": {"kind": "person", "id": "x", "name": "Olga"},
        "thing": {"kind": "task", "id": "y", "name": "Paint"},
        "workspace": "z",
        "changes": {"title": ["Paint", "Paint all"]},
        "names": {},
        "request_id": "",
    },
}


@pytest.mark.parametrize(
    ("at", "to"),
    [
        (("id",), 7),
        (("data", "id"), "x"),
        (("type",), "task.created"),
        (("type",), "task.painted"),
        (("timestamp",), "yesterday"),
        (("data", "actor"), None),
        (("data", "workspace"), None),
        (("data", "changes", "title"), "Paint all"),
        (("data", "changes", "done"), ["no", "yes"]),
        (("data", "changes", "due_on"), ["2026-01-02", "tomorrow"]),
        (("data", "changes", "colour"), ["red", "blue"]),
        (("data", "names"), {"x": 1}),
    ],
)
def test_what_does_not_fit_is_told(at: tuple[str, ...], to: object) -> None:
    schemas.validator("Event").validate(GOOD)
    bad = json.loads(json.dumps(GOOD))
    inner = bad
    for part in at[:-1]:
        inner = inner[part]
    inner[at[-1]] = to
    with pytest.raises(jsonschema_rs.ValidationError):
        schemas.validator("Event").validate(bad)
