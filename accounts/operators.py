"""Operators run the instance: they see organizations and limits, never a secret, and every look of theirs is recorded."""

import functools
from collections.abc import Callable
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts import mail
from accounts.events import EventType, action, record
from accounts.models import Organization, OutgoingMail, User
from accounts.permissions import Actor, ActorKind


def operator_only(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Staff with a second factor; everybody else gets 404, staff without a factor are sent to set one up."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user = request.user
        if not (isinstance(user, User) and user.is_active and user.is_staff):
            raise Http404
        if not is_mfa_enabled(user):
            messages.warning(request, _("Operators need a second factor. Set one up, then come back."))
            return redirect("mfa_index")
        return view(request, *args, **kwargs)

    guarded.operator_only = True  # type: ignore[attr-defined]
    return guarded


def operator(request: HttpRequest) -> Actor:
    """The Actor of an operator at work."""
    assert isinstance(request.user, User)
    return Actor(
        ActorKind.OPERATOR,
        request.user.public_id,
        str(request.user),
        address=getattr(request, "client_address", ""),
        request_id=getattr(request, "request_id", ""),
    )


def organizations(query: str) -> QuerySet[Organization]:
    """All of them, with `.people_count`, by name; narrowed by name, slug or owner's address."""
    here = Q(memberships__retired_at=None)
    rows = Organization.objects.select_related("owner").annotate(
        people_count=Count("memberships", filter=here)
    )
    words = Q(name__icontains=query) | Q(slug__icontains=query) | Q(owner__email__icontains=query)
    return (rows.filter(words) if query else rows).order_by("name", "pk")


def look(actor: Actor, public_id: str) -> Organization:
    """One organization, the look noted in its own record. Raises Http404."""
    found = Organization.objects.select_related("owner").filter(public_id=public_id).first()
    if found is None:
        raise Http404
    with action(actor):
        record(EventType.OPERATOR_LOOKED, found)
    return found


def set_limits(actor: Actor, public_id: str, limits: dict[str, int]) -> Organization:
    """Change what only the operator may (columns of Organization). Raises Http404."""
    with action(actor):
        rows = Organization.objects.select_for_update(no_key=True)
        found = rows.filter(public_id=public_id).first()
        if found is None:
            raise Http404
        told = {
            name: [getattr(found, name), value]
            for name, value in limits.items()
            if getattr(found, name) != value
        }
        if told:
            Organization.objects.filter(pk=found.pk).update(**{name: limits[name] for name in told})
            record(EventType.OPERATOR_CHANGED, found, changes=told)
    return found


def send_test_mail(to: User) -> OutgoingMail:
    """A mail to the operator themselves, through outbox, worker and server like any other."""
    with action(Actor(ActorKind.OPERATOR, to.public_id, str(to))):
        return mail.post("test", to, {})


def appoint(email: str, is_staff: bool) -> User:
    """Command line only: make somebody an operator, or not any more. Raises User.DoesNotExist."""
    user = User.objects.get_by_natural_key(email)
    User.objects.filter(pk=user.pk).update(is_staff=is_staff)
    return user
