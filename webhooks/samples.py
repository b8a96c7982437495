"""A realistic example of every event type, for "Send test event": the shape of the real one, with nobody's data in it."""

from datetime import datetime
from typing import Any

from accounts.catalogue import EventType
from accounts.event_schemas import fact_schema
from accounts.models import Record
from accounts.wire import encoded, event_body

# Names and ids that are recognised as invented: nobody's, and the same in every test.
PERSON = "5a3c1f0e-0000-4000-8000-0000000000a1"
OTHER = "5a3c1f0e-0000-4000-8000-0000000000a2"
PLACE = "5a3c1f0e-0000-4000-8000-0000000000b1"
THING = "5a3c1f0e-0000-4000-8000-0000000000c1"
# The kind of thing, where it is not called as its events are, and what it is called.
KINDS = {"secret": "robot", "person": "user", "membership": "user", "operator": "organization"}
KINDS |= {"ownership": "ownershipoffer", "limit": "limitrequest", "token": "personaltoken"}
KINDS |= {"connect": "connectrequest", "record": "organization", "photo": "attachment", "file": "attachment"}
KINDS |= {"ownership.transferred": "organization", "limit.taken_back": "user"}
NAMES = {
    "attachment": "crane-north.jpg",
    "board": "Progress",
    "column": "In progress",
    "connect": "Connect",
    "file": "drawing-4.pdf",
    "group": "Site cameras",
    "invitation": "invited@example.com",
    "limit": "60",
    "membership": "Sam Sample",
    "person": "Sam Sample",
    "photo": "crane-north.jpg",
    "robot": "Photo importer",
    "secret": "Photo importer",
    "task": "Pour the deck of span 3",
    "token": "Laptop scripts",
    "webhook": "Tasks to the ERP",
    "workspace": "Harbour bridge",
}
# fact → before and after; an event that tells no change has the second one.
FACTS: dict[str, tuple[Any, Any]] = {
    "answer": ("", "Example text"),
    "api_access": (False, True),
    "api_name": ("", "robot-5a3c1f0e"),
    "assignee": (None, OTHER),
    "authentication": ("none", "basic"),
    "board": (THING, THING),
    "cancelled": (0, 3),
    "cause": ("", "gone"),
    "column": (PLACE, THING),
    "columns": (["To do"], ["To do", "In progress", "Done"]),
    "contact": ("", "Erin Example"),
    "deliveries": (0, 12),
    "description": ("", "An example, sent by “Send test event”."),
    "dies_at": ("2026-01-15T12:00:00+00:00", "2026-01-16T12:00:00+00:00"),
    "done": (False, True),
    "dropped": ("", "password"),
    "due_on": (None, "2026-01-31"),
    "event": ("", "task.created"),
    "expires_at": ("2026-01-15T12:00:00+00:00", "2026-04-15T12:00:00+00:00"),
    "failing_since": ("", "2026-01-12T12:00:00+00:00"),
    "filters": ({}, {"type": "work"}),
    "format": ("", "csv"),
    "groups": ([], ["Site cameras"]),
    "headers": ("", "X-Example"),
    "hears": (["task.created"], ["task.created", "task.updated"]),
    "invitations_a_day": (20, 50),
    "joined": ("", OTHER),
    "keeper": (None, OTHER),
    "kind": ("", "totp"),
    "labels": ([], ["concrete"]),
    "left": ("", OTHER),
    "lines": (0, 1200),
    "manage_people": (False, True),
    "matched": (False, True),
    "name": ("Example before", "Example"),
    "networks": ([], ["192.0.2.0/24"]),
    "number": (1, 2),
    "oauth1": (False, True),
    "overlap_hours": (0, 24),
    "owner": (PERSON, OTHER),
    "path": ("", "changed"),
    "people": (2, 3),
    "platforms": ("", "Example ERP"),
    "position": (0, 1),
    "purpose": ("", "join"),
    "question": ("", "Which system is it about?"),
    "read_only": (False, True),
    "reason": ("", "Example text"),
    "replaced": ("", "password"),
    "requests_a_minute": (30, 60),
    "requests_ceiling": (120, 240),
    "require_body_hash": (False, True),
    "robot_requests_a_minute": (60, 120),
    "robots": (1, 2),
    "role": ("member", "administrator"),
    "scopes": (["work:read"], ["work:read", "work:write"]),
    "second_factor": ("nobody", "owners"),
    "seen": (False, True),
    "setup": ("", "Example text"),
    "setup_by": ("", "Erin Example"),
    "sha256": ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    "shortened": (0, 3),
    "size": (0, 2_418_034),
    "since": ("", "2026-01-14T12:00:00+00:00"),
    "slug": ("", "example"),
    "task": ("", THING),
    "target": ("https://before.example", "https://receiver.example"),
    "terms_version": ("", "1"),
    "title": ("Pour the deck", "Pour the deck of span 3"),
    "to": (PERSON, OTHER),
    "token_idle_days": (None, 90),
    "token_longest_days": (None, 365),
    "token_never_allowed": (True, False),
    "type": ("", "image/jpeg"),
    "until": ("", "2026-01-01"),
    "wanted": (30, 60),
    "what_for": ("", "Example text"),
    "why": ("", "Example text"),
    "with": (PERSON, OTHER),
    "workspaces": ("all", "Harbour bridge"),
}


def sample(event_type: str, at: datetime) -> dict[str, Any]:
    """An event of this type as it goes over the wire, marked as a test. Raises ValueError for an unknown type."""
    kind = EventType(event_type)
    noun = event_type.partition(".")[0]
    changes = {fact: _value(kind, fact) for fact in sorted(kind.facts)}
    names = {"actor": "Erin Example", "thing": NAMES.get(noun, "Example")} | _names(kind)
    row = Record(
        seq=1,
        type=event_type,
        at=at,
        actor_kind="person",
        actor_key=PERSON,
        thing_kind=KINDS.get(event_type) or KINDS.get(noun, noun),
        thing_key=THING,
    )
    told = event_body(row, names, changes, PLACE if kind.audience == "work" else None)
    told["data"]["test"] = True
    return told


def _value(event_type: str, fact: str) -> Any:
    """The facts that are [before, after] are those of its schema."""
    changed = "prefixItems" in fact_schema(EventType(event_type), fact)
    return list(FACTS[fact]) if changed else FACTS[fact][1]


def _names(kind: EventType) -> dict[str, str]:
    """What ids among the facts are called."""
    told = {"with": "Sam Sample", "to": "Sam Sample", "joined": "Sam Sample", "left": "Sam Sample"}
    found = {fact: name for fact, name in told.items() if fact in kind.facts}
    if "column" in kind.facts:
        found |= {"from": "To do", "to": "In progress"}
    if "assignee" in kind.facts:
        found["assignee_after"] = "Sam Sample"
    return found


def body(event_type: str, at: datetime) -> bytes:
    """The example as it is sent."""
    return encoded(sample(event_type, at))
