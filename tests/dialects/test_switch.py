"""A dialect can be switched off: then its addresses are as if they were not there."""

import os
import subprocess
import sys
from pathlib import Path

from tests.accounts.test_environment import ROOT, sentence, start

ASK = """
from django.test import Client
for path in ("/identity_/api/RobotAccount", "/halden/identity_/connect/token", "/halden/audit_/api/auditlogs"):
    print(Client().get(path).status_code, end=" ")
"""


def ask(var: Path, dialects: str) -> str:
    clean = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    env = clean | {
        "GATEHOUSE_VAR": str(var),
        "GATEHOUSE_DIALECTS": dialects,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    for arguments in (["migrate", "--verbosity", "0"], ["shell", "--no-imports", "-c", ASK]):
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_off_it_is_not_there(tmp_path: Path) -> None:
    assert ask(tmp_path, "none") == "404 404 404"
    assert ask(tmp_path, "uipath") == "401 405 401"


def test_a_word_that_is_no_dialect_stops_the_start(tmp_path: Path) -> None:
    told = sentence(start(tmp_path, GATEHOUSE_DIALECTS="klingon"))
    assert "GATEHOUSE_DIALECTS" in told and "uipath" in told
