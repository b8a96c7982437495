"""The verbs of a workspace: create, update, archive, restore, add and remove a member, delete."""

from typing import Any

from django.http import Http404
from django.utils import timezone

from accounts.events import EventType, action, record
from accounts.models import Membership
from accounts.permissions import Actor, Power
from accounts.wake import wake
from workspaces import locking
from workspaces.actions_boards import begin
from workspaces.locking import Match
from workspaces.models import Workspace


def create(actor: Actor, name: str, description: str = "") -> Workspace:
    """A new workspace with one board."""
    locking.may(actor, Power.MANAGE_WORKSPACES)
    with action(actor):
        made = Workspace.objects.create(organization=actor.home, name=name, description=description)
        begin(made)
        told = {"name": name, "description": description}
        record(EventType.WORKSPACE_CREATED, made, changes=told, workspace_id=made.pk)
    return made


def update(actor: Actor, public_id: str, wanted: dict[str, Any], match: Match = None) -> Workspace:
    """Change the given fields; a save that changes nothing records nothing. Raises Http404, NotPossible, Stale."""
    locking.may(actor, Power.MANAGE_WORKSPACES)
    with action(actor):
        found = locking.open_workspace(actor, match, public_id=public_id)
        changes = locking.changed(found, wanted)
        if changes:
            locking.save(found, wanted)
            record(EventType.WORKSPACE_UPDATED, found, changes=changes, workspace_id=found.pk)
    return found


def archive(actor: Actor, public_id: str, match: Match = None) -> Workspace:
    """Keep it as it is: readable, and nothing of it changes, name and members included. Raises Http404, Stale."""
    locking.may(actor, Power.MANAGE_WORKSPACES)
    with action(actor):
        found = locking.workspace(actor, match, public_id=public_id)
        if found.archived_at is None:
            locking.save(found, {"archived_at": timezone.now()})
            record(EventType.WORKSPACE_ARCHIVED, found, workspace_id=found.pk)
    return found


def restore(actor: Actor, public_id: str, match: Match = None) -> Workspace:
    """Work in it goes on. Raises Http404, Stale."""
    locking.may(actor, Power.MANAGE_WORKSPACES)
    with action(actor):
        found = locking.workspace(actor, match, public_id=public_id)
        if found.archived_at is not None:
            locking.save(found, {"archived_at": None})
            record(EventType.WORKSPACE_RESTORED, found, workspace_id=found.pk)
    return found


def add_member(actor: Actor, public_id: str, person_id: str) -> Membership:
    """From now on this person belongs to the workspace. Raises Http404, NotPossible."""
    locking.may(actor, Power.MANAGE_WORKSPACES)
    with action(actor):
        found = locking.open_workspace(actor, public_id=public_id)
        people = Membership.objects.current().filter(organization=found.organization)
        person = people.select_related("user").filter(user__public_id=person_id).first()
        if person is None:
            raise Http404
        if not found.members.filter(pk=person.pk).exists():
            found.members.add(person)
            told = {"changes": {"joined": person_id}, "names": {"joined": str(person.user)}}
            record(EventType.WORKSPACE_UPDATED, found, workspace_id=found.pk, **told)  # type: ignore[arg-type]
    return person


def remove_member(actor: Actor, public_id: str, person_id: str) -> None:
    """This person does not belong to the workspace any more; what is assigned to them stays so.

    Raises Http404, NotPossible.
    """
    locking.may(actor, Power.MANAGE_WORKSPACES)
    with action(actor):
        found = locking.open_workspace(actor, public_id=public_id)
        person = found.members.select_related("user").filter(user__public_id=person_id).first()
        if person is None:
            raise Http404
        found.members.remove(person)
        told = {"changes": {"left": person_id}, "names": {"left": str(person.user)}}
        record(EventType.WORKSPACE_UPDATED, found, workspace_id=found.pk, **told)  # type: ignore[arg-type]


def delete(actor: Actor, public_id: str, match: Match = None) -> None:
    """Retire it: invisible from now on. Raises Http404, Stale."""
    locking.may(actor, Power.MANAGE_WORKSPACES)
    with action(actor):
        found = locking.workspace(actor, match, public_id=public_id)
        Workspace.objects.filter(pk=found.pk).update(retired_at=timezone.now())
        record(EventType.WORKSPACE_DELETED, found, changes={"name": found.name}, workspace_id=found.pk)
        wake("workspaces.remove_files_of_workspace", found.pk)
