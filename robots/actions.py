"""The verbs of a robot's life, in the order of the manual: create, update, share, unshare, open, reveal.

Every verb first locks its robot's row (on SQLite the one writer), so that each finds what the one before left.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import mail
from accounts.events import EventType, action, record, writing
from accounts.models import Membership, Organization, Role, User
from accounts.permissions import Actor, Power, Refused
from robots import credentials
from robots.mails import mail_holder
from robots.models import NEW_ROBOT, Application, Reveal, Robot, Secret, Share


class NotPossible(Exception):
    """What was asked can't be done now; the message is a sentence for the person who asked."""


class Stale(NotPossible):
    """Somebody else changed the robot while this person's page was open."""


class AlreadySeen(NotPossible):
    """This person has had their one view of these secrets."""


@dataclass(frozen=True)
class Created:
    """A new robot and its values, or (`values` None) the robot that the first of two equal forms made."""

    robot: Robot
    values: credentials.Credentials | None


def _may_manage(actor: Actor) -> Organization:
    if actor.organization is None or not actor.can(Power.MANAGE_ROBOTS):
        raise Refused(Power.MANAGE_ROBOTS, actor)
    return actor.organization


def locked(actor: Actor, public_id: str) -> Robot:
    """The robot with its row locked. Raises Http404; Refused without the power."""
    _may_manage(actor)
    rows = Robot.objects.visible_to(actor).select_for_update(no_key=True, of=("self",))
    robot = rows.select_related("organization", "application").filter(public_id=public_id).first()
    if robot is None:
        raise Http404
    return robot


def new_robot(actor: Actor, organization: Organization, **given: Any) -> Robot:
    """A robot without secrets, recorded."""
    with action(actor):
        application = Application.objects.create(
            client_id=credentials.new_client_id(),
            name=given.get("name", NEW_ROBOT),
            client_type=Application.CLIENT_CONFIDENTIAL,
            authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
        )
        robot = Robot(
            organization=organization,
            application=application,
            created_by_kind=actor.kind.value,
            created_by_key=actor.key,
            created_by_name=actor.name,
            **given,
        )
        robot.api_name = robot.api_name or _api_name(robot)
        robot.save(force_insert=True)
        told = {"name": robot.name, "api_name": robot.api_name, "terms_version": robot.terms_version}
        record(EventType.ROBOT_CREATED, robot, changes=told)
    return robot


def _api_name(robot: Robot) -> str:
    """`robot-` and the beginning of its id; all of it where that is taken."""
    short = f"robot-{robot.public_id[:8]}"
    taken = Robot.objects.filter(organization=robot.organization, api_name=short, retired_at=None)
    return f"robot-{robot.public_id}" if taken.exists() else short


def create(actor: Actor, creation_key: str, name: str = "") -> Created:
    """Make a robot and its first secrets; who made it has seen them. The same `creation_key` again makes nothing."""
    organization = _may_manage(actor)
    with action(actor):
        try:
            with transaction.atomic():
                robot = new_robot(
                    actor,
                    organization,
                    name=name or _("New robot"),
                    creation_key=creation_key,
                    terms_version=settings.API_TERMS_VERSION,
                )
        except IntegrityError:
            return Created(Robot.objects.get(organization=organization, creation_key=creation_key), None)
        secret, values = credentials.make(robot, actor)
        record(EventType.SECRET_CREATED, robot, changes={"number": secret.number})
        note_seen(secret, actor)
    return Created(robot, values)


def note_seen(secret: Secret, actor: Actor) -> None:
    """Who makes secrets has had their one view of them."""
    if actor.user is not None:
        Reveal.objects.create(secret=secret, user=actor.user, address=actor.address)


def update(actor: Actor, public_id: str, version: int, **wanted: Any) -> Robot:
    """Change the given settings (`keeper` as a person's id).

    Raises Stale when the page was older than the robot, Http404 when it is gone, NotPossible for a stranger as keeper.
    """
    with action(actor):
        robot = locked(actor, public_id)
        if "keeper" in wanted:
            wanted["keeper"] = _keeper(actor, wanted["keeper"])
        before = {field: getattr(robot, field) for field in wanted}
        changes = {
            field: [_told(before[field]), _told(to)] for field, to in wanted.items() if before[field] != to
        }
        # The same form sent twice changes nothing the second time: that is not stale.
        if changes and robot.version != version:
            raise stale(robot)
        if changes:
            for field, value in wanted.items():
                setattr(robot, field, value)
            robot.keeper_name = str(robot.keeper) if robot.keeper else ""
            robot.version += 1
            robot.updated_by_name = actor.name
            robot.save(update_fields=[*wanted, "keeper_name", "version", "updated_by_name"])
            record(EventType.ROBOT_UPDATED, robot, changes=changes)
    return robot


def stale(robot: Robot) -> Stale:
    """What the one is told who comes second."""
    told = _("%(name)s changed this robot while your page was open. Compare, then press Update again.")
    return Stale(told % {"name": robot.updated_by_name})


