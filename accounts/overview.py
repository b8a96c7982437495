"""What the overview says about the ground floor's own things; upper apps add theirs through the same hook."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import ownership
from accounts.models import RecordCheck, Role
from accounts.permissions import Actor, Power
from accounts.record_pages import BROKEN


def attention(actor: Actor) -> list[dict[str, Any]]:
    """An offer of the organization, and a broken record. At most two queries."""
    return [*_offered(actor), *_broken(actor)]


def _offered(actor: Actor) -> list[dict[str, Any]]:
    """For its receiver: the mail about it may be lost. One query, for those to whom it can be offered."""
    mine = actor.membership
    if mine is None or mine.is_owner or mine.role not in (Role.CO_OWNER, Role.ADMINISTRATOR):
        return []
    found = ownership.open_offer(actor.home)
    if found is None or found.to_id != mine.pk:
        return []
    return [
        {
            "icon": "building",
            "tone": "run",
            "text": _("%(name)s offers you the ownership of this organization.") % {"name": found.offered_by},
            "url": reverse("accounts:ownership", args=[actor.home.slug]),
            "action": _("Answer"),
        }
    ]


def _broken(actor: Actor) -> list[dict[str, Any]]:
    """A record that its newest finished check found broken, for those who may read it. One query."""
    if not actor.can(Power.READ_RECORD):
        return []
    done = RecordCheck.objects.filter(organization=actor.home, ended_at__isnull=False)
    newest = done.order_by("-pk").first()
    if newest is None or newest.broken_at is None:
        return []
    return [
        {
            "icon": "alert-triangle",
            "tone": "bad",
            "text": _("The record is broken at line %(line)d.") % {"line": newest.broken_at},
            "more": str(BROKEN.get(newest.reason, "")),
            "url": reverse("accounts:record", args=[actor.home.slug]),
            "action": _("Record"),
        }
    ]
