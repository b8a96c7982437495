"""The Celery application: an alarm clock. Rows with times are the schedule (house.md, idea 5)."""

import gc
import os
import resource
import sys
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_process_init, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("gatehouse")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logs(**kwargs: Any) -> None:
    """Celery would install its own handlers, without our redaction."""


# For the connections of webhooks (webhooks/engine.py); many systems allow 1,024 until somebody asks.
OPEN_FILES = 8192


@worker_ready.connect
@worker_process_init.connect
def settle_down(**kwargs: Any) -> None:
    """Once everything is imported: the collector need not look at it again, and threads wait a fifth as long for each other.

    A worker makes many short-lived objects, and its threads mostly wait for a database: docs/speed.md says what it saves.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    sys.setswitchinterval(0.001)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
