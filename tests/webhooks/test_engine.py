"""The engine end to end: from an action to a receiver, over a real database and real sockets."""

from collections.abc import Callable

from tests.cast import Cast
from tests.webhooks.conftest import happen, listens
from tests.webhooks.receivers import Receiver
from webhooks.models import Attempt, Delivery


def test_what_happens_is_heard_once(
    committed: None, cast: Cast, receiver: Receiver, run: Callable[[], None]
) -> None:
    webhook = listens(cast, receiver.url())
    happen(cast, 20)
    run()
    run()
    sent = Delivery.objects.filter(webhook=webhook)
    assert (
        sorted(receiver.ids()) == sorted(sent.values_list("public_id", flat=True))
        and len(receiver.ids()) == 20
    )
    assert set(sent.values_list("state", "attempts", "last_status", "last_outcome")) == {
        ("delivered", 1, 200, "ok")
    }
    assert Attempt.objects.count() == 20
