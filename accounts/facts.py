"""What an event changed, as rows for a reader: each fact under a name people use, each value in words."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.dateformat import format as date_words
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.event_words import event_and_code
from accounts.models import Role
from accounts.second_factor import Policy

# Every key that the catalogue declares; a test holds that none is missing.
FACTS = {
    "name": _("Name"),
    "slug": _("Word in addresses"),
    "description": _("Description"),
    "second_factor": _("Who must have a second factor"),
    "invitations_a_day": _("Invitations a day"),
    "requests_ceiling": _("Most requests a minute that owners may grant"),
    "robot_requests_a_minute": _("Requests a minute of a robot"),
    "requests_a_minute": _("Requests a minute"),
    "wanted": _("Asked for"),
    "owner": _("Owner"),
    "to": _("Offered to"),
    "with": _("Shared with"),
    "role": _("Role"),
    "api_access": _("API access"),
    "manage_people": _("User management"),
    "groups": _("Groups"),
    "people": _("People"),
    "kind": _("Kind of factor"),
    "read_only": _("Read-only"),
    "keeper": _("Keeper"),
    "networks": _("Allowed addresses"),
    "api_name": _("Name for programs"),
    "scopes": _("Scopes"),
    "oauth1": _("OAuth1"),
    "require_body_hash": _("OAuth1 asks for a body hash"),
    "number": _("Generation"),
    "overlap_hours": _("Old secrets work for so many hours"),
    "dies_at": _("Works until"),
    "expires_at": _("Expires"),
    "why": _("Reason"),
    "token_longest_days": _("Longest life of an access token, in days"),
    "token_never_allowed": _("Access tokens without expiry"),
    "token_idle_days": _("Unused access tokens end after so many days"),
    "shortened": _("Access tokens that end earlier"),
    "matched": _("It was one"),
    "seen": _("Had seen the secrets"),
    "purpose": _("Purpose"),
    "terms_version": _("Version of the terms"),
    "format": _("Format"),
    "filters": _("Filters"),
    "platforms": _("Platforms and apps"),
    "what_for": _("What for"),
    "contact": _("Contact"),
    "answer": pgettext_lazy("what was said", "Answer"),
    "question": _("Question"),
    "setup": _("What will be set up"),
    "setup_by": _("Set up by"),
    "reason": _("Reason"),
    "lines": _("Lines"),
    "until": _("Up to"),
    "target": _("Target"),
    "path": _("Path of the target"),
    "hears": _("Events"),
    "workspaces": _("Workspaces"),
    "headers": _("Headers"),
    "authentication": _("Authentication"),
    "replaced": _("Values replaced"),
    "dropped": _("Values dropped"),
    "cancelled": _("Deliveries cancelled: its maker may not read them any more"),
    "cause": _("Reason"),
    "failing_since": _("Nothing got through since"),
    "event": _("Event"),
    "deliveries": _("Deliveries"),
    "since": _("Failed since"),
    "joined": _("Belongs to it now"),
    "left": _("Does not belong to it any more"),
    "board": _("Board"),
    "columns": _("Columns"),
    "column": pgettext_lazy("of a board", "Column"),
    "position": _("Place in the column"),
    "title": _("Title"),
    "assignee": _("Assigned to"),
    "due_on": _("Due"),
    "labels": _("Labels"),
    "done": pgettext_lazy("of a task", "Done"),
    "task": _("Task"),
    "size": _("Size in bytes"),
    "type": pgettext_lazy("of a file", "Type"),
    "sha256": _("Checksum (SHA-256)"),
}
# Keys that are called differently where they are another noun's.
FACTS_OF: dict[str, dict[str, Any]] = {
    "task": {"number": pgettext_lazy("of a task", "Number")},
    "attachment": {"kind": pgettext_lazy("of a file", "Kind")},
}
# What an export was narrowed by.
FILTERS = {
    "q": _("Search"),
    "who": _("Who"),
    "about": _("About"),
    "type": _("What"),
    "since": pgettext_lazy("date", "From"),
    "until": pgettext_lazy("date", "To"),
}
# Values that are words of our own.
VALUES: dict[str, Mapping[str, Any]] = {
    "role": dict(Role.choices),
    "second_factor": dict(Policy.choices),
    "kind": {
        "totp": _("Authenticator app"),
        "webauthn": _("Passkey"),
        "recovery_codes": _("Recovery codes"),
        "photo": _("Photo"),
        "file": pgettext_lazy("attached", "File"),
    },
    "purpose": {
        "first_run": _("First start"),
        "welcome": _("Welcome of a new owner"),
        "join": _("Invitation"),
    },
    "format": {"csv": "CSV", "ndjson": "NDJSON"},
    "authentication": {"none": _("None"), "basic": _("HTTP basic authentication")},
    "path": {"changed": _("changed")},
    "cause": {
        "gone": _("The target answered 410 Gone"),
        "maker": _("Who made it by the API has no access any more"),
    },
}
# Event types.
EVENTS = ("event", "hears")
# Ids, and under which names they were recorded: (before, after), or the one.
NAMED = {
    "with": ("with",),
    "to": ("to",),
    "owner": ("from", "to"),
    "joined": ("joined",),
    "left": ("left",),
    "board": ("board",),
    "column": ("from", "to"),
    "task": ("task",),
    "assignee": ("assignee_before", "assignee_after"),
}


def fact_rows(
    kind: str, facts: Mapping[str, Any], names: Mapping[str, str]
) -> list[tuple[str, str, str | None]]:
    """(what, value, None) or (what, before, after) for each fact of an event, in words."""
    told: list[tuple[str, str, str | None]] = []
    for key, value in facts.items():
        own = FACTS_OF.get(kind.partition(".")[0], {})
        label = str(own.get(key) or FACTS.get(key, key.replace("_", " ")))
        # A list of two is before and after, but where something is new: there it is a list.
        pair = isinstance(value, list) and len(value) == 2 and not kind.endswith(".created")
        words = [_in_words(key, one) for one in (value if pair else [value])]
        parts = NAMED.get(key, ())
        called = [names.get(part, "") for part in (parts if pair or len(parts) == 1 else (key,))]
        if len(called) == len(words):
            words = [f"{name} ({one})" if name else one for name, one in zip(called, words, strict=True)]
        told.append((label, words[0], words[1] if pair else None))
    return told


def _in_words(key: str, value: Any) -> str:
    if key == "filters" and isinstance(value, dict):
        told = value | ({"type": event_and_code(value["type"])} if "type" in value else {})
        return value_words({str(FILTERS.get(name, name)): one for name, one in told.items()})
    if key in EVENTS:
        return value_words([event_and_code(one) for one in (value if isinstance(value, list) else [value])])
    if (
        (key.endswith("_at") or key.endswith("since"))
        and isinstance(value, str)
        and (at := parse_datetime(value))
    ):
        return date_words(timezone.localtime(at), "j E Y, H:i")
    known = VALUES.get(key, {}).get(value) if isinstance(value, str) else None
    return value_words(value) if known is None else str(known)


def value_words(value: Any) -> str:
    """A recorded value as one reads it."""
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    if isinstance(value, list):
        return ", ".join(map(value_words, value)) or "–"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {value_words(one)}" for key, one in value.items()) or "–"
    return "–" if value in (None, "") else str(value)


def role_words(role: Any) -> str:
    """What people call a role."""
    return _in_words("role", role)
