"""What owners are told about webhooks by mail; never a secret, nothing of an answer."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts import mail
from accounts.models import Membership, Role
from webhooks.models import Delivery, Webhook
from webhooks.outcomes import Outcome
from webhooks.waiting import UNREADABLE


def _to_owners(kind: str, webhook: Webhook, **told: Any) -> None:
    """One mail for everybody who manages webhooks, in their language and with their times."""
    home = webhook.organization
    url = f"{settings.GATEHOUSE_URL}/o/{home.slug}/settings/webhooks/{webhook.public_id}/"
    owners = Membership.objects.current().select_related("user").filter(organization=home, role=Role.CO_OWNER)
    for membership in owners.filter(deactivated_at=None, user__is_active=True):
        user = membership.user
        told |= {"url": url, "url_words": url, "home_name": home.name, "webhook_name": webhook.description}
        with timezone.override(user.time_zone), translation.override(user.language):
            why = reason(webhook)
            mail.post(kind, user, told | {"why": why}, home)


def gone(webhook: Webhook) -> None:
    """It was switched off because its receiver answered 410."""
    _to_owners("webhook_gone", webhook)


def failing(webhook: Webhook, level: int, pause_at: datetime) -> None:
    """It only fails: `level` per cent of the way to the pause are over; at 100 it has been paused."""
    kind = "webhook_paused" if level >= 100 else "webhook_failing"
    _to_owners(kind, webhook, since=webhook.failing_since, pause_at=pause_at)


def reason(webhook: Webhook) -> str:
    """Why the latest attempt failed, in words of the active language."""
    tried = Delivery.objects.filter(webhook=webhook, kind=Delivery.Kind.EVENT, attempts__gt=0)
    last = (
        tried.exclude(last_outcome__in=[Outcome.OK, UNREADABLE])
        .order_by("-id")
        .values_list("last_outcome", "last_status")
    )
    outcome, status = last.first() or ("", None)
    if outcome == Outcome.STATUS:
        return _("The receiver answered with the status %(status)s.") % {"status": status}
    return f"{Outcome(outcome).label}." if outcome in Outcome.values else ""
