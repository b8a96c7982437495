"""What a worker's process does to itself when it is ready."""

import subprocess
import sys

SCRIPT = """
import resource, gc, sys
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
from celery.signals import worker_ready
from config import celery
import django
django.setup()
from webhooks.engine import HOLD, Engine
assert Engine()._hold == 128, "as many as there are files for"
worker_ready.send(sender=None)
soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
assert soft == (celery.OPEN_FILES if hard == resource.RLIM_INFINITY else min(celery.OPEN_FILES, hard)), soft
assert Engine()._hold == min(HOLD, soft // 2) and gc.get_freeze_count() > 10_000
print("settled")
"""


def test_it_asks_for_files_and_spares_the_collector() -> None:
    told = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False)
    assert told.stdout == "settled\n", told.stderr
