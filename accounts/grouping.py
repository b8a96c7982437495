"""Groups: create, change, delete, and who is in them. They carry no powers."""

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import NotPossible
from accounts.events import EventType, action, record
from accounts.models import Group, Membership
from accounts.permissions import Actor, Power, Refused


def _may(actor: Actor) -> None:
    if not actor.can(Power.MANAGE_GROUPS):
        raise Refused(Power.MANAGE_GROUPS, actor)


def visible(actor: Actor) -> QuerySet[Group]:
    """The organization's groups for those who may read them."""
    if not actor.can(Power.READ_GROUPS):
        return Group.objects.none()
    return Group.objects.filter(organization=actor.organization, retired_at=None)


def listed(actor: Actor) -> QuerySet[Group]:
    """With `.people_count`; Everyone first."""
    here = Q(members__retired_at=None, members__deactivated_at=None)
    return (
        visible(actor).annotate(people_count=Count("members", filter=here)).order_by("-is_everyone", "name")
    )


def fetch(actor: Actor, public_id: str, lock: bool = False) -> Group:
    """One group. Raises Http404."""
    rows = visible(actor)
    if lock:
        rows = rows.select_for_update(no_key=True)
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def create(actor: Actor, name: str, description: str = "", public_id: str | None = None) -> Group:
    """A new group. Raises NotPossible when the name is taken."""
    _may(actor)
    given = {"public_id": public_id} if public_id else {}
    with action(actor):
        try:
            with transaction.atomic():
                made = Group.objects.create(
                    organization=actor.home, name=name, description=description, **given
                )
        except IntegrityError as error:
            raise NotPossible(_("There is a group with this name.")) from error
        record(EventType.GROUP_CREATED, made, changes={"name": name, "description": description})
    return made


def update(actor: Actor, public_id: str, version: int | None = None, **wanted: Any) -> Group:
    """Name, description. Raises NotPossible when the name is taken, the page was stale, or for Everyone."""
    _may(actor)
    with action(actor):
        group = fetch(actor, public_id, lock=True)
        _not_everyone(group)
        if version is not None and version != group.version:
            raise NotPossible(
                _("Somebody changed this group while your page was open. Compare, then press Update again.")
            )
        changes = {
            name: [getattr(group, name), to] for name, to in wanted.items() if getattr(group, name) != to
        }
        if changes:
            try:
                with transaction.atomic():
                    Group.objects.filter(pk=group.pk).update(version=group.version + 1, **wanted)
            except IntegrityError as error:
                raise NotPossible(_("There is a group with this name.")) from error
            record(EventType.GROUP_UPDATED, group, changes=changes)
    return Group.objects.get(pk=group.pk)


def _not_everyone(group: Group) -> None:
    if group.is_everyone:
        raise NotPossible(_("Everyone follows the membership by itself and can't be changed."))


def set_people(actor: Actor, public_id: str, person_ids: Iterable[str]) -> Group:
    """Exactly these people of the organization are in it; others' ids are ignored."""
    _may(actor)
    with action(actor):
        group = fetch(actor, public_id, lock=True)
        _not_everyone(group)
        rows = Membership.objects.filter(organization=actor.home, retired_at=None)
        chosen = list(rows.filter(user__public_id__in=list(person_ids)))
        before = set(group.members.values_list("pk", flat=True))
        if before != {row.pk for row in chosen}:
            group.members.set(chosen)
            record(EventType.GROUP_UPDATED, group, changes={"people": [len(before), len(chosen)]})
    return group


def delete(actor: Actor, public_id: str) -> Group:
    """Retire it: people and robots in it stay what they are. Raises NotPossible for Everyone."""
    _may(actor)
    with action(actor):
        group = fetch(actor, public_id, lock=True)
        _not_everyone(group)
        group.members.clear()
        Group.objects.filter(pk=group.pk).update(retired_at=timezone.now())
        record(EventType.GROUP_DELETED, group, changes={"name": group.name})
    return group
