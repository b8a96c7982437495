"""The Celery application, on the tables of the product. RIVAL_TUNED=1: the same design with every screw tightened.

Tuned: one requests.Session for each process (connections are kept), the database connection survives the task (Celery
closes it before and after each otherwise), messages are fetched ahead and acknowledged early.
"""

import os
import time
from datetime import UTC, datetime
from typing import Any

import requests
from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
TUNED = os.environ.get("RIVAL_TUNED") == "1"
app = Celery("one_task_each", broker=os.environ["RIVAL_BROKER"])
app.conf.task_default_queue = "tuned" if TUNED else "plain"
app.conf.broker_transport_options = {"global_keyprefix": "rival:"}
app.conf.task_ignore_result = TUNED
if TUNED:
    app.conf.worker_prefetch_multiplier = 32
    app.conf.db_reuse_max = 100_000
    app.conf.CELERY_DB_REUSE_MAX = 100_000
_session = requests.Session()


@app.task(name="deliver_one")
def deliver_one(pk: int) -> None:
    """One delivery."""
    from django.utils import timezone
    from standardwebhooks.webhooks import Webhook as Signer

    from webhooks import credentials
    from webhooks.models import Attempt, Delivery

    delivery = Delivery.objects.select_related("webhook__organization").get(pk=pk)
    webhook, now = delivery.webhook, timezone.now()
    body = bytes(delivery.body)
    secret = credentials.signing_secrets(webhook, now)[0]
    headers: dict[str, Any] = {
        "Content-Type": "application/json",
        "webhook-id": delivery.public_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Signer(secret).sign(delivery.public_id, now.astimezone(UTC), body.decode()),
    }
    start = time.perf_counter()
    door: Any = _session if TUNED else requests
    answer = door.post(webhook.target_url, data=body, headers=headers, timeout=15)
    took = round((time.perf_counter() - start) * 1000)
    Attempt.objects.create(
        delivery=delivery,
        number=delivery.attempts + 1,
        began_at=now,
        duration=took,
        outcome="ok" if answer.ok else "status",
        status=answer.status_code,
        request_headers=[[name, value] for name, value in headers.items()],
        answer_headers=[[name, value] for name, value in answer.headers.items()],
        answer_body=answer.text,
    )
    delivery.state = Delivery.State.DELIVERED if answer.ok else Delivery.State.PENDING
    delivery.attempts += 1
    delivery.last_status, delivery.first_attempt_at = answer.status_code, now
    delivery.ended_at = datetime.now(UTC) if answer.ok else None
    delivery.save()
