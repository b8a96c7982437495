"""Tokens in words: what one may do, how it ended."""

from collections.abc import Iterable
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import SCOPE_POWERS, ActorKind, readable
from accounts.sentences import actor_words
from tokens.models import PersonalToken

READ_ONLY = readable(SCOPE_POWERS)
SCOPES: dict[str, str | Promise] = {
    "work:read": gettext_lazy("Read workspaces"),
    "work:write": gettext_lazy("Change workspaces"),
    "people:read": gettext_lazy("See who belongs here"),
    "people:write": gettext_lazy("Invite and change people"),
    "groups:read": gettext_lazy("Read groups"),
    "groups:write": gettext_lazy("Change groups"),
    "robots:read": gettext_lazy("Read robots"),
    "robots:write": gettext_lazy("Change robots"),
    "webhooks:read": gettext_lazy("Read webhooks"),
    "webhooks:write": gettext_lazy("Change webhooks"),
    "record:read": gettext_lazy("Read the record"),
}


def is_read_only(scopes: Iterable[str] | None) -> bool:
    """Whether that is the choice "Read only"."""
    return scopes is not None and set(scopes) == set(READ_ONLY)


def may(token: PersonalToken) -> dict[str, Any]:
    """`choice`: everything, read or chosen; its `label`; the chosen `scopes`."""
    if token.scopes is None:
        return {"choice": "everything", "label": _("Everything I may do"), "scopes": []}
    if is_read_only(token.scopes):
        return {"choice": "read", "label": _("Read only"), "scopes": []}
    return {"choice": "chosen", "label": _("Chosen scopes"), "scopes": list(token.scopes)}


def end(token: PersonalToken) -> dict[str, Any]:
    """How it ended: `by` (empty when it expired) and `why`."""
    if token.revoked_at is None or token.ended_at != token.revoked_at:
        return {"by": "", "why": ""}
    why = token.revoked_why
    if token.revoked_by_kind == ActorKind.TIMETABLE:
        why = why or _("Nobody used it for as long as the policy allows.")
    return {"by": actor_words(token.revoked_by_kind, token.revoked_by_name), "why": why}
