"""Groups: create, change, delete, and who is in them. They carry no powers."""

from collections.abc import Collection, Iterable
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
from accounts.refusals import Stale

# Versions of a group that the caller accepts to change (`If-Match`); None: any.
Match = Collection[int] | None


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
    """One group; `lock` for the verbs, which may change groups and need not be allowed to list them. Raises Http404."""
    rows = visible(actor)
    if lock:
        rows = Group.objects.filter(organization=actor.organization, retired_at=None)
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
            if public_id and Group.objects.filter(organization=actor.home, public_id=public_id).exists():
                raise NotPossible(_("This id is taken, or was once: ids are never used again.")) from error
            raise NotPossible(_("There is a group with this name.")) from error
        record(EventType.GROUP_CREATED, made, changes={"name": name, "description": description})
    return made


def update(
    actor: Actor, public_id: str, version: int | None = None, match: Match = None, **wanted: Any
) -> Group:
    """Name, description. Raises NotPossible when the name is taken, the page was stale, or for Everyone; Stale, Http404."""
    with action(actor):
        group = changeable(actor, public_id, match)
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


def changeable(actor: Actor, public_id: str, match: Match = None) -> Group:
    """One group, its row locked; call inside an action. Raises Http404, NotPossible for Everyone, Stale, Refused."""
    _may(actor)
    group = fetch(actor, public_id, lock=True)
    if group.is_everyone:
        raise NotPossible(_("Everyone follows the membership by itself and can't be changed."))
    if match is not None and group.version not in match:
        raise Stale
    return group


def people(group: Group) -> QuerySet[Membership]:
    """Who is in it at present, in the order in which they joined the organization; not who is deactivated."""
    rows = Membership.objects.current().filter(organization=group.organization_id)
    if not group.is_everyone:
        rows = rows.filter(groups=group)
    return rows.select_related("user").order_by("pk")


def set_people(actor: Actor, public_id: str, person_ids: Iterable[str]) -> Group:
    """Exactly these people of the organization are in it; others' ids are ignored."""
    with action(actor):
        group = changeable(actor, public_id)
        rows = Membership.objects.filter(organization=actor.home, retired_at=None)
        chosen = list(rows.filter(user__public_id__in=list(person_ids)))
        before = set(group.members.values_list("pk", flat=True))
        if before != {row.pk for row in chosen}:
            group.members.set(chosen)
            record(EventType.GROUP_UPDATED, group, changes={"people": [len(before), len(chosen)]})
    return group


def add_person(actor: Actor, public_id: str, person_id: str) -> Membership:
    """From now on this person is in it; twice is once. Raises Http404, NotPossible for Everyone."""
    with action(actor):
        group = changeable(actor, public_id)
        found = _person(Membership.objects.filter(organization=actor.home, retired_at=None), person_id)
        if not group.members.filter(pk=found.pk).exists():
            group.members.add(found)
            _tell(group, "joined", found)
    return found


def remove_person(actor: Actor, public_id: str, person_id: str) -> None:
    """This person is not in it any more. Raises Http404, also for who was not in it; NotPossible for Everyone."""
    with action(actor):
        group = changeable(actor, public_id)
        found = _person(group.members.all(), person_id)
        group.members.remove(found)
        _tell(group, "left", found)


def _person(rows: QuerySet[Membership], person_id: str) -> Membership:
    found = rows.select_related("user").filter(user__public_id=person_id).first()
    if found is None:
        raise Http404
    return found


def _tell(group: Group, what: str, person: Membership) -> None:
    told = {"changes": {what: person.user.public_id}, "names": {what: str(person.user)}}
    record(EventType.GROUP_UPDATED, group, **told)  # type: ignore[arg-type]


def delete(actor: Actor, public_id: str, match: Match = None) -> Group:
    """Retire it: people and robots in it stay what they are. Raises NotPossible for Everyone, Stale, Http404."""
    with action(actor):
        group = changeable(actor, public_id, match)
        group.members.clear()
        Group.objects.filter(pk=group.pk).update(retired_at=timezone.now())
        record(EventType.GROUP_DELETED, group, changes={"name": group.name})
    return group
