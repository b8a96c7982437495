"""Chromium as the browser tests use it: started once, one context per visitor."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from scripts import chromium

ARGUMENTS = (
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
# How long a machine under load may take before we call a page dead (milliseconds).
PATIENCE = 30_000
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 400, "height": 800}
# Playwright switches it off; people's browsers have it, and it must not bring secrets back.
BACK_FORWARD_CACHE = "--disable-back-forward-cache"


@contextmanager
def started() -> Iterator[Browser]:
    """A Chromium; while it runs, Django takes databases in this thread.

    Playwright keeps an event loop in the thread that calls it, and Django would take that for asynchronous code.
    """
    arguments = [*ARGUMENTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    path = os.environ.get("GATEHOUSE_CHROMIUM") or chromium.find()
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "yes"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=path, args=arguments, ignore_default_args=[BACK_FORWARD_CACHE]
            )
            yield browser
            browser.close()
    finally:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def context(browser: Browser, base_url: str, **options: Any) -> BrowserContext:
    """A visitor of their own: cookies, cache and clipboard are nobody else's."""
    made = browser.new_context(**{"base_url": base_url, "locale": "en-GB", "viewport": WIDE} | options)
    made.set_default_timeout(PATIENCE)
    return made


def cookie(visitor: BrowserContext, base_url: str, name: str, value: str) -> None:
    """Put a cookie of the site into the visitor's browser."""
    visitor.add_cookies([{"name": name, "value": value, "url": base_url}])