def _keeper(actor: Actor, person_id: str) -> User | None:
    """The member of this organization with that id; None for nobody."""
    if not person_id:
        return None
    rows = Membership.objects.current().select_related("user")
    found = rows.filter(organization=actor.organization, user__public_id=person_id).first()
    if found is None:
        raise NotPossible(_("Choose somebody of this organization as keeper."))
    return found.user


def _told(value: Any) -> Any:
    """A field's value as the record keeps it: people by their id."""
    return value.public_id if isinstance(value, User) else value


def offered(actor: Actor, robot: Robot) -> QuerySet[Membership]:
    """Whom a robot can be shared with: current members and administrators who do not hold it yet.

    Owners and co-owners are not offered (the owner's stored role is co-owner, too): they see the hints and can renew.
    """
    return (
        Membership.objects.current()
        .filter(organization=actor.organization, role__in=[Role.MEMBER, Role.ADMINISTRATOR])
        .exclude(shares__robot=robot)
        .select_related("user", "organization")
        .order_by("user__name", "user__email")
    )


def share(actor: Actor, public_id: str, person_id: str) -> Share:
    """Let a member or administrator see the secrets once, and mail them. Sharing twice is the first share.

    Raises NotPossible when there is nothing to show, or for somebody who can't be offered it.
    """
    with action(actor):
        robot = locked(actor, public_id)
        held = Share.objects.filter(robot=robot, membership__user__public_id=person_id).first()
        if held is not None:
            return held
        current = robot.secrets.current().first()
        if current is None or not current.can_be_revealed:
            raise NotPossible(_("This robot has no secrets that could be shown. Renew its secrets first."))
        membership = offered(actor, robot).filter(user__public_id=person_id).first()
        if membership is None:
            raise NotPossible(_("Choose a member or an administrator of this organization."))
        held = Share.objects.create(
            robot=robot, membership=membership, shared_by_key=actor.key, shared_by_name=actor.name
        )
        held.mail = mail_holder(held)
        held.save(update_fields=["mail"])
        record(
            EventType.ROBOT_SHARED, robot, names={"with": str(membership.user)}, changes={"with": person_id}
        )
    return held


def _share_of(robot: Robot, person_id: str) -> Share:
    held = (
        Share.objects.filter(robot=robot, membership__user__public_id=person_id)
        .select_related("membership__user", "robot__organization", "mail")
        .first()
    )
    if held is None:
        raise Http404
    return held


def send_again(actor: Actor, public_id: str, person_id: str) -> Share:
    """Mail the holder once more: the unsent message if there is one, else a fresh one."""
    with action(actor):
        held = _share_of(locked(actor, public_id), person_id)
        if held.mail is None or held.mail.state == "sent" or not mail.send_again(held.mail):
            held.mail = mail_holder(held)
            held.save(update_fields=["mail"])
    return held


def unshare(actor: Actor, public_id: str, person_id: str) -> tuple[str, bool]:
    """Hide the secrets from a holder; their name, and whether they had seen them. Invalidates nothing."""
    with action(actor):
        robot = locked(actor, public_id)
        held = _share_of(robot, person_id)
        person = held.membership.user
        seen = Reveal.objects.filter(
            secret__robot=robot, secret__in=robot.secrets.current(), user=person
        ).exists()
        held.delete()
        mail.withdraw(held.mail)
        record(
            EventType.ROBOT_UNSHARED,
            robot,
            names={"with": str(person)},
            changes={"with": person_id, "seen": seen},
        )
    return str(person), seen


def held_share(actor: Actor, public_id: str) -> Share:
    """The holder's own share of this robot. Raises Http404: not shared with them, or no longer."""
    held = (
        Share.objects.visible_to(actor)
        .select_related("robot__organization", "robot__application", "membership__user")
        .filter(robot__public_id=public_id)
        .first()
    )
    if held is None:
        raise Http404
    return held


def note_opened(held: Share) -> None:
    """When the holder first opened the page; a note about the visit, so a GET may write it."""
    if held.opened_at is None:
        with writing():
            Share.objects.filter(pk=held.pk, opened_at=None).update(opened_at=timezone.now())


def reveal(actor: Actor, public_id: str) -> credentials.Credentials:
    """The holder's one view. Unsharing, renewal and removal that commit first win; a lost answer is lost.

    Raises Http404 when it is not shared with them, AlreadySeen, NotPossible when nothing is left to show.
    """
    with action(actor):
        Robot.objects.select_for_update(no_key=True).filter(
            organization=actor.organization, public_id=public_id
        ).first()
        held = held_share(actor, public_id)
        robot, user = held.robot, held.membership.user
        if not Membership.objects.current().filter(pk=held.membership_id).exists():
            raise Http404
        secret = robot.secrets.current().first()
        if secret is None or not secret.can_be_revealed:
            raise NotPossible(_("There is nothing left to show. Ask for the secrets to be renewed."))
        try:
            with transaction.atomic():
                Reveal.objects.create(secret=secret, user=user, address=actor.address)
        except IntegrityError as error:
            raise AlreadySeen(_("You have already seen these secrets.")) from error
        note_opened(held)
        record(EventType.SECRET_REVEALED, robot, names={"to": str(user)}, changes={"number": secret.number})
    # Only after the commit: what is about to be shown is already written down as shown.
    return credentials.open_sealed(robot, secret)
