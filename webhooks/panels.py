"""What webhooks add to the ground floor's pages."""

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import hooks
from accounts.models import Membership
from accounts.permissions import Actor, ActorKind, Power
from webhooks import pages, state, targets
from webhooks.models import Webhook


def register() -> None:
    """With the ground's hooks; once, at start."""
    hooks.overview_cards.register(cards)
    hooks.overview_attention.register(attention)
    hooks.consequences.register(consequences)
    hooks.leaving_lines.register(leaving_lines)


def cards(actor: Actor) -> list[dict[str, Any]]:
    """How many webhooks there are, for those who manage them."""
    if not actor.can(Power.MANAGE_WEBHOOKS):
        return []
    count = Webhook.objects.visible_to(actor).count()
    return [{"label": _("Webhooks"), "value": count, "url": reverse("webhooks:list", args=[actor.home.slug])}]


def attention(actor: Actor) -> list[dict[str, Any]]:
    """Webhooks that fail, are paused, or were switched off by their target: at most five."""
    if not actor.can(Power.MANAGE_WEBHOOKS):
        return []
    failing = Q(is_on=True) & (Q(paused_at__isnull=False) | Q(failing_since__isnull=False))
    rows = Webhook.objects.visible_to(actor).select_related("organization")
    found = rows.filter(failing | Q(off_reason=Webhook.Off.GONE, is_on=False)).order_by("failing_since", "pk")
    return [_attention(row) for row in found[:5]]


def _attention(webhook: Webhook) -> dict[str, Any]:
    how = state.of_webhook(webhook)
    return {
        "icon": "webhook",
        "tone": "bad",
        # The name is anybody's: escaped here, because the state may hold a moment's markup.
        "text": format_html(_("Webhook {name}: {state}"), name=webhook.description, state=how["text"]),
        "more": how["more"],
        "url": pages.address(webhook, "webhook"),
        "action": _("Open"),
    }


def consequences(actor: Actor, thing: Any) -> list[dict[str, Any]]:
    """What stops when a webhook is deleted."""
    if not isinstance(thing, Webhook):
        return []
    host = targets.origin(thing.target_url).host
    rows = [{"icon": "webhook", "text": _("%(host)s hears of nothing any more") % {"host": host}}]
    if count := pages.count_waiting(thing):
        told = ngettext(
            "%(n)s waiting delivery is not sent", "%(n)s waiting deliveries are not sent", count
        ) % {"n": pages.counted(count)}
        rows.append({"icon": "clock", "text": told})
    rows.append(
        {"icon": "key-off", "text": _("its signing secret, password and hidden values are destroyed")}
    )
    return rows


def leaving_lines(actor: Actor, membership: Membership) -> list[dict[str, Any]]:
    """Webhooks that somebody made stay when they go: they are the organization's."""
    made = Webhook.objects.filter(
        organization=membership.organization,
        retired_at=None,
        maker_kind=ActorKind.PERSON,
        maker_key=membership.user.public_id,
    )
    names = list(made.order_by("description").values_list("description", flat=True)[:11])
    if not names:
        return []
    told = ", ".join(names[:10]) + (", …" if len(names) > 10 else "")
    return [{"icon": "webhook", "text": _("Webhooks they made go on: %(names)s.") % {"names": told}}]
