"""What the overview says about the ground floor's own things; upper apps add theirs through the same hook."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import RecordCheck
from accounts.permissions import Actor, Power
from accounts.record_pages import BROKEN


def attention(actor: Actor) -> list[dict[str, Any]]:
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
