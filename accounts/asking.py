"""Asking for API access: a person without it mails those who could tick it, at most once a day."""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import mail
from accounts.actions import NotPossible
from accounts.events import EventType, action, record
from accounts.models import Membership, Role
from accounts.permissions import Actor, Power, Refused, person_actor
from accounts.ranks import may_tick_api_access, rank

AGAIN_AFTER = timedelta(days=1)
MOST_MAILS = 10


def whom_to_ask(membership: Membership) -> list[Membership]:
    """Who could tick API access for this person, the highest rank first; at most ten. One query."""
    return whom_to_ask_each([membership])[membership.pk]


def whom_to_ask_each(memberships: Iterable[Membership]) -> dict[int, list[Membership]]:
    """The same for several memberships, by their key. One query."""
    # Narrowed by what can't be without either; accounts/ranks.py decides.
    above = Q(manage_people=True) | Q(role__in=[Role.CO_OWNER, Role.ADMINISTRATOR])
    asking = {membership.organization_id: membership for membership in memberships}
    rows = Membership.objects.current().filter(above, organization__in=list(asking))
    able: dict[int, list[Membership]] = {membership.pk: [] for membership in asking.values()}
    for row in rows.select_related("organization", "user").order_by("pk"):
        membership = asking[row.organization_id]
        if may_tick_api_access(person_actor(row), membership):
            able[membership.pk].append(row)
    return {key: sorted(rows, key=rank, reverse=True)[:MOST_MAILS] for key, rows in able.items()}


def asked_lately(membership: Membership) -> bool:
    """Whether the person has to wait before asking again."""
    asked = membership.api_access_asked_at
    return asked is not None and asked > timezone.now() - AGAIN_AFTER


def ask_for_api_access(actor: Actor) -> list[Membership]:
    """Mail them; who was mailed. Raises NotPossible within a day of the last time, or with the access there already."""
    if actor.membership is None:
        raise Refused(Power.VIEW_ORGANIZATION, actor)
    with action(actor):
        # Under lock, so that a double click asks once.
        rows = Membership.objects.select_for_update(no_key=True, of=("self",))
        asker = rows.select_related("organization", "user").get(pk=actor.membership.pk)
        if Power.USE_API in person_actor(asker).powers:
            raise NotPossible(_("You have API access in %(name)s already.") % {"name": asker.organization})
        if asked_lately(asker):
            raise NotPossible(_("You asked within the last 24 hours. They got a mail; ask again tomorrow."))
        asked = whom_to_ask(asker)
        if not asked:
            raise NotPossible(_("Nobody here can be asked at the moment."))
        Membership.objects.filter(pk=asker.pk).update(api_access_asked_at=timezone.now())
        record(EventType.MEMBERSHIP_API_ACCESS_ASKED, asker.user, organization=asker.organization)
        for row in asked:
            _mail(row, asker)
    return asked


def _mail(to: Membership, asker: Membership) -> None:
    home = asker.organization
    url = settings.GATEHOUSE_URL + reverse("accounts:person", args=[home.slug, asker.user.public_id])
    told = {"by_name": str(asker.user), "url": url, "url_words": url}
    mail.post("api_access_asked", to.user, told, home)
