"""What people call each event type, in a few words, wherever one chooses or reads it. Beside the catalogue; a test holds
that every type has words of its own in both languages.

The code (`task.created`) stays beside or below the words: it is what programs are sent.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

EVENT_WORDS: dict[str, Any] = {
    "organization.created": _("Organization created"),
    "organization.updated": _("Organization settings updated"),
    "organization.policy_changed": _("Organization policy changed"),
    "operator.looked": _("Operator looked at the organization"),
    "operator.changed": _("Operator changed the organization"),
    "ownership.offered": _("Ownership offered"),
    "ownership.offer_ended": _("Offer of ownership ended"),
    "ownership.transferred": _("Ownership transferred"),
    "membership.created": _("Person joined"),
    "membership.updated": _("Role or permissions updated"),
    "membership.deactivated": _("Person deactivated"),
    "membership.reactivated": _("Person reactivated"),
    "membership.removed": _("Person removed"),
    "membership.left": _("Person left"),
    "membership.api_access_asked": _("API access asked for"),
    "invitation.created": _("Invitation sent"),
    "invitation.accepted": _("Invitation accepted"),
    "invitation.revoked": _("Invitation revoked"),
    "invitation.link_shown": _("Invitation link shown"),
    "group.created": _("Group created"),
    "group.updated": _("Group updated"),
    "group.deleted": _("Group deleted"),
    "person.signed_in": _("Person signed in"),
    "person.sign_in_failed": _("Sign-in failed"),
    "person.password_changed": pgettext_lazy("event", "Password changed"),
    "person.address_changed": _("E-mail address changed"),
    "person.updated": _("Profile updated"),
    "person.factor_added": _("Second factor added"),
    "person.factor_removed": _("Second factor removed"),
    "robot.created": _("Robot created"),
    "robot.updated": _("Robot updated"),
    "robot.shared": _("Robot shared"),
    "robot.unshared": _("Robot share removed"),
    "robot.sharing_closed": _("Robot sharing closed"),
    "robot.switched_on": _("Robot switched on"),
    "robot.switched_off": _("Robot switched off"),
    "robot.deleted": _("Robot deleted"),
    "secret.created": _("Robot secrets created"),
    "secret.renewed": _("Robot secrets renewed"),
    "secret.ended": _("Old robot secrets ended"),
    "secret.extended": _("Old robot secrets extended"),
    "secret.checked": _("Robot secret checked"),
    "secret.revealed": _("Robot secrets revealed"),
    "limit.requested": _("Higher limit asked for"),
    "limit.withdrawn": _("Request for a higher limit withdrawn"),
    "limit.granted": _("Higher limit granted"),
    "limit.declined": _("Higher limit declined"),
    "limit.taken_back": _("Higher limit taken back"),
    "token.created": _("Access token created"),
    "token.updated": _("Access token updated"),
    "token.rotated": _("Access token rotated"),
    "token.overlap_ended": _("Old value of an access token ended"),
    "token.revoked": _("Access token revoked"),
    "connect.requested": _("Connect asked for"),
    "connect.updated": _("Connect request updated"),
    "connect.withdrawn": _("Connect request withdrawn"),
    "connect.taken": _("Connect request taken into review"),
    "connect.questioned": _("Question about a Connect request"),
    "connect.granted": _("Connect granted"),
    "connect.declined": _("Connect declined"),
    "webhook.created": _("Webhook created"),
    "webhook.updated": _("Webhook updated"),
    "webhook.switched_on": _("Webhook switched on"),
    "webhook.switched_off": _("Webhook switched off"),
    "webhook.paused": _("Webhook paused"),
    "webhook.resumed": _("Webhook resumed"),
    "webhook.secret_rotated": _("Signing secret rotated"),
    "webhook.secret_ended": _("Old signing secret ended"),
    "webhook.tested": _("Test event sent"),
    "webhook.resent": _("Deliveries resent"),
    "webhook.deleted": _("Webhook deleted"),
    "workspace.created": _("Workspace created"),
    "workspace.updated": _("Workspace updated"),
    "workspace.archived": _("Workspace archived"),
    "workspace.restored": _("Workspace restored"),
    "workspace.deleted": _("Workspace deleted"),
    "board.created": _("Board created"),
    "board.updated": _("Board updated"),
    "board.deleted": _("Board deleted"),
    "column.created": _("Column created"),
    "column.updated": _("Column renamed"),
    "column.deleted": _("Column deleted"),
    "task.created": _("Task created"),
    "task.updated": _("Task updated"),
    "task.moved": _("Task moved"),
    "task.completed": _("Task completed"),
    "task.deleted": _("Task deleted"),
    "photo.attached": _("Photo attached"),
    "file.attached": _("File attached"),
    "attachment.removed": _("Photo or file removed"),
    "record.exported": _("Record exported"),
    "record.pruned": _("Old lines of the record removed"),
    "record.erased": _("Personal details in the record erased"),
}


def event_words(kind: str) -> str:
    """“Task created” for `task.created`; a type that is none any more stays a code."""
    return str(EVENT_WORDS.get(kind, kind))


def event_and_code(kind: str) -> str:
    """“Task created (task.created)”, for an option of a list and other places without markup."""
    words = EVENT_WORDS.get(kind)
    return kind if words is None else f"{words} ({kind})"
