"""Prints the path of a Chromium for the browser tests: one found, else Debian's, else Playwright's own."""

import shutil
import subprocess
import sys
from pathlib import Path

from scripts import debian

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
HOW = (
    "The browser tests need a Chromium or Chrome and none was found. Get one with `apt-get install chromium`, "
    "with `.venv/bin/python -m playwright install chromium`, or install Chrome."
)


def on_path() -> str | None:
    """A browser of this machine that starts."""
    candidates = [shutil.which(name) for name in NAMES] + [str(MAC) if MAC.exists() else None]
    return next((path for path in candidates if path and starts(path)), None)


def starts(path: str) -> bool:
    """Whether it can say its version (on some systems the name is only a hint to install it)."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def of_playwright() -> str | None:
    """Playwright's own copy, if it has been downloaded."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() and starts(path) else None


def download() -> str | None:
    """Let Playwright download its own."""
    debian.say("downloading a Chromium with playwright…")
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    if subprocess.run(command, stdout=sys.stderr).returncode:
        return None
    return of_playwright()


def find() -> str:
    """The path of a working Chromium, or an end with a sentence on how to get one."""
    found = on_path() or of_playwright()
    if found is None and debian.install("chromium"):
        found = on_path()
    found = found or download()
    if found is None:
        raise debian.Missing(HOW)
    return found


if __name__ == "__main__":
    print(find())
