"""`/metrics`: numbers for Prometheus, for this machine or whoever has the token."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from accounts.views import health
from tests.cast import Cast
from tests.webhooks.conftest import listens, piled_up


def numbers(**more: Any) -> dict[tuple[str, ...], float]:
    """Each sample by name and label values, read by the library's own parser."""
    answer = Client().get("/metrics", **more)
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/plain")
    families = text_string_to_metric_families(answer.content.decode())
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


def test_it_counts_what_is_there(cast: Cast) -> None:
    told = numbers()
    assert told["gatehouse_robots", "on"] == 2 and told["gatehouse_robots", "off"] == 0
    assert told["gatehouse_ready", "database"] == 1 and told["gatehouse_mails", "failed"] == 0
    assert told["gatehouse_webhooks", "failing"] == 0 and told["gatehouse_webhook_deliveries_pending",] == 0


def test_each_part_is_asked_once_how_long_it_has_waited(cast: Cast) -> None:
    webhook = listens(cast, "https://erp.example/")
    piled_up(webhook, 1, due_at=timezone.now() - timedelta(seconds=300))
    with CaptureQueriesContext(connection) as asked:
        told = numbers()
    assert told["gatehouse_ready", "webhooks"] == 0 and told["gatehouse_ready", "outbox"] == 1
    assert 300 <= told["gatehouse_webhook_overdue_seconds",] < 400
    assert told["gatehouse_mail_overdue_seconds",] == 0
    assert sum("MIN((SELECT" in one["sql"] for one in asked) == 1
    assert sum('MIN("accounts_outgoingmail"' in one["sql"] for one in asked) == 1


def test_a_part_that_does_not_answer_is_not_ready_and_the_others_are_told(cast: Cast) -> None:
    def broken() -> int:
        raise ConnectionError("away")

    here = health.CHECKS["webhooks"]
    assert isinstance(here, health.Overdue)
    with patch.dict(health.CHECKS, webhooks=replace(here, seconds=broken)):
        told = numbers()
    assert told["gatehouse_ready", "webhooks"] == 0 and told["gatehouse_ready", "database"] == 1
    assert ("gatehouse_webhook_overdue_seconds",) not in told


def test_it_names_nobody(cast: Cast) -> None:
    text = Client().get("/metrics").content.decode().lower()
    assert not any(word in text for word in ("halden", "robby", "olga"))


@pytest.mark.parametrize(
    "peer", [{"REMOTE_ADDR": "192.0.2.7"}, {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, {"REMOTE_ADDR": ""}]
)
def test_other_machines_find_nothing(cast: Cast, peer: dict[str, str]) -> None:
    assert Client().get("/metrics", **peer).status_code == 404


def test_with_a_token_it_is_asked_for(cast: Cast, settings: Any) -> None:
    settings.GATEHOUSE_METRICS_TOKEN = "m" * 32
    for wrong in ({}, {"HTTP_AUTHORIZATION": "Bearer x"}, {"HTTP_AUTHORIZATION": "Basic " + "m" * 32}):
        assert Client().get("/metrics", **wrong).status_code == 401
    assert numbers(HTTP_AUTHORIZATION="Bearer " + "m" * 32)


def test_behind_a_proxy_only_the_token_lets_in(cast: Cast, settings: Any) -> None:
    settings.GATEHOUSE_TRUSTED_PROXIES = 1
    assert Client().get("/metrics").status_code == 404
    settings.GATEHOUSE_METRICS_TOKEN = "m" * 32
    told = {"HTTP_AUTHORIZATION": "Bearer " + "m" * 32, "HTTP_X_FORWARDED_FOR": "192.0.2.7"}
    assert numbers(**told)
