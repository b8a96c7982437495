"""The verbs of a workspace: create, update, delete."""

from typing import Any

from django.http import Http404
from django.utils import timezone

from accounts.events import EventType, action, record
from accounts.permissions import Actor, Power, Refused
from workspaces.models import Workspace


def _may(actor: Actor, power: Power) -> None:
    if not actor.can(power):
        raise Refused(power, actor)


def _locked(actor: Actor, public_id: str) -> Workspace:
    rows = Workspace.objects.filter(
        pk__in=Workspace.objects.visible_to(actor).filter(public_id=public_id).values("pk")
    )
    found = rows.select_for_update(no_key=True, of=("self",)).select_related("organization").first()
    if found is None:
        raise Http404
    return found


def create(actor: Actor, name: str, description: str = "") -> Workspace:
    """A new workspace."""
    _may(actor, Power.MANAGE_WORKSPACES)
    with action(actor):
        made = Workspace.objects.create(organization=actor.home, name=name, description=description)
        told = {"name": name, "description": description}
        record(EventType.WORKSPACE_CREATED, made, changes=told, workspace_id=made.pk)
    return made


def update(actor: Actor, public_id: str, wanted: dict[str, Any]) -> Workspace:
    """Change the given fields; a save that changes nothing records nothing. Raises Http404."""
    _may(actor, Power.MANAGE_WORKSPACES)
    with action(actor):
        found = _locked(actor, public_id)
        changes = {
            field: [getattr(found, field), value]
            for field, value in wanted.items()
            if getattr(found, field) != value
        }
        if changes:
            for field, value in wanted.items():
                setattr(found, field, value)
            found.updated_at = timezone.now()
            found.save(update_fields=[*wanted, "updated_at"])
            record(EventType.WORKSPACE_UPDATED, found, changes=changes, workspace_id=found.pk)
    return found


def delete(actor: Actor, public_id: str) -> None:
    """Retire it: invisible from now on. Raises Http404."""
    _may(actor, Power.MANAGE_WORKSPACES)
    with action(actor):
        found = _locked(actor, public_id)
        Workspace.objects.filter(pk=found.pk).update(retired_at=timezone.now())
        record(EventType.WORKSPACE_DELETED, found, changes={"name": found.name}, workspace_id=found.pk)
