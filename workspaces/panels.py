"""What workspaces add to the ground floor's pages."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Membership
from accounts.permissions import Actor
from workspaces.models import Workspace


def cards(actor: Actor) -> list[dict[str, Any]]:
    """How many workspaces this person sees."""
    count = Workspace.objects.visible_to(actor).count()
    url = reverse("workspaces:list", args=[actor.home.slug])
    return [{"label": _("Workspaces"), "value": count, "url": url}]


def membership_ended(actor: Actor, membership: Membership) -> None:
    """Who comes back does so without the workspaces of before; what is assigned to them stays so."""
    membership.workspaces.clear()
