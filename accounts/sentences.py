"""Each event in words: one sentence per type, for people who read the record. Beside the catalogue; a test holds that
every type has one.

A sentence may say %(actor)s, %(thing)s, any other name the event was recorded with (%(with)s, %(to)s …) and its plain
facts (%(number)s …). The actor stands in a column of its own, so most leave them out.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.catalogue import EventType
from accounts.models import Role

T = gettext_lazy
SENTENCES: dict[str, Any] = {
    "organization.created": T("Founded the organization %(thing)s"),
    "organization.updated": T("Changed the settings of %(thing)s"),
    "ownership.offered": T("Offered the ownership to %(to)s"),
    "ownership.offer_ended": T("The offer of the ownership to %(to)s ended"),
    "ownership.transferred": T("Became the owner of %(thing)s"),
    "membership.created": T("%(thing)s joined as %(role)s"),
    "membership.updated": T("Changed role or permissions of %(thing)s"),
    "membership.deactivated": T("Deactivated %(thing)s"),
    "membership.reactivated": T("Reactivated %(thing)s"),
    "membership.removed": T("Removed %(thing)s from the organization"),
    "membership.left": T("%(thing)s left the organization"),
    "invitation.created": T("Invited %(to)s as %(role)s"),
    "invitation.accepted": T("Accepted the invitation"),
    "invitation.revoked": T("Revoked the invitation of %(to)s"),
    "invitation.link_shown": T("Was shown the invitation link of %(to)s"),
    "group.created": T("Created the group %(thing)s"),
    "group.updated": T("Changed the group %(thing)s"),
    "group.deleted": T("Deleted the group %(thing)s"),
    "person.signed_in": T("Signed in"),
    "person.sign_in_failed": T("Signing in failed"),
    "person.password_changed": T("Changed the own password"),
    "person.address_changed": T("Changed the own e-mail address"),
    "person.factor_added": T("Added a second factor"),
    "person.factor_removed": T("Removed a second factor"),
    "robot.created": T("Created the robot %(thing)s"),
    "robot.updated": T("Changed the settings of the robot %(thing)s"),
    "robot.shared": T("Shared %(thing)s with %(with)s"),
    "robot.unshared": T("Removed the share of %(thing)s from %(with)s"),
    "robot.sharing_closed": T("Closed sharing of %(thing)s"),
    "robot.switched_on": T("Switched %(thing)s on"),
    "robot.switched_off": T("Switched %(thing)s off"),
    "robot.deleted": T("Deleted the robot %(thing)s"),
    "secret.created": T("Made the first secrets of %(thing)s"),
    "secret.renewed": T("Renewed the secrets of %(thing)s"),
    "secret.ended": T("Ended the old secrets of %(thing)s"),
    "secret.extended": T("Let the old secrets of %(thing)s work longer"),
    "secret.checked": T("Checked whether a value is a secret of %(thing)s"),
    "secret.revealed": T("Revealed the secrets of %(thing)s"),
    "token.created": T("Created the access token %(thing)s"),
    "workspace.created": T("Created the workspace %(thing)s"),
    "workspace.updated": T("Changed the workspace %(thing)s"),
    "workspace.deleted": T("Deleted the workspace %(thing)s"),
    "record.exported": T("Exported the record"),
    "record.pruned": T("Removed old lines of the record: %(lines)s"),
    "record.erased": T("Erased personal details in lines of the record: %(lines)s"),
}
# Groups of types for the filter: what people call them, and how the types begin.
GROUPS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "robots": (T("Robots and secrets"), ("robot", "secret")),
    "tokens": (T("Access tokens"), ("token",)),
    "people": (T("People and groups"), ("membership", "invitation", "group", "ownership")),
    "signing-in": (T("Signing in"), ("person",)),
    "webhooks": (T("Webhooks"), ("webhook", "connect")),
    "work": (T("Workspaces and tasks"), ("workspace", "board", "column", "task", "attachment")),
    "organization": (T("Organization and record"), ("organization", "record", "operator")),
}
# How actors without a name of their own are called.
NAMELESS = {"timetable": T("Gatehouse"), "operator": T("Operator"), "visitor": T("Visitor")}


def types_in(group: str) -> list[str]:
    """The event types of a group."""
    return [kind.value for kind in EventType if kind.value.partition(".")[0] in GROUPS[group][1]]


def actor_words(kind: str, name: str | None) -> str:
    """What a reader calls an actor; `name` is None when it was erased."""
    if kind in NAMELESS:
        return str(NAMELESS[kind])
    return _("erased") if name is None else name


class Words(dict[str, Any]):
    """The names in a sentence: what was not recorded is a dash, what was erased says so."""

    def __init__(self, given: Mapping[str, Any], missing: str) -> None:
        super().__init__(given)
        self.missing = missing

    def __missing__(self, key: str) -> str:
        return self.missing


def plain(kind: str, names: Mapping[str, Any] | None, facts: Mapping[str, Any] | None) -> str:
    """The sentence of an event of this type, as text; None for both when its details were erased."""
    return str(SENTENCES.get(kind, kind)) % _words(names, facts)


def marked_up(
    kind: str, names: Mapping[str, Any] | None, facts: Mapping[str, Any] | None, thing_url: str = ""
) -> SafeString:
    """The same for a page, with a link on the thing."""
    words = _words(names, facts)
    told = Words({key: escape(value) for key, value in words.items()}, escape(words.missing))
    if thing_url and names is not None:
        told["thing"] = format_html('<a href="{}">{}</a>', thing_url, words["thing"])
    # Every value was escaped above, and so is the sentence, whoever translated it.
    return mark_safe(escape(str(SENTENCES.get(kind, kind))) % told)  # noqa: S308


def _words(names: Mapping[str, Any] | None, facts: Mapping[str, Any] | None) -> Words:
    if names is None:
        return Words({}, "[" + _("erased") + "]")
    plain_facts = {key: value for key, value in (facts or {}).items() if isinstance(value, str | int)}
    if "role" in plain_facts:
        plain_facts["role"] = value_words(plain_facts["role"])
    return Words(plain_facts | dict(names), "–")


# What facts are called; another one is called by its key.
FACTS = {
    "name": T("Name"),
    "description": T("Description"),
    "role": T("Role"),
    "api_access": T("API access"),
    "manage_people": T("User management"),
    "groups": T("Groups"),
    "people": T("People"),
    "robots": T("Robots"),
    "read_only": T("Read-only"),
    "keeper": T("Keeper"),
    "networks": T("Allowed addresses"),
    "scopes": T("Scopes"),
    "number": T("Generation"),
    "overlap_hours": T("Old secrets work for so many hours"),
    "dies_at": T("Works until"),
    "matched": T("It was one"),
    "seen": T("Had seen the secrets"),
    "purpose": T("Purpose"),
    "terms_version": T("Version of the terms"),
    "format": T("Format"),
    "filters": T("Filters"),
    "lines": T("Lines"),
    "until": T("Up to"),
}


def fact_rows(kind: str, facts: Mapping[str, Any]) -> list[tuple[str, str, str | None]]:
    """(what, value, None) or (what, before, after) for each fact of an event, in words."""
    told: list[tuple[str, str, str | None]] = []
    for key, value in facts.items():
        label = str(FACTS.get(key, key.replace("_", " ")))
        # A list of two is before and after, but where something is new: there it is a list.
        if isinstance(value, list) and len(value) == 2 and not kind.endswith(".created"):
            told.append((label, value_words(value[0]), value_words(value[1])))
        else:
            told.append((label, value_words(value), None))
    return told


def value_words(value: Any) -> str:
    """A recorded value as one reads it."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return ", ".join(map(value_words, value)) or "–"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {value_words(one)}" for key, one in value.items()) or "–"
    if isinstance(value, str) and value in Role.values:
        return str(Role(value).label)
    return "–" if value in (None, "") else str(value)
