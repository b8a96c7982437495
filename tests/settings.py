"""The product's settings with what a test run needs: files of its own, plain static files, a key prefix per process."""

import atexit
import os
import shutil
import tempfile
from typing import Any

if "GATEHOUSE_VAR" not in os.environ:
    # `make test` gives the run a folder; pytest by hand gets one, too, so that two runs never meet in a file.
    os.environ["GATEHOUSE_VAR"] = tempfile.mkdtemp(prefix="gatehouse-test-")
    atexit.register(shutil.rmtree, os.environ["GATEHOUSE_VAR"], ignore_errors=True)

from config.settings import *  # noqa: F403
from config.settings import CACHES, CELERY_BROKER_TRANSPORT_OPTIONS, DATABASES, EMBEDDED, GATEHOUSE_VAR

_process = os.environ.get("PYTEST_XDIST_WORKER", "alone")
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
GATEHOUSE_URL = "http://testserver"
CSRF_TRUSTED_ORIGINS = [GATEHOUSE_URL]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    # A folder per process: one sweeps what another one's database does not know.
    "attachments": {
        "BACKEND": "workspaces.storage.FolderStorage",
        "OPTIONS": {"location": GATEHOUSE_VAR / f"attachments-{_process}"},
    },
}
# The product's hasher is held by a test; here a sign-in must not cost a tenth of a second.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if EMBEDDED:
    # Never in memory: threads of a live server would share one connection.
    database: Any
    for alias, database in DATABASES.items():
        database["TEST"] = {"NAME": GATEHOUSE_VAR / f"test-{alias}.sqlite3"}
        database["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
else:
    # A busy machine is no Redis that is gone; the tests of that ask a port where nobody listens.
    REDIS_SECONDS = 10
    CACHES["default"]["OPTIONS"] = {"socket_connect_timeout": REDIS_SECONDS, "socket_timeout": REDIS_SECONDS}
    CACHES["default"]["KEY_PREFIX"] = f"test-{_process}"
    CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"] = f"test-{_process}:"
