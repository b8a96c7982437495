"""What the webhook pages show, gathered in a constant number of queries."""

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import hooks
from accounts.permissions import Actor
from accounts.sentences import GROUPS
from webhooks import hearing, listing, picture, state, targets
from webhooks.forms import HEADERS_SAID, DeleteForm, TestForm, WebhookForm
from webhooks.header_rows import drawn, rows_of
from webhooks.models import Delivery, Webhook
from webhooks.outcomes import Outcome
from webhooks.waiting import UNREADABLE

# Counting more costs more than it tells.
COUNTED = 10_000
# Where a robot's page names them all, too many fill the line.
NAMED = 3


def listed(actor: Actor) -> QuerySet[Webhook]:
    """The list's rows, each with `.place_count`."""
    rows = Webhook.objects.visible_to(actor).select_related("organization")
    there = Count("workspaces", filter=Q(workspaces__retired_at=None))
    return rows.annotate(place_count=there).order_by("description", "pk")


def list_page(actor: Actor) -> dict[str, Any]:
    """The context of `webhooks/list.html`; there are never more than a hundred."""
    rows = list(listed(actor))
    sparks = picture.sparks(rows)
    return {
        "rows": [
            {
                "webhook": row,
                "url": address(row, "webhook"),
                "origin": str(targets.origin(row.target_url)),
                "hears": hears(row),
                "where": where(row, row.place_count),  # type: ignore[attr-defined]
                "spark": sparks[row.pk],
                "state": state.of_webhook(row),
            }
            for row in rows
        ]
    }


def address(webhook: Webhook, verb: str, *more: str) -> str:
    """The address of one of its pages."""
    return reverse(f"webhooks:{verb}", args=[webhook.organization.slug, webhook.public_id, *more])


def hears(webhook: Webhook) -> dict[str, Any]:
    """Its events for `webhooks/hears.html`: `few` types, or `words`: “Workspaces and tasks: all”, “27 events”."""
    chosen = set(webhook.events)
    if chosen >= hearing.KNOWN:
        return {"few": [], "words": _("Everything")}
    whole = [group for group in hearing.groups() if chosen == set(group["types"])]
    if whole:
        return {"few": [], "words": _("%(group)s: all") % {"group": GROUPS[whole[0]["name"]][0]}}
    if len(chosen) <= NAMED:
        return {"few": webhook.events, "words": ""}
    words = ngettext("%(n)d event", "%(n)d events", len(chosen)) % {"n": len(chosen)}
    return {"few": [], "words": words}


def where(webhook: Webhook, count: int) -> str:
    """Its workspaces in a few words."""
    if webhook.all_workspaces:
        return _("All workspaces")
    return ngettext("%(n)d workspace", "%(n)d workspaces", count) % {"n": count}


def form_page(form: WebhookForm) -> dict[str, Any]:
    """What the form's template needs beside the form: header rows and event groups."""
    kept = {row.name.lower() for row in rows_of(form.webhook) if row.is_kept}
    chosen = form.chosen_events()
    header_rows, further_rows = drawn(form.rows, kept)
    return {
        "form": form,
        "problems": [told for told in form.non_field_errors() if told != str(HEADERS_SAID)],
        "header_rows": header_rows,
        "further_rows": further_rows,
        "event_groups": [
            {
                "name": group["name"],
                "label": group["label"],
                "types": [{"name": name, "chosen": name in chosen} for name in group["types"]],
                "count": sum(name in chosen for name in group["types"]),
            }
            for group in hearing.groups()
        ],
        "has_secrets_typed": form.has_lost_secrets(),
    }


def webhook_page(actor: Actor, webhook: Webhook, asked: Any, **forms: Any) -> dict[str, Any]:
    """The context of `webhooks/webhook.html`."""
    waiting_now = count_waiting(webhook)
    places = (
        [] if webhook.all_workspaces else list(webhook.workspaces.filter(retired_at=None).order_by("name"))
    )
    until = webhook.previous_secret_until
    told: dict[str, Any] = {
        "webhook": webhook,
        "origin": str(targets.origin(webhook.target_url)),
        "hears": hears(webhook),
        "places": places,
        "state": state.of_webhook(webhook),
        "last": _last_failure(webhook) if webhook.failing_since else None,
        "waiting_words": counted(waiting_now),
        "waiting_now": waiting_now,
        "health": picture.health(webhook, waiting_now),
        "overlap_until": until if until and until > timezone.now() else None,
        "test_form": TestForm(webhook),
        "sure_form": DeleteForm(),
        "stops": hooks.consequences.rows(actor, webhook),
    }
    if told["last"] is not None:
        told["last_words"] = state.answer_words(told["last"].last_outcome, told["last"].last_status)
    return told | verbs(webhook) | listing.page(webhook, asked) | forms


def _last_failure(webhook: Webhook) -> Delivery | None:
    """The latest event that did not get through; a test event says nothing about why it fails."""
    tried = webhook.deliveries.filter(kind=Delivery.Kind.EVENT).exclude(
        last_outcome__in=["", Outcome.OK, UNREADABLE]
    )
    found: Delivery | None = tried.defer("body").order_by("-pk").first()
    return found


def verbs(webhook: Webhook) -> dict[str, str]:
    """The addresses of what can be done."""
    names = "edit switch_on switch_off resume rotate finish delete test resend_failed".split()
    return {f"{name}_url": address(webhook, name) for name in names}


def count_waiting(webhook: Webhook) -> int:
    """How many deliveries wait, up to COUNTED + 1."""
    return webhook.deliveries.filter(state=Delivery.State.PENDING)[: COUNTED + 1].count()


def counted(count: int) -> str:
    """A count as one reads it; “more than 10,000” costs less than the number."""
    if count > COUNTED:
        return _("more than %(n)s") % {"n": f"{COUNTED:,}"}
    return str(count)
