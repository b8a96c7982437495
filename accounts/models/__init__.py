"""The ground's tables: who exists (people), what happened (record), what waits to be mailed (outbox)."""

from accounts.models.outbox import OutgoingMail
from accounts.models.people import Invitation, Membership, Organization, Role, User, normalize_email
from accounts.models.record import Record, RecordCheckpoint, RecordDetails, RecordHead

__all__ = [
    "Invitation",
    "Membership",
    "Organization",
    "OutgoingMail",
    "Record",
    "RecordCheckpoint",
    "RecordDetails",
    "RecordHead",
    "Role",
    "User",
    "normalize_email",
]
