"""Inviting people: many at once or none, by mail, one-time links, at most so many a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import invitations, mail
from accounts.actions import LinkUsed, NotPossible, settle
from accounts.events import EventType, action, record
from accounts.models import Group, Invitation, Membership, Organization, Role, User, normalize_email
from accounts.permissions import Actor, ActorKind, Power, Refused
from accounts.ranks import ADMINISTRATOR, actor_rank, may_give_role


@dataclass(frozen=True)
class Offer:
    """What an invited person gets when they accept."""

    role: str = Role.MEMBER
    api_access: bool = False
    manage_people: bool = False
    group_ids: tuple[str, ...] = ()


def _may_offer(actor: Actor, offer: Offer) -> None:
    """Raises Refused: a role or permission above what the actor may give."""
    if not may_give_role(actor, offer.role):
        raise Refused(
            Power.APPOINT_CO_OWNERS if offer.role == Role.CO_OWNER else Power.APPOINT_ADMINISTRATORS, actor
        )
    machine = actor.kind != ActorKind.PERSON
    if (machine and (offer.api_access or offer.manage_people)) or (
        offer.manage_people and actor_rank(actor) < ADMINISTRATOR
    ):
        raise Refused(Power.MANAGE_PEOPLE, actor)


def _already_here(organization: Organization, addresses: Sequence[str]) -> set[str]:
    rows = Membership.objects.filter(organization=organization, retired_at=None, user__email__in=addresses)
    return set(rows.values_list("user__email", flat=True))


def _check_limit(organization: Organization, more: int) -> None:
    """Raises NotPossible past the organization's invitations a day."""
    day_ago = timezone.now() - timedelta(hours=24)
    sent = Invitation.objects.filter(
        organization=organization, purpose="join", created_at__gt=day_ago
    ).count()
    left = max(organization.invitations_a_day - sent, 0)
    if more > left:
        told = ngettext(
            "Only %(left)d more invitation can go out within 24 hours.",
            "Only %(left)d more invitations can go out within 24 hours.",
            left,
        )
        raise NotPossible(told % {"left": left} + " " + _("The operator can raise this."))


def invite(actor: Actor, addresses: Sequence[str], offer: Offer) -> list[Invitation]:
    """Invite everybody or nobody. Raises NotPossible (a sentence that names the address), Refused."""
    _may_offer(actor, offer)
    wanted = list(dict.fromkeys(normalize_email(address) for address in addresses))
    with action(actor):
        # The row's lock makes the daily limit exact when two invite at once.
        home = Organization.objects.select_for_update(no_key=True).get(pk=actor.home.pk)
        if here := _already_here(home, wanted):
            raise NotPossible(_("Already here: %(addresses)s.") % {"addresses": ", ".join(sorted(here))})
        _check_limit(home, len(wanted))
        return [_send(actor, home, address, offer) for address in wanted]


def _send(actor: Actor, home: Organization, address: str, offer: Offer) -> Invitation:
    made, link = invitations.make(Invitation.Purpose.JOIN, home, address)
    made.role, made.api_access, made.manage_people = offer.role, offer.api_access, offer.manage_people
    made.invited_by_key, made.invited_by_name = actor.key, actor.name
    groups = Group.objects.filter(organization=home, retired_at=None, is_everyone=False)
    made.groups.set(groups.filter(public_id__in=offer.group_ids))
    told = {
        "inviter_name": actor.name,
        "url": link,
        "url_words": settings.GATEHOUSE_URL,
        "days": invitations.LIFE.days,
    }
    known = User.objects.filter(email=address).first()
    to = known or User(email=address, language=actor.user.language if actor.user else "en")
    made.mail = mail.post("invitation", to, told, home)
    made.save()
    record(
        EventType.INVITATION_CREATED,
        made,
        names={"to": address},
        changes={"role": offer.role, "api_access": offer.api_access, "manage_people": offer.manage_people},
    )
    return made


def _open(actor: Actor, public_id: str) -> Invitation:
    rows = invitations.live().filter(
        organization=actor.home, purpose=Invitation.Purpose.JOIN, public_id=public_id
    )
    found = rows.select_for_update(no_key=True, of=("self",)).select_related("organization").first()
    if found is None:
        raise NotPossible(_("This invitation was used, revoked or has expired."))
    _may_offer(actor, _offer_of(found))
    return found


