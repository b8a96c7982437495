"""Who made a webhook by the API, and what follows: it ends with its maker, and tells nothing that its maker may not read.

Both also for what was recorded before: a webhook that ended is off and what waits for it is kept as for any that is off;
of one that goes on, what its maker may not read any more is cancelled.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts import hooks
from accounts.actions import NotPossible
from accounts.catalogue import AUDIENCE_POWER, EventType
from accounts.events import action, record
from accounts.models import Organization
from accounts.permissions import TIMETABLE, Actor, Power
from webhooks import health, waiting
from webhooks.models import Delivery, Webhook

# What may take something from a robot, a token or its person: makers are looked at as soon as it is committed.
CHANGING = {
    "robot.updated",
    "robot.switched_off",
    "robot.deleted",
    "token.revoked",
    "membership.updated",
    "membership.deactivated",
    "membership.removed",
    "membership.left",
    "organization.policy_changed",
    "ownership.transferred",
    "workspace.updated",
}
LOOK = "webhooks.look_at_makers"
# Looked at once, to be looked at once more: what was planned at the same moment is there by then.
ONCE = "?"
Key = tuple[int, str, str]


def key(webhook: Webhook) -> Key:
    """Of its maker."""
    return webhook.organization_id, webhook.maker_kind, webhook.maker_key


def makers(webhooks: Iterable[Webhook]) -> dict[Key, Actor]:
    """The live Actor of each machine that made one of these; those that ended are missing."""
    keys: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for webhook in webhooks:
        if webhook.by_machine:
            keys[webhook.organization_id].add((webhook.maker_kind, webhook.maker_key))
    found: dict[Key, Actor] = {}
    for home in Organization.objects.filter(pk__in=keys) if keys else ():
        for told in hooks.actors_of.each(home, keys[home.pk]):
            found |= {(home.pk, *one): actor for one, actor in told.items()}
    return found


def goes_on(maker: Actor | None) -> bool:
    """Whether what it made goes on: it is there, and may still have webhooks, if only to read about them."""
    return maker is not None and (maker.can(Power.READ_WEBHOOKS) or maker.can(Power.WRITE_OWN_WEBHOOKS))


def _readable(maker: Actor) -> Q:
    """The deliveries whose event this maker may read now; the same rule as for what is planned (receivers.py)."""
    types = [kind.value for kind in EventType if maker.can(AUDIENCE_POWER[kind.audience])]
    told = Q(kind=Delivery.Kind.PROBE) | Q(event_type__in=types)
    if maker.can(Power.ALL_WORKSPACES):
        return told
    theirs = maker.membership.workspaces.values("public_id") if maker.membership else []
    return told & (Q(workspace=None) | Q(workspace__in=theirs))


def _reach(maker: Actor) -> str:
    """What _readable() depends on, in short."""
    told = sorted({audience for audience, power in AUDIENCE_POWER.items() if maker.can(power)})
    if maker.can(Power.ALL_WORKSPACES):
        told.append("*")
    elif maker.membership:
        told += map(str, maker.membership.workspaces.order_by("pk").values_list("pk", flat=True))
    return hashlib.sha256(" ".join(told).encode()).hexdigest()


def tellable(webhook: Webhook) -> Q:
    """The deliveries of this webhook that may go out: all, but of a machine's. Raises NotPossible when its maker has ended."""
    if not webhook.by_machine:
        return Q()
    maker = makers([webhook]).get(key(webhook))
    if maker is None or not goes_on(maker):
        raise NotPossible(
            _("Who made it by the API has no access any more. Add a webhook of your own instead.")
        )
    return _readable(maker)


def narrow(webhook: Webhook) -> int:
    """Cancel what waits and may not go out; how many. Inside an action, its row locked. Raises NotPossible as tellable()."""
    if not webhook.by_machine:
        return 0
    return waiting.cancel(webhook.deliveries.exclude(tellable(webhook)), waiting.UNREADABLE)


def look() -> None:
    """End what a machine made that has ended, cancel what waits of events that it may not read any more.

    The sweep's part. A constant number of queries as long as nothing has changed, however much waits.
    """
    made = list(Webhook.objects.listening().filter(by_machine=True))
    living = makers(made)
    for webhook in made:
        maker = living.get(key(webhook))
        if maker is None or not goes_on(maker):
            health.switch_off(webhook.pk, Webhook.Off.MAKER)
        elif webhook.maker_reach != (reach := _reach(maker)):
            _follow(webhook.pk, reach)


def _follow(pk: int, reach: str) -> None:
    with action(TIMETABLE):
        webhook = health.locked(pk)
        if webhook is None or not webhook.is_on:
            return
        if count := narrow(webhook):
            record(EventType.WEBHOOK_UPDATED, webhook, changes={"cancelled": count})
        # What was planned by somebody who did not see the change yet is found by the second look.
        looked = webhook.maker_reach in (reach, ONCE + reach)
        Webhook.objects.filter(pk=pk).update(maker_reach=reach if looked else ONCE + reach)
