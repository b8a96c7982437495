"""Every event type with its audience and the facts it may carry.

Audiences: `work` (who may read that workspace), `people` (MANAGE_PEOPLE), `owners` (robots, webhooks, tokens, security).
To add one: a line here, `record(EventType.X, …)` in the action, a line in the docs' table (CONTRIBUTING.md).
"""

from collections.abc import Collection
from enum import StrEnum

from accounts.permissions import Power

AUDIENCE_POWER = {"work": Power.READ_WORK, "people": Power.MANAGE_PEOPLE, "owners": Power.READ_RECORD}


class EventType(StrEnum):
    """`noun.past`; `.audience` says who may hear of it, `.facts` which keys its `changes` may have."""

    audience: str
    facts: frozenset[str]

    def __new__(cls, name: str, audience: str = "owners", facts: str = "") -> "EventType":
        member = str.__new__(cls, name)
        member._value_ = name
        member.audience = audience
        member.facts = frozenset(facts.split())
        return member

    ORGANIZATION_CREATED = "organization.created", "owners", "name slug"
    ORGANIZATION_UPDATED = "organization.updated", "owners", "name"
    ORGANIZATION_POLICY_CHANGED = (
        "organization.policy_changed",
        "owners",
        "second_factor token_longest_days token_never_allowed token_idle_days requests_a_minute shortened",
    )
    OPERATOR_LOOKED = "operator.looked"
    OPERATOR_CHANGED = (
        "operator.changed",
        "owners",
        "invitations_a_day requests_ceiling robot_requests_a_minute",
    )
    OWNERSHIP_OFFERED = "ownership.offered", "owners", "to"
    OWNERSHIP_OFFER_ENDED = "ownership.offer_ended"
    OWNERSHIP_TRANSFERRED = "ownership.transferred", "owners", "owner"
    MEMBERSHIP_UPDATED = "membership.updated", "people", "role api_access manage_people groups"
    MEMBERSHIP_DEACTIVATED = "membership.deactivated", "people"
    MEMBERSHIP_REACTIVATED = "membership.reactivated", "people"
    MEMBERSHIP_REMOVED = "membership.removed", "people"
    MEMBERSHIP_LEFT = "membership.left", "people"
    MEMBERSHIP_API_ACCESS_ASKED = "membership.api_access_asked", "people"
    GROUP_CREATED = "group.created", "people", "name description"
    GROUP_UPDATED = "group.updated", "people", "name description people joined left"
    GROUP_DELETED = "group.deleted", "people", "name"
    INVITATION_REVOKED = "invitation.revoked", "people"
    INVITATION_LINK_SHOWN = "invitation.link_shown", "people"
    MEMBERSHIP_CREATED = "membership.created", "people", "role"
    INVITATION_CREATED = "invitation.created", "people", "role api_access manage_people"
    INVITATION_ACCEPTED = "invitation.accepted", "people", "purpose"
    PERSON_SIGNED_IN = "person.signed_in", "owners"
    PERSON_SIGN_IN_FAILED = "person.sign_in_failed", "owners"
    PERSON_PASSWORD_CHANGED = "person.password_changed", "owners"
    PERSON_ADDRESS_CHANGED = "person.address_changed", "owners"
    PERSON_UPDATED = "person.updated", "people", "name"
    PERSON_FACTOR_ADDED = "person.factor_added", "owners", "kind"
    PERSON_FACTOR_REMOVED = "person.factor_removed", "owners", "kind"
    ROBOT_CREATED = "robot.created", "owners", "name api_name terms_version"
    ROBOT_UPDATED = (
        "robot.updated",
        "owners",
        "name description read_only keeper networks scopes groups oauth1 require_body_hash",
    )
    ROBOT_SHARED = "robot.shared", "owners", "with"
    ROBOT_UNSHARED = "robot.unshared", "owners", "with seen"
    ROBOT_SHARING_CLOSED = "robot.sharing_closed"
    ROBOT_SWITCHED_ON = "robot.switched_on"
    ROBOT_SWITCHED_OFF = "robot.switched_off"
    ROBOT_DELETED = "robot.deleted", "owners", "name"
    SECRET_CREATED = "secret.created", "owners", "number"
    SECRET_RENEWED = "secret.renewed", "owners", "number overlap_hours"
    SECRET_ENDED = "secret.ended", "owners", "number"
    SECRET_EXTENDED = "secret.extended", "owners", "number dies_at"
    SECRET_CHECKED = "secret.checked", "owners", "matched"
    SECRET_REVEALED = "secret.revealed", "owners", "number"
    RECORD_EXPORTED = "record.exported", "owners", "format filters"
    RECORD_PRUNED = "record.pruned", "owners", "lines until"
    RECORD_ERASED = "record.erased", "owners", "lines"
    LIMIT_REQUESTED = "limit.requested", "owners", "wanted"
    LIMIT_WITHDRAWN = "limit.withdrawn"
    LIMIT_GRANTED = "limit.granted", "owners", "requests_a_minute"
    LIMIT_DECLINED = "limit.declined"
    LIMIT_TAKEN_BACK = "limit.taken_back", "owners", "requests_a_minute"
    CONNECT_REQUESTED = "connect.requested", "owners", "platforms"
    CONNECT_UPDATED = "connect.updated", "owners", "platforms what_for contact answer"
    CONNECT_WITHDRAWN = "connect.withdrawn"
    CONNECT_TAKEN = "connect.taken"
    CONNECT_QUESTIONED = "connect.questioned", "owners", "question"
    CONNECT_GRANTED = "connect.granted", "owners", "setup setup_by"
    CONNECT_DECLINED = "connect.declined", "owners", "reason"
    TOKEN_CREATED = "token.created", "owners", "name scopes expires_at"
    TOKEN_UPDATED = "token.updated", "owners", "name expires_at"
    TOKEN_ROTATED = "token.rotated", "owners", "overlap_hours"
    TOKEN_OVERLAP_ENDED = "token.overlap_ended", "owners"
    TOKEN_REVOKED = "token.revoked", "owners", "why"
    WEBHOOK_CREATED = (
        "webhook.created",
        "owners",
        "name target hears workspaces headers authentication",
    )
    WEBHOOK_UPDATED = (
        "webhook.updated",
        "owners",
        "name target path hears workspaces headers authentication replaced dropped cancelled",
    )
    WEBHOOK_SWITCHED_ON = "webhook.switched_on"
    WEBHOOK_SWITCHED_OFF = "webhook.switched_off", "owners", "cause"
    WEBHOOK_PAUSED = "webhook.paused", "owners", "failing_since"
    WEBHOOK_RESUMED = "webhook.resumed"
    WEBHOOK_SECRET_ROTATED = "webhook.secret_rotated", "owners", "overlap_hours"
    WEBHOOK_SECRET_ENDED = "webhook.secret_ended", "owners"
    WEBHOOK_TESTED = "webhook.tested", "owners", "event"
    WEBHOOK_RESENT = "webhook.resent", "owners", "deliveries since"
    WEBHOOK_DELETED = "webhook.deleted", "owners", "name"
    WORKSPACE_CREATED = "workspace.created", "work", "name description"
    WORKSPACE_UPDATED = "workspace.updated", "work", "name description joined left"
    WORKSPACE_ARCHIVED = "workspace.archived", "work"
    WORKSPACE_RESTORED = "workspace.restored", "work"
    WORKSPACE_DELETED = "workspace.deleted", "work", "name"
    BOARD_CREATED = "board.created", "work", "name columns"
    BOARD_UPDATED = "board.updated", "work", "name columns"
    BOARD_DELETED = "board.deleted", "work", "name"
    COLUMN_CREATED = "column.created", "work", "name board"
    COLUMN_UPDATED = "column.updated", "work", "name"
    COLUMN_DELETED = "column.deleted", "work", "name"
    TASK_CREATED = (
        "task.created",
        "work",
        "number title description column assignee due_on labels done",
    )
    TASK_UPDATED = "task.updated", "work", "title description assignee due_on labels done"
    TASK_MOVED = "task.moved", "work", "column position"
    TASK_COMPLETED = "task.completed", "work", "done"
    TASK_DELETED = "task.deleted", "work", "number title"
    PHOTO_ATTACHED = "photo.attached", "work", "task name size type sha256"
    FILE_ATTACHED = "file.attached", "work", "task name size type sha256"
    ATTACHMENT_REMOVED = "attachment.removed", "work", "task kind name size type sha256"

    def check(self, facts: Collection[str]) -> None:
        """Raises ValueError when `facts` has a key that this event does not declare."""
        if unknown := set(facts) - self.facts:
            raise ValueError(f"{self.value} declares no {', '.join(sorted(unknown))}")
