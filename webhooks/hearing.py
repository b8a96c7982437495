"""What a webhook can hear of: event types in groups as people know them, and which of them somebody may hear."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.catalogue import AUDIENCE_POWER, EventType
from accounts.permissions import Actor, Power
from accounts.refusals import NotValid
from accounts.sentences import GROUPS, types_in
from webhooks.models import Delivery
from workspaces.models import Workspace

# The groups of the record's filter, work first: that is what most programs want.
ORDER = ("work", "robots", "tokens", "people", "signing-in", "webhooks", "organization")
KNOWN = frozenset(kind.value for kind in EventType)


def groups() -> list[dict[str, Any]]:
    """Every event type once, by group."""
    return [{"name": name, "label": GROUPS[name][0], "types": types_in(name)} for name in ORDER]


def events(actor: Actor, wanted: Iterable[str]) -> list[str]:
    """These types in the catalogue's order. Raises NotValid when one is unknown or not for this actor, or none is there."""
    asked = set(wanted)
    if unknown := asked - KNOWN:
        raise NotValid("events", _("There is no event type %(name)s.") % {"name": min(unknown)[:80]})
    if not asked:
        raise NotValid("events", _("Choose at least one event."))
    for name in sorted(asked):
        if not actor.can(AUDIENCE_POWER[EventType(name).audience]):
            raise NotValid("events", _("Of %(name)s this credential may not hear.") % {"name": name})
    return [kind.value for kind in EventType if kind.value in asked]


def workspaces(actor: Actor, wanted: Iterable[str]) -> list[Workspace]:
    """The workspaces with these ids. Raises NotValid for one that is not there for this actor, or none at all."""
    # No id has a NUL, and PostgreSQL refuses even to look for one.
    asked = {one.replace("\0", "\ufffd") for one in wanted}
    found = list(Workspace.objects.visible_to(actor).filter(public_id__in=asked).order_by("name", "pk"))
    if len(found) < len(asked):
        raise NotValid("workspaces", _("One of these workspaces is not there. Choose again."))
    if not found:
        raise NotValid("workspaces", _("Choose at least one workspace, or all of them."))
    return found


def readable(actor: Actor, rows: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """Those of `rows` whose event this actor may read now; a machine may have lost a scope since it heard of them."""
    if actor.can(Power.MANAGE_WEBHOOKS):
        return rows
    types = [kind.value for kind in EventType if actor.can(AUDIENCE_POWER[kind.audience])]
    rows = rows.filter(Q(event_type__in=types) | Q(kind=Delivery.Kind.PROBE))
    if actor.can(Power.ALL_WORKSPACES):
        return rows
    places = Workspace.objects.visible_to(actor).values("public_id")
    return rows.filter(Q(workspace=None) | Q(workspace__in=places))
