"""A JSON Schema (2020-12) for each event type: the body that accounts/wire.py makes, told apart by `type`.

The catalogue says which facts an event may carry; here stands what a fact's value looks like, and where it is [before, after].
"""

from typing import Any

from accounts.catalogue import EventType

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
NUMBER: Schema = {"type": "integer"}
NUMBER_OR_NULL: Schema = {"type": ["integer", "null"]}
YES_OR_NO: Schema = {"type": "boolean"}
WORDS: Schema = {"type": "array", "items": TEXT}
WORDS_OR_NULL: Schema = {"type": ["array", "null"], "items": TEXT}
MOMENT: Schema = {"type": "string", "format": "date-time"}
MOMENT_OR_NULL: Schema = {"type": ["string", "null"], "format": "date-time"}
DAY_OR_NULL: Schema = {"type": ["string", "null"], "format": "date"}

# Every fact of the catalogue that is not a text; a person, group or column is told by its id.
VALUES: dict[str, Schema] = {
    "api_access": YES_OR_NO,
    "assignee": TEXT_OR_NULL,
    "columns": WORDS,
    "cancelled": NUMBER,
    "deliveries": NUMBER,
    "dies_at": MOMENT,
    "done": YES_OR_NO,
    "due_on": DAY_OR_NULL,
    "expires_at": MOMENT_OR_NULL,
    "failing_since": MOMENT,
    "filters": {"type": "object", "additionalProperties": TEXT},
    "groups": WORDS,
    "hears": WORDS,
    "invitations_a_day": NUMBER,
    "keeper": TEXT_OR_NULL,
    "labels": WORDS,
    "lines": NUMBER,
    "manage_people": YES_OR_NO,
    "matched": YES_OR_NO,
    "networks": WORDS,
    "number": NUMBER,
    "oauth1": YES_OR_NO,
    "overlap_hours": NUMBER,
    "people": NUMBER,
    "position": NUMBER,
    "read_only": YES_OR_NO,
    "requests_a_minute": NUMBER_OR_NULL,
    "requests_ceiling": NUMBER,
    "require_body_hash": YES_OR_NO,
    "robot_requests_a_minute": NUMBER,
    "scopes": WORDS_OR_NULL,
    "seen": YES_OR_NO,
    "shortened": NUMBER,
    "size": NUMBER,
    "since": MOMENT,
    "token_idle_days": NUMBER_OR_NULL,
    "token_longest_days": NUMBER_OR_NULL,
    "token_never_allowed": YES_OR_NO,
    "wanted": NUMBER,
}
# Endings of types that tell what was before and is now, in a list of two …
CHANGES = ("updated", "changed", "policy_changed", "transferred", "moved", "completed", "taken_back")
CHANGED_IN = {("limit.granted", "requests_a_minute"), ("secret.extended", "dies_at")}
# … but for facts that have nothing before.
PLAIN = frozenset({"answer", "cancelled", "dropped", "joined", "left", "path", "replaced", "shortened"})

NAMES = "EventNames"
PARTY = "EventParty"
EVENT = "Event"


def fact_schema(event: EventType, fact: str) -> Schema:
    """What the value of `fact` looks like in `event`."""
    value = VALUES.get(fact, TEXT)
    changes = event.value.partition(".")[2] in CHANGES and fact not in PLAIN
    if not changes and (event.value, fact) not in CHANGED_IN:
        return value
    return {"type": "array", "prefixItems": [value, value], "items": False, "minItems": 2, "maxItems": 2}


def schema(event: EventType) -> Schema:
    """The whole body of an event of this type; `$ref`s as in the OpenAPI document. More fields may come one day."""
    facts = {fact: fact_schema(event, fact) for fact in sorted(event.facts)}
    changes = {"type": ["object", "null"], "properties": facts, "additionalProperties": False}
    number: Schema = {"type": "string", "pattern": "^[1-9][0-9]*$"}
    data: dict[str, Schema] = {
        "id": number,
        "actor": _ref(PARTY),
        "thing": _ref(PARTY),
        "workspace": TEXT if event.audience == "work" else {"type": "null"},
        "changes": changes,
        "names": _ref(NAMES),
        "request_id": TEXT,
    }
    body: dict[str, Schema] = {
        "type": {"const": event.value},
        "timestamp": MOMENT,
        "data": {"type": "object", "properties": data, "required": list(data)},
    }
    return {
        "title": event.value,
        "description": AUDIENCES[event.audience],
        "type": "object",
        # Webhooks have no `id` beside the data: their own stands in the header webhook-id.
        "properties": {"id": number | {"description": "In the feed: the same as in `data`."}} | body,
        "required": list(body),
    }


AUDIENCES = {
    "work": "For whoever may read that workspace.",
    "people": "For whoever manages people.",
    "owners": "For whoever may read the record.",
}


def component(event: EventType) -> str:
    """What its schema is called in the document: `task.created` is `TaskCreatedEvent`."""
    return "".join(part.capitalize() for part in event.value.replace(".", "_").split("_")) + "Event"


def components() -> dict[str, Schema]:
    """All of them by name, for `components/schemas`; `Event` is any one of them."""
    named = {component(event): event for event in EventType}
    told: dict[str, Schema] = {name: schema(event) for name, event in named.items()}
    told[PARTY] = {
        "description": "Who acted, or what was acted on, as it was called then.",
        "type": "object",
        "properties": {
            "kind": TEXT | {"description": "person, token, robot, operator, timetable; workspace, task …"},
            "id": TEXT,
            "name": TEXT_OR_NULL | {"description": "null once erased"},
        },
        "required": ["kind", "id", "name"],
    }
    told[NAMES] = {
        "description": "What ids in `changes` were called then; null once erased.",
        "type": ["object", "null"],
        "additionalProperties": TEXT,
    }
    told[EVENT] = {
        "description": "Something that happened. `data.id` is its number in the record, `changes` are {field: [before, after]} "
        "or plain facts, null once erased.",
        "oneOf": [_ref(name) for name in named],
        "discriminator": {
            "propertyName": "type",
            "mapping": {event.value: _ref(name)["$ref"] for name, event in named.items()},
        },
    }
    return told


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}
