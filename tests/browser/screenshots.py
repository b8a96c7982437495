"""Pictures of every page in each theme, width and language: `python -m tests.browser.screenshots FOLDER [NAME…]`.

Names narrow it to the pages that contain one of them. For looking, not for comparing: nothing fails here.
"""

import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

THEMES = ("light", "dark")
LANGUAGES = ("en", "pl")


def main(folder: Path, names: list[str]) -> None:
    """Fill a database of its own with the world, open each page once per language, and draw it in each look."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    from django.test.utils import (
        override_settings,
        setup_databases,
        setup_test_environment,
        teardown_databases,
    )
    from pytest_django.live_server_helper import LiveServer

    from tests.browser import chrome, world
    from tests.browser.site import Site

    setup_test_environment()
    with ExitStack() as stack:
        var = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stack.enter_context(override_settings(MAIL_FOLDER=var / "mail"))
        databases = setup_databases(verbosity=0, interactive=False)
        stack.callback(teardown_databases, databases, verbosity=0)
        server = LiveServer("localhost")
        stack.callback(server.stop)
        browser = stack.enter_context(chrome.started())
        site = Site(browser, server.url, world.build())
        stack.callback(site.close)
        for language in LANGUAGES:
            site.speaks(language)
            draw(site, language, folder, names)


def draw(site: "Site", language: str, folder: Path, names: list[str]) -> None:  # type: ignore[name-defined]  # noqa: F821
    """Every page in one language."""
    from tests.browser import chrome
    from tests.browser.acts import open_page
    from tests.browser.pages import PAGES

    folder.mkdir(parents=True, exist_ok=True)
    for page in PAGES:
        if names and not any(name in page.name for name in names):
            continue
        tab = site.tab(page.who)
        tab.set_viewport_size(chrome.WIDE)  # type: ignore[arg-type]
        open_page(tab, page, site.world)
        for size in (chrome.WIDE, chrome.NARROW):
            tab.set_viewport_size(size)  # type: ignore[arg-type]
            for theme in THEMES:
                tab.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
                name = f"{page}-{size['width']}-{theme}-{language}.png"
                tab.screenshot(path=folder / name, full_page=True)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), sys.argv[2:])
