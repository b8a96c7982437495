"""What is switched off, paused or cancelled between claim and request, and what was under way at that moment."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from tests.cast import Cast
from tests.webhooks.conftest import listens, of, piled_up, running, states, wait_until
from tests.webhooks.receivers import Receiver
from webhooks import waiting
from webhooks.lanes import IN_FLIGHT
from webhooks.models import Attempt, Webhook

Run = Callable[[], None]


def off(webhook: Webhook) -> None:
    Webhook.objects.filter(pk=webhook.pk).update(is_on=False)


def paused(webhook: Webhook) -> None:
    Webhook.objects.filter(pk=webhook.pk).update(paused_at=timezone.now())


def cancelled(webhook: Webhook) -> None:
    waiting.cancel(of(webhook))


@pytest.mark.parametrize("withdraw", [off, paused, cancelled])
def test_what_is_withdrawn_does_not_go_out_although_it_was_claimed(
    run: Run, cast: Cast, receiver: Receiver, withdraw: Callable[[Webhook], None]
) -> None:
    webhook = listens(cast, receiver.url("/first/40"))
    piled_up(webhook, 200)
    with running() as (engine,):
        wait_until(lambda: receiver.under_way.get("/first/40") == IN_FLIGHT, "it to hang")
        heard, lane = len(receiver.heard), engine._lanes[webhook.pk]
        wait_until(lambda: lane.queue, "more to be claimed")
        withdraw(webhook)
        wait_until(lambda: not lane.queue, "it to be given back")
        receiver.release.set()
    assert len(receiver.heard) == heard and not of(webhook).exclude(lease=None).exists()


@pytest.mark.scale
def test_what_is_cancelled_under_way_was_heard_all_the_same(run: Run, cast: Cast, receiver: Receiver) -> None:
    webhook = listens(cast, receiver.url("/hang"))
    piled_up(webhook, 1)
    with running():
        wait_until(lambda: len(receiver.heard) == 1, "it to be under way")
        waiting.cancel(of(webhook))
        receiver.release.set()
    assert states(webhook) == {"cancelled": 1} and Attempt.objects.get().outcome == "ok"
