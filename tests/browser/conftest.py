"""One Chromium for the folder, visitors in it, and the world on Django's live server."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser import chrome
from tests.browser.site import Site
from tests.browser.world import build


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All here drive a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Started by the first test that needs it, gone before tests of other folders run in this process."""
    expect.set_options(timeout=chrome.PATIENCE)
    with chrome.started() as browser:
        yield browser


@pytest.fixture
def site(
    browser: Browser, live_server: LiveServer, committed: None, tmp_path: Path, settings: Any
) -> Iterator[Callable[..., Site]]:
    """`site()`: the whole world on a live server; `site(java_script_enabled=False)` and the like for all its visitors."""
    settings.MAIL_FOLDER = tmp_path / "mail"
    made: list[Site] = []

    def start(**options: Any) -> Site:
        made.append(Site(browser, live_server.url, build(), options))
        return made[0]

    yield start
    # Before the database is emptied: a page may still be loading.
    for one in made:
        one.close()
