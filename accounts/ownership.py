"""Handing an organization over: an offer, accepted by its receiver; one conditional UPDATE decides, the former owner is
co-owner by itself (the owner's stored role always was)."""

from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import mail
from accounts.actions import NotPossible
from accounts.events import EventType, action, record
from accounts.membership import visible
from accounts.models import Membership, Organization, OwnershipOffer, Role
from accounts.permissions import Actor, Power, Refused

LIFE = timedelta(days=7)


def open_offer(organization: Organization) -> OwnershipOffer | None:
    """The offer that can still be accepted."""
    rows = OwnershipOffer.objects.filter(
        organization=organization, ended_at=None, expires_at__gt=timezone.now()
    )
    return rows.select_related("to__user", "offered_by").first()


def offer(actor: Actor, person_id: str) -> OwnershipOffer:
    """Offer it to a co-owner or administrator; an earlier offer ends. Raises Refused, NotPossible, Http404."""
    if not actor.can(Power.TRANSFER_OWNERSHIP) or actor.user is None:
        raise Refused(Power.TRANSFER_OWNERSHIP, actor)
    with action(actor):
        to = visible(actor, person_id)
        if to.is_owner or to.deactivated_at or to.role not in (Role.CO_OWNER, Role.ADMINISTRATOR):
            raise NotPossible(
                _("Ownership goes to a co-owner or an administrator. Give them that role first.")
            )
        now = timezone.now()
        OwnershipOffer.objects.filter(organization=actor.home, ended_at=None).update(ended_at=now)
        try:
            with transaction.atomic():
                made = OwnershipOffer.objects.create(
                    organization=actor.home, to=to, offered_by=actor.user, expires_at=now + LIFE
                )
        except IntegrityError as error:
            raise NotPossible(_("Another offer was made at the same moment. Look at it first.")) from error
        url = settings.GATEHOUSE_URL + reverse("accounts:ownership", args=[actor.home.slug])
        told = {"offerer_name": actor.name, "url": url, "url_words": url, "days": LIFE.days}
        made.mail = mail.post("ownership_offered", to.user, told, actor.home)
        made.save(update_fields=["mail"])
        record(EventType.OWNERSHIP_OFFERED, made, names={"to": str(to.user)}, changes={"to": person_id})
    return made


def end(actor: Actor) -> None:
    """Withdraw (its maker) or decline (its receiver) the open offer; nothing when there is none. Raises Http404."""
    with action(actor):
        found = open_offer(actor.home)
        if found is None:
            return
        if actor.user not in (found.offered_by, found.to.user):
            raise Http404
        OwnershipOffer.objects.filter(pk=found.pk, ended_at=None).update(ended_at=timezone.now())
        record(EventType.OWNERSHIP_OFFER_ENDED, found, names={"to": str(found.to.user)})


def accept(actor: Actor) -> Organization:
    """Become the owner. Raises NotPossible when the offer ended or somebody else owns it by now, Http404 for others."""
    with action(actor):
        found = open_offer(actor.home)
        if found is None or actor.membership is None:
            raise NotPossible(_("There is no offer to accept any more."))
        if found.to_id != actor.membership.pk:
            raise Http404
        now = timezone.now()
        ended = OwnershipOffer.objects.filter(pk=found.pk, ended_at=None).update(ended_at=now)
        current = Membership.objects.current().filter(
            pk=found.to_id, role__in=[Role.CO_OWNER, Role.ADMINISTRATOR]
        )
        if not ended or not current.update(role=Role.CO_OWNER):
            raise NotPossible(_("There is no offer to accept any more."))
        # The one statement that decides: whoever owns it by now, it was not the one who offered.
        rows = Organization.objects.filter(pk=actor.home.pk, owner=found.offered_by)
        if not rows.update(owner=found.to.user):
            raise NotPossible(_("There is no offer to accept any more."))
        told = {"owner": [found.offered_by.public_id, found.to.user.public_id]}
        names = {"from": str(found.offered_by), "to": str(found.to.user)}
        record(EventType.OWNERSHIP_TRANSFERRED, actor.home, names=names, changes=told)
        url = settings.GATEHOUSE_URL
        mailed = {"owner_name": str(found.to.user), "url": url, "url_words": url}
        mail.post("ownership_accepted", found.offered_by, mailed, actor.home)
    return Organization.objects.get(pk=actor.home.pk)