def _offer_of(invitation: Invitation) -> Offer:
    groups = tuple(invitation.groups.values_list("public_id", flat=True))
    return Offer(invitation.role, invitation.api_access, invitation.manage_people, groups)


def send_again(actor: Actor, public_id: str) -> Invitation:
    """A new link by mail; the earlier one ends. Counts towards the daily limit. Raises NotPossible, Refused."""
    with action(actor):
        home = Organization.objects.select_for_update(no_key=True).get(pk=actor.home.pk)
        found = _open(actor, public_id)
        _check_limit(home, 1)
        return _send(actor, home, found.address, _offer_of(found))


def show_link(actor: Actor, public_id: str) -> tuple[Invitation, str]:
    """When mail fails: a new link to hand over in person; the earlier one ends. Raises NotPossible, Refused."""
    with action(actor):
        found = _open(actor, public_id)
        offer = _offer_of(found)
        made, link = invitations.make(Invitation.Purpose.JOIN, actor.home, found.address)
        made.role, made.api_access, made.manage_people = offer.role, offer.api_access, offer.manage_people
        made.invited_by_key, made.invited_by_name = actor.key, actor.name
        made.save()
        made.groups.set(found.groups.all())
        record(EventType.INVITATION_LINK_SHOWN, made, names={"to": found.address})
    return made, link


def revoke(actor: Actor, public_id: str) -> Invitation:
    """The link stops working. Raises NotPossible, Refused."""
    with action(actor):
        found = _open(actor, public_id)
        Invitation.objects.filter(pk=found.pk).update(revoked_at=timezone.now())
        record(EventType.INVITATION_REVOKED, found, names={"to": found.address})
    return found


def join(
    link: Invitation, user: User | None, *, name: str = "", password: str = "", language: str = "en"
) -> User:
    """Accept: make the person if there is none, and the membership, or revive it without its former permissions.

    `user` is whoever has the invited address. Raises LinkUsed when another request was first or it was revoked.
    """
    assert link.organization is not None
    home = link.organization
    acting = Actor(ActorKind.PERSON, user.public_id if user else "", str(user or link.address), home)
    with action(acting):
        if not invitations.use(link):
            raise LinkUsed(_("This link has been used."))
        user = settle(link, user, name, password, language)
        membership = _belong(home, user, link)
        with action(Actor(ActorKind.PERSON, user.public_id, str(user), home)):
            record(EventType.INVITATION_ACCEPTED, link, organization=home, changes={"purpose": link.purpose})
            told = {"role": membership.role}
            record(EventType.MEMBERSHIP_CREATED, user, organization=home, changes=told)
    return user


def _belong(home: Organization, user: User, link: Invitation) -> Membership:
    given = {"role": link.role, "api_access": link.api_access, "manage_people": link.manage_people}
    with transaction.atomic():
        membership, _made = Membership.objects.update_or_create(
            organization=home, user=user, defaults=given | {"retired_at": None, "deactivated_at": None}
        )
    membership.groups.set(link.groups.filter(retired_at=None))
    return membership


def pending(actor: Actor) -> "list[dict[str, object]]":
    """Open invitations with how their mail fared, for the people page."""
    rows = invitations.live().filter(organization=actor.home, purpose=Invitation.Purpose.JOIN)
    rows = rows.select_related("mail").order_by("-created_at")
    return [
        {
            "id": row.public_id,
            "address": row.address,
            "role_label": row.get_role_display(),
            "invited_by": row.invited_by_name,
            "created_at": row.created_at,
            "expires_at": row.expires_at,
            "mail_error": row.mail.last_error if row.mail else "",
            "send_again_url": reverse("accounts:invitation_again", args=[actor.home.slug, row.public_id]),
            "revoke_url": reverse("accounts:invitation_revoke", args=[actor.home.slug, row.public_id]),
            "link_url": reverse("accounts:invitation_link", args=[actor.home.slug, row.public_id]),
        }
        for row in rows
    ]
