"""Personal access tokens in a browser, also without JavaScript: made, tried, rotated, finished, revoked."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from tests.browser.site import Site
from tests.browser.test_without_javascript import lines, said
from tests.conftest import bearer

TOKENS = "/profile/tokens/"


@pytest.fixture
def plain(site: Callable[..., Site]) -> Site:
    """The world, and browsers without JavaScript."""
    return site(java_script_enabled=False)


def status(value: str) -> int:
    """What the API answers to it."""
    return Client().get("/api/v1/me", headers=bearer(value)).status_code


def in_row(tab: Page, name: str) -> Page:
    return tab.get_by_role("row", name=re.compile(f"^{name}"))  # type: ignore[return-value]


def test_a_life_of_a_token_without_javascript(plain: Site) -> None:
    tab = plain.tab("kate")
    tab.goto(TOKENS)
    tab.get_by_role("link", name="Create access token").first.click()
    tab.get_by_label("Name", exact=True).fill("Site tablet")
    tab.get_by_role("button", name="Create").click()
    first = lines(tab)["GATEHOUSE_TOKEN"]
    assert lines(tab).keys() == {"GATEHOUSE_TOKEN", "GATEHOUSE_BASE_URL"} and status(first) == 200
    tab.get_by_role("link", name="Continue").click()
    in_row(tab, "Site tablet").get_by_role("link", name="Rotate").click()
    tab.get_by_label("In 24 hours").check()
    tab.get_by_role("button", name="Rotate").click()
    second = lines(tab)["GATEHOUSE_TOKEN"]
    assert [status(first), status(second)] == [200, 200]
    tab.get_by_role("link", name="Continue").click()
    in_row(tab, "Site tablet").get_by_role("button", name="Finish now").click()
    said(tab, "Only the new one works.")
    assert [status(first), status(second)] == [401, 200]
    in_row(tab, "Site tablet").get_by_role("link", name="Revoke").click()
    tab.get_by_role("button", name="Revoke").click()
    said(tab, "It stopped working.")
    assert status(second) == 401
    expect(in_row(tab, "Site tablet")).to_contain_text("Revoked by Kate Ito")


def test_date_and_scopes_are_there_with_their_choice(plain: Site) -> None:
    tab = plain.tab("ada")
    tab.goto(TOKENS + "?create")
    date, scope = tab.get_by_label("On which date"), tab.get_by_label("Change workspaces")
    expect(date).to_be_hidden()
    expect(scope).to_be_hidden()
    tab.get_by_label("Expires").select_option("date")
    tab.get_by_label("Only what I choose").check()
    expect(date).to_be_visible()
    expect(scope).to_be_visible()


def test_somebody_elses_token_is_revoked_with_a_reason(plain: Site) -> None:
    tab = plain.tab("olga")
    tab.goto(plain.world.filled("/o/halden/people/{ada}/"))
    in_row(tab, "Laptop scripts").get_by_role("link", name="Revoke").click()
    tab.get_by_label("Reason").fill("The laptop was sold.")
    tab.get_by_role("button", name="Revoke").click()
    said(tab, "A mail tells Ada Zielińska who did it and why.")
    expect(in_row(tab, "Laptop scripts")).to_have_count(0)
