"""Each event in words: one sentence per type, for people who read the record. Beside the catalogue; a test holds that
every type has one.

A sentence may say %(actor)s, %(thing)s, any other name the event was recorded with (%(with)s, %(to)s …) and its plain
facts (%(number)s …). The actor stands in a column of its own, so most leave them out.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from accounts.catalogue import EventType
from accounts.event_words import event_words
from accounts.facts import role_words

SENTENCES: dict[str, Any] = {
    "organization.created": _("Founded the organization %(thing)s"),
    "organization.updated": _("Changed the settings of %(thing)s"),
    "organization.policy_changed": _("Changed a policy of %(thing)s"),
    "operator.looked": _("Looked at %(thing)s as operator"),
    "operator.changed": _("Changed %(thing)s as operator"),
    "ownership.offered": _("Offered the ownership to %(to)s"),
    "ownership.offer_ended": _("The offer of the ownership to %(to)s ended"),
    "ownership.transferred": _("Became the owner of %(thing)s"),
    "membership.created": _("%(thing)s joined as %(role)s"),
    "membership.updated": _("Changed role or permissions of %(thing)s"),
    "membership.deactivated": _("Deactivated %(thing)s"),
    "membership.reactivated": _("Reactivated %(thing)s"),
    "membership.removed": _("Removed %(thing)s from the organization"),
    "membership.left": _("%(thing)s left the organization"),
    "membership.api_access_asked": _("%(thing)s asked for API access"),
    "invitation.created": _("Invited %(to)s as %(role)s"),
    "invitation.accepted": _("Accepted the invitation"),
    "invitation.revoked": _("Revoked the invitation of %(to)s"),
    "invitation.link_shown": _("Was shown the invitation link of %(to)s"),
    "group.created": _("Created the group %(thing)s"),
    "group.updated": _("Changed the group %(thing)s"),
    "group.deleted": _("Deleted the group %(thing)s"),
    "person.signed_in": _("Signed in"),
    "person.sign_in_failed": _("Signing in failed"),
    "person.password_changed": _("Changed the own password"),
    "person.address_changed": _("Changed the own e-mail address"),
    "person.updated": _("Changed the own name, language or time zone"),
    "person.factor_added": _("Added a second factor"),
    "person.factor_removed": _("Removed a second factor"),
    "robot.created": _("Created the robot %(thing)s"),
    "robot.updated": _("Changed the settings of the robot %(thing)s"),
    "robot.shared": _("Shared %(thing)s with %(with)s"),
    "robot.unshared": _("Removed the share of %(thing)s from %(with)s"),
    "robot.sharing_closed": _("Closed sharing of %(thing)s"),
    "robot.switched_on": _("Switched %(thing)s on"),
    "robot.switched_off": _("Switched %(thing)s off"),
    "robot.deleted": _("Deleted the robot %(thing)s"),
    "secret.created": _("Made the first secrets of %(thing)s"),
    "secret.renewed": _("Renewed the secrets of %(thing)s"),
    "secret.ended": _("Ended the old secrets of %(thing)s"),
    "secret.extended": _("Let the old secrets of %(thing)s work longer"),
    "secret.checked": _("Checked whether a value is a secret of %(thing)s"),
    "secret.revealed": _("Revealed the secrets of %(thing)s"),
    "limit.requested": _("Asked for more requests a minute: %(wanted)s"),
    "limit.withdrawn": _("Took the request for more requests a minute back"),
    "limit.granted": _("Granted %(to)s more requests a minute"),
    "limit.declined": _("Declined the request of %(to)s for more requests a minute"),
    "limit.taken_back": _("Gave %(thing)s the ordinary limit again"),
    "token.created": _("Created the access token %(thing)s"),
    "connect.requested": _("Asked for %(thing)s"),
    "connect.updated": _("Changed the request for %(thing)s"),
    "connect.withdrawn": _("Withdrew the request for %(thing)s"),
    "connect.taken": _("Took the request for %(thing)s into review"),
    "connect.questioned": _("Asked for more information on the request for %(thing)s"),
    "connect.granted": _("Granted access to %(thing)s"),
    "connect.declined": _("Declined the request for %(thing)s"),
    "token.updated": _("Changed the access token %(thing)s of %(person)s"),
    "token.rotated": _("Rotated the access token %(thing)s"),
    "token.overlap_ended": _("Ended the old value of the access token %(thing)s"),
    "token.revoked": _("Revoked the access token %(thing)s of %(person)s"),
    "webhook.created": _("Created the webhook %(thing)s"),
    "webhook.updated": _("Changed the settings of the webhook %(thing)s"),
    "webhook.switched_on": _("Switched the webhook %(thing)s on"),
    "webhook.switched_off": _("Switched the webhook %(thing)s off"),
    "webhook.paused": _("Paused the webhook %(thing)s: nothing got through for three days"),
    "webhook.resumed": _("Resumed the webhook %(thing)s"),
    "webhook.secret_rotated": _("Rotated the signing secret of the webhook %(thing)s"),
    "webhook.secret_ended": _("Ended the old signing secret of the webhook %(thing)s"),
    "webhook.tested": _("Sent a test event to the webhook %(thing)s: %(event)s"),
    "webhook.resent": _("Resent deliveries of the webhook %(thing)s: %(deliveries)s"),
    "webhook.deleted": _("Deleted the webhook %(thing)s"),
    "workspace.created": _("Created the workspace %(thing)s"),
    "workspace.updated": _("Changed the workspace %(thing)s"),
    "workspace.archived": _("Archived the workspace %(thing)s"),
    "workspace.restored": _("Restored the workspace %(thing)s"),
    "workspace.deleted": _("Deleted the workspace %(thing)s"),
    "board.created": _("Created the board %(thing)s"),
    "board.updated": _("Changed the board %(thing)s"),
    "board.deleted": _("Deleted the board %(thing)s"),
    "column.created": _("Created the column %(thing)s on %(board)s"),
    "column.updated": _("Renamed the column %(thing)s on %(board)s"),
    "column.deleted": _("Deleted the column %(thing)s from %(board)s"),
    "task.created": _("Created the task %(thing)s in %(column)s"),
    "task.updated": _("Changed the task %(thing)s"),
    "task.moved": _("Moved the task %(thing)s from %(from)s to %(to)s"),
    "task.completed": _("Completed the task %(thing)s"),
    "task.deleted": _("Deleted the task %(thing)s"),
    "photo.attached": _("Attached the photo %(thing)s to the task %(task)s"),
    "file.attached": _("Attached the file %(thing)s to the task %(task)s"),
    "attachment.removed": _("Removed %(thing)s from the task %(task)s"),
    "record.exported": _("Exported the record"),
    "record.pruned": _("Removed old lines of the record: %(lines)s"),
    "record.erased": _("Erased personal details in lines of the record: %(lines)s"),
}
# Groups of types for the filter: what people call them, and how the types begin.
GROUPS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "robots": (_("Robots and secrets"), ("robot", "secret")),
    "tokens": (_("Access tokens"), ("token", "limit")),
    "people": (_("People and groups"), ("membership", "invitation", "group", "ownership")),
    "signing-in": (_("Signing in"), ("person",)),
    "webhooks": (_("Webhooks and Connect"), ("webhook", "connect")),
    "work": (_("Workspaces and tasks"), tuple("workspace board column task photo file attachment".split())),
    "organization": (_("Organization and record"), ("organization", "record", "operator")),
}
# How actors without a name of their own are called.
NAMELESS = {"timetable": _("Gatehouse"), "operator": _("Operator"), "visitor": _("Visitor")}


def types_in(group: str) -> list[str]:
    """The event types of a group."""
    return [kind.value for kind in EventType if kind.value.partition(".")[0] in GROUPS[group][1]]


def actor_words(kind: str, name: str | None) -> str:
    """What a reader calls an actor; `name` is None when it was erased."""
    if kind in NAMELESS:
        return str(NAMELESS[kind])
    return str(_("erased")) if name is None else name


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
    if "event" in words:
        words["event"] = event_words(words["event"])
    told = Words({key: escape(value) for key, value in words.items()}, escape(words.missing))
    if thing_url and names is not None:
        told["thing"] = format_html('<a href="{}">{}</a>', thing_url, words["thing"])
    # Every value was escaped above, and so is the sentence, whoever translated it.
    return mark_safe(escape(str(SENTENCES.get(kind, kind))) % told)  # noqa: S308


def _words(names: Mapping[str, Any] | None, facts: Mapping[str, Any] | None) -> Words:
    if names is None:
        return Words({}, f"[{_('erased')}]")
    plain_facts = {key: value for key, value in (facts or {}).items() if isinstance(value, str | int)}
    if "role" in plain_facts:
        plain_facts["role"] = role_words(plain_facts["role"])
    return Words(plain_facts | dict(names), "–")
