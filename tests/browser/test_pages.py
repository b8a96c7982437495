"""Every page in every theme, width and language: nothing for axe, the content policy or the console to complain about."""

import re
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings as product
from django.urls import resolve
from playwright.sync_api import Error

from tests import test_access as access
from tests.browser import chrome, complaints
from tests.browser.acts import Page, open_page
from tests.browser.pages import GROUPS, PAGES
from tests.browser.site import Site, Visitor

EMBEDDED: bool = product.EMBEDDED
# width, what the system says, what the person has chosen: both ways to each theme, each theme in each width.
LOOKS = [
    (chrome.WIDE, "light", ""),
    (chrome.WIDE, "dark", ""),
    (chrome.NARROW, "light", "dark"),
    (chrome.NARROW, "dark", "light"),
]


def wear(visitor: Visitor, look: tuple[dict[str, int], str, str]) -> str:
    """Change width and theme of the page that is open; what to call it."""
    size, system, chosen = look
    visitor.tab.set_viewport_size(size)  # type: ignore[arg-type]
    visitor.tab.emulate_media(color_scheme=system)  # type: ignore[arg-type]
    visitor.tab.evaluate(
        "(theme) => { if (theme) document.documentElement.dataset.bsTheme = theme;"
        " else delete document.documentElement.dataset.bsTheme; }",
        chosen,
    )
    return f"{size['width']} {chosen or system}"


def looked_at(site: Site, page: Page, language: str) -> list[str]:
    """What is wrong with a page; one that cannot even be reached is wrong, too."""
    try:
        return list(_looked_at(site, page, language))
    except Error as error:
        return [f"not reached: {error}"]


def _looked_at(site: Site, page: Page, language: str) -> Iterator[str]:
    visitor = site.visitor(page.who)
    visitor.heard.clear()
    visitor.tab.set_viewport_size(chrome.WIDE)  # type: ignore[arg-type]
    status = open_page(visitor.tab, page, site.world)
    if status != page.status:
        yield f"status: {status}, not {page.status}"
    yield from complaints.policy(visitor.tab)
    yield from complaints.language(visitor.tab, "en" if page.english else language)
    # How a page looks does not depend on the database: with PostgreSQL once in each language.
    most = LOOKS if EMBEDDED else LOOKS[:1]
    for look in most if language == "en" else most[::3]:
        worn = wear(visitor, look)
        problems = complaints.width(visitor.tab) + complaints.axe(visitor.tab, colours=language == "en")
        yield from (f"{worn}: {problem}" for problem in problems)
    for look in LOOKS[::3] if language == "en" and EMBEDDED else []:
        worn = wear(visitor, look)
        yield from (f"{worn}: {problem}" for problem in complaints.grown(visitor.tab))
    yield from visitor.heard


@pytest.mark.parametrize("group", GROUPS)
def test_nothing_is_wrong_with(site: Callable[[], Site], group: str) -> None:
    here = site()
    wrong = []
    for language in ("en", "pl"):
        here.speaks(language)
        for page in GROUPS[group]:
            wrong += [f"{page} {language} {problem}" for problem in looked_at(here, page, language)]
    assert not wrong, "\n" + "\n".join(wrong)


# No page of their own: a part of one, a file, where a welcome link leads, what is looked at below, what takes POST only.
NO_PAGES = {
    "api_document",
    "accounts:record_check",
    "webhooks:delivery_state",
    "accounts:welcome",
    "accounts:outbox_html",
    "accounts:theme",
    "set_language",
    *{f"workspaces:{bytes_of}" for bytes_of in ("download", "thumbnail", "display")},
}
POST_ONLY = {
    "accounts:end_session",
    "accounts:end_sessions",
    "accounts:operator_test_mail",
    "tokens:finish",
} | {f"accounts:operator_connect_{verb}" for verb in ("take", "question", "grant", "decline")}


def test_every_address_that_answers_a_get_is_in_the_tables() -> None:
    """A new page gets a row in tests/browser/pages.py or pages_of_people.py."""
    there = [page.address for page in PAGES if page.status not in (400, 404)]
    paths = {re.sub(r"\{\w+\}/?", "1/", address).partition("?")[0] for address in there}
    seen = {resolve(path).view_name for path in paths}
    wanted = {name for name, (_power, methods) in access.PAGES.items() if "get" in methods}
    missing = (wanted | access.PLAIN) - NO_PAGES - POST_ONLY - seen
    assert not missing


def test_a_mail_reads_well(site: Callable[[], Site]) -> None:
    here = site()
    tab = here.tab("visitor")
    # On a page of its own: the outbox shows it in a sandbox without scripts, and axe is one.
    tab.set_content(tab.request.get(here.world.filled("/outbox/{mail}/html/")).text())
    for size in (chrome.WIDE, chrome.NARROW):
        tab.set_viewport_size(size)  # type: ignore[arg-type]
        assert not complaints.width(tab) + complaints.axe(tab)
