"""How far a resend is costs what was resent, not what there is."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.cast import Cast
from tests.webhooks.conftest import listens, of, piled_up
from webhooks import resending
from webhooks.models import Webhook


@pytest.fixture
def webhook(cast: Cast) -> Webhook:
    """With thousands of settled deliveries, of which a few were given up."""
    made = listens(cast, "https://erp.example/")
    piled_up(made, 3000, state="delivered", ended_at=timezone.now(), last_outcome="ok")
    piled_up(made, 7, state="failed", ended_at=timezone.now(), last_outcome="timeout")
    return made


def plan(statement: str) -> str:
    """How the database answers it."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE webhooks_delivery")
        cursor.execute(f"EXPLAIN {'QUERY PLAN' if connection.vendor == 'sqlite' else ''} {statement}")
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


def test_how_far_it_is_walks_along_an_index(cast: Cast, webhook: Webhook) -> None:
    since = timezone.now() - timedelta(days=1)
    made = resending.resend_failed(cast.actor("olga"), webhook.public_id, since)
    with CaptureQueriesContext(connection) as asked:
        far = resending.progress(webhook.deliveries.all(), made.public_id)
    assert far is not None and (far.total, far.waiting) == (7, 7) and len(asked) == 1
    told = plan(asked[0]["sql"])
    assert "delivery_resent" in told and "SCAN" not in told and "Seq Scan" not in told, told


def test_one_that_is_resent_alone_is_no_part_of_it(cast: Cast, webhook: Webhook) -> None:
    olga, since = cast.actor("olga"), timezone.now() - timedelta(days=1)
    made = resending.resend_failed(olga, webhook.public_id, since)
    other = of(webhook).filter(state="delivered").first()
    resending.resend(olga, webhook.public_id, other.public_id)
    far = resending.progress(webhook.deliveries.all(), made.public_id)
    assert far is not None and far.total == 7
