"""The ground's tables: who exists (people), what happened (record), what waits to be mailed (outbox)."""

from accounts.models.answers import KeptAnswer
from accounts.models.connect import ConnectRequest, ConnectStep
from accounts.models.groups import Group, OwnershipOffer
from accounts.models.outbox import OutgoingMail
from accounts.models.people import Invitation, Membership, Organization, Role, User, normalize_email
from accounts.models.record import Record, RecordCheck, RecordCheckpoint, RecordDetails, RecordHead
from accounts.models.session import Session

__all__ = [
    "ConnectRequest",
    "ConnectStep",
    "Group",
    "Invitation",
    "KeptAnswer",
    "Membership",
    "Organization",
    "OutgoingMail",
    "OwnershipOffer",
    "Record",
    "RecordCheck",
    "RecordCheckpoint",
    "RecordDetails",
    "RecordHead",
    "Role",
    "Session",
    "User",
    "normalize_email",
]
