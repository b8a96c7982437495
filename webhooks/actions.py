"""The verbs of a webhook's life, in the order of the manual: create, update, on and off, resume, rotate, delete.

Every verb first locks its webhook's row (on SQLite the one writer), so that each finds what the one before left.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import NotPossible
from accounts.events import EventType, action, record
from accounts.permissions import Actor, ActorKind, Power, Refused
from accounts.wake import wake
from webhooks import credentials, makers, targets, waiting
from webhooks.changing import Change, change, named
from webhooks.models import Header, Webhook
from webhooks.waiting import cancel
from workspaces.locking import Match, fresh

# In an organization: each event is written once for every one that hears of it.
MOST = 100
OVERLAPS = {"0": timedelta(), "1": timedelta(hours=1), "24": timedelta(hours=24), "168": timedelta(days=7)}
DELIVER = "webhooks.deliver"


@dataclass(frozen=True)
class Created:
    """A new webhook and its signing secret, or (`secret` None) the one that the first of two equal forms made."""

    webhook: Webhook
    secret: str | None = field(repr=False)


def may_write(actor: Actor) -> None:
    """Raises Refused for whoever may not even change their own."""
    if not actor.can(Power.WRITE_OWN_WEBHOOKS):
        raise Refused(Power.WRITE_OWN_WEBHOOKS, actor)


def locked(actor: Actor, public_id: str, match: Match = None) -> Webhook:
    """The webhook with its row locked. Raises Http404, Refused, Stale."""
    may_write(actor)
    rows = Webhook.objects.visible_to(actor).select_for_update(no_key=True, of=("self",))
    webhook = rows.select_related("organization").filter(public_id=public_id).first()
    if webhook is None:
        raise Http404
    fresh(webhook, match)
    return webhook


def save(webhook: Webhook, **fields: Any) -> None:
    """Write these fields: a new version, at which the engine opens the seals anew."""
    for name, value in fields.items():
        setattr(webhook, name, value)
    webhook.updated_at, webhook.version = timezone.now(), webhook.version + 1
    webhook.save(update_fields=[*fields, "updated_at", "version"])


def create(actor: Actor, given: Mapping[str, Any], creation_key: str | None = None) -> Created:
    """Make a webhook and its signing secret. The same `creation_key` again makes nothing.

    `given`: as changing.change(). Raises NotValid, and NotPossible when there are too many.
    """
    may_write(actor)
    machine = actor.kind in (ActorKind.ROBOT, ActorKind.TOKEN)
    webhook = Webhook(
        organization=actor.home,
        maker_kind=actor.kind.value,
        maker_key=actor.key,
        maker_name=actor.name[:120],
        by_machine=machine,
        creation_key=creation_key,
    )
    with action(actor):
        again = Webhook.objects.filter(organization=actor.home, creation_key=creation_key)
        if creation_key is not None and (made := again.first()) is not None:
            return Created(made, None)
        if Webhook.objects.filter(organization=actor.home, retired_at=None).count() >= MOST:
            raise NotPossible(_("At most %d webhooks. Delete one that nobody needs.") % MOST)
        wanted = change(actor, webhook, given)
        secret = _seal_new_secret(webhook)
        try:
            with transaction.atomic():
                _write_new(webhook, wanted)
        except IntegrityError:
            return Created(again.get(), None)
        record(EventType.WEBHOOK_CREATED, webhook, changes=_facts(webhook, wanted))
    return Created(webhook, secret)


def _seal_new_secret(webhook: Webhook) -> str:
    """A new signing secret in the row, not saved; the value."""
    secret = credentials.new_secret()
    webhook.sealed_secret = credentials.seal_secret(webhook, secret)
    webhook.secret_hint, webhook.secret_made_at = credentials.hint(secret), timezone.now()
    return secret


def _write_new(webhook: Webhook, wanted: Change) -> None:
    for name, value in wanted.fields.items():
        setattr(webhook, name, value)
    webhook.save(force_insert=True)
    webhook.workspaces.set(wanted.workspaces or [])
    Header.objects.bulk_create(wanted.headers or [])


def _facts(webhook: Webhook, wanted: Change) -> dict[str, Any]:
    """A new webhook as the record tells it: of its target no path, of its headers names only."""
    return {
        "name": webhook.description,
        "target": str(targets.origin(webhook.target_url)),
        "hears": webhook.events,
        "workspaces": named(wanted.workspaces or []),
        "headers": ", ".join(row.name for row in wanted.headers or []),
        "authentication": "basic" if webhook.username else "none",
    }


def update(
    actor: Actor, public_id: str, given: Mapping[str, Any], match: Match = None
) -> tuple[Webhook, list[str]]:
    """Change what is given (changing.change()); the webhook, and whose values were dropped with a new target.

    Raises Http404, NotValid, and Stale when it would change something that the caller saw otherwise.
    """
    with action(actor):
        webhook = locked(actor, public_id)
        wanted = change(actor, webhook, given)
        # The same form sent twice changes nothing the second time: that is not stale.
        if wanted.is_any():
            fresh(webhook, match)
            save(webhook, **wanted.fields)
            if wanted.workspaces is not None:
                webhook.workspaces.set(wanted.workspaces)
            if wanted.headers is not None:
                webhook.headers.all().delete()
                Header.objects.bulk_create(wanted.headers)
            record(EventType.WEBHOOK_UPDATED, webhook, changes=wanted.facts())
            wake(DELIVER)
    return webhook, wanted.dropped


def switch_on(actor: Actor, public_id: str, match: Match = None) -> Webhook:
    """It hears of events again; what waits goes out. Raises Http404, NotPossible when the machine that made it has ended."""
    with action(actor):
        webhook = locked(actor, public_id, match)
        if not webhook.is_on:
            makers.narrow(webhook)
            # Before the pause is taken back: what waited in one is kept longer.
            waiting.send_now(webhook)
            save(webhook, is_on=True, off_reason="", **_well())
            record(EventType.WEBHOOK_SWITCHED_ON, webhook)
            wake(DELIVER)
    return webhook


def switch_off(actor: Actor, public_id: str, match: Match = None) -> Webhook:
    """Nothing is sent, and it hears of no event until it is switched on. Raises Http404."""
    with action(actor):
        webhook = locked(actor, public_id, match)
        if webhook.is_on:
            save(webhook, is_on=False, off_reason=Webhook.Off.PERSON)
            record(EventType.WEBHOOK_SWITCHED_OFF, webhook)
    return webhook


def _well() -> dict[str, Any]:
    """A webhook of which nobody knows that it fails."""
    return {"paused_at": None, "failing_since": None, "warned": 0, "suspended_until": None, "suspensions": 0}


def resume(actor: Actor, public_id: str) -> tuple[Webhook, int]:
    """Send what waited while it was paused; how many that are. Raises Http404, NotPossible when it was not paused."""
    with action(actor):
        webhook = locked(actor, public_id)
        if webhook.paused_at is None:
            raise NotPossible(_("It is not paused any more. Nothing was changed."))
        makers.narrow(webhook)
        # Before the pause is taken back: what waited in one is kept longer.
        count = waiting.send_now(webhook)
        save(webhook, **_well())
        record(EventType.WEBHOOK_RESUMED, webhook)
        wake(DELIVER)
    return webhook, count


def rotate(actor: Actor, public_id: str, overlap: timedelta, match: Match = None) -> Created:
    """A new signing secret; the present one signs, too, for `overlap`. An older overlap ends.

    Raises Http404, Refused for machines, and Stale when another rotation came first.
    """
    if not actor.can(Power.MANAGE_WEBHOOKS):
        raise Refused(Power.MANAGE_WEBHOOKS, actor)
    with action(actor):
        webhook = locked(actor, public_id, match)
        previous = credentials.seal_previous(webhook) if overlap else None
        until = timezone.now() + overlap if overlap else None
        secret = _seal_new_secret(webhook)
        save(
            webhook,
            sealed_previous_secret=previous,
            previous_secret_until=until,
            sealed_secret=webhook.sealed_secret,
            secret_hint=webhook.secret_hint,
            secret_made_at=webhook.secret_made_at,
        )
        hours = int(overlap.total_seconds() // 3600)
        record(EventType.WEBHOOK_SECRET_ROTATED, webhook, changes={"overlap_hours": hours})
        wake(DELIVER)
    return Created(webhook, secret)


def finish(actor: Actor, public_id: str) -> Webhook:
    """End a running overlap: only the new secret signs. Raises Http404, NotPossible when none runs."""
    with action(actor):
        webhook = locked(actor, public_id)
        until = webhook.previous_secret_until
        if webhook.sealed_previous_secret is None or until is None or until <= timezone.now():
            raise NotPossible(_("No overlap is running: only the new secret signs."))
        save(webhook, sealed_previous_secret=None, previous_secret_until=None)
        record(EventType.WEBHOOK_SECRET_ENDED, webhook)
    return webhook


def delete(actor: Actor, public_id: str, match: Match = None) -> tuple[Webhook, int]:
    """Retire it: its secrets are destroyed, what waits is not sent; how many that are. Raises Http404, Stale."""
    with action(actor):
        webhook = locked(actor, public_id, match)
        count = retire(webhook)
        record(EventType.WEBHOOK_DELETED, webhook, changes={"name": webhook.description})
    return webhook, count


def retire(webhook: Webhook) -> int:
    """Destroy what is sealed and cancel what waits; inside an action, its row locked."""
    webhook.headers.all().delete()
    save(
        webhook,
        is_on=False,
        retired_at=timezone.now(),
        sealed_secret=None,
        sealed_previous_secret=None,
        previous_secret_until=None,
        sealed_password=None,
    )
    return cancel(webhook.deliveries.all())
