"""The main job's pages with JavaScript off: everything is a link, a form or a <details>."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import IMPORTER, ROBOTS, SHARED
from tests.browser.site import Site


@pytest.fixture
def plain(site: Callable[..., Site]) -> Site:
    """The world, and browsers without JavaScript."""
    return site(java_script_enabled=False)


def said(tab: Page, words: str) -> None:
    """The page says it in a flash."""
    expect(tab.get_by_role("status").filter(has_text=words)).to_be_visible()


def lines(tab: Page) -> dict[str, str]:
    """What the text area offers to copy."""
    text = tab.get_by_label("All lines of an .env file, to copy").input_value()
    return dict(line.split("=", 1) for line in text.splitlines())


def test_a_robot_is_created_and_its_values_can_be_copied_from_a_text_area(plain: Site) -> None:
    tab = plain.tab("olga")
    tab.goto(ROBOTS)
    tab.get_by_text("Create robot").click()
    tab.get_by_label("Yes, I understand and want to continue").check()
    tab.get_by_role("button", name="Create", exact=True).click()
    values = lines(tab)
    for name in ("GATEHOUSE_CLIENT_SECRET", "GATEHOUSE_OAUTH1_TOKEN", "GATEHOUSE_OAUTH1_TOKEN_SECRET"):
        assert values[name].startswith("gate_")
        expect(tab.locator(f'[data-env="{name}"]')).to_have_text(values[name])
    for scripted in ("[data-copy]", "[data-download]"):
        assert not any(button.is_visible() for button in tab.locator(scripted).all())
    tab.get_by_role("link", name="Continue").click()
    expect(tab.get_by_role("heading", name="New robot")).to_be_visible()


def test_a_robot_is_updated_and_what_was_mistyped_comes_back(plain: Site) -> None:
    tab = plain.tab("olga")
    tab.goto(plain.world.filled(IMPORTER))
    tab.get_by_label("Name", exact=True).fill("Photo importer")
    tab.get_by_label("Allowed addresses").fill("nowhere")
    form = tab.get_by_role("form", name="Details")
    form.get_by_role("button", name="Update").click()
    expect(tab.get_by_role("alert")).to_contain_text("Not saved. What you typed is still here.")
    expect(tab.get_by_label("Name", exact=True)).to_have_value("Photo importer")
    tab.get_by_label("Allowed addresses").fill("203.0.113.0/24")
    tab.get_by_label("Read-only").check()
    form.get_by_role("button", name="Update").click()
    said(tab, "Photo importer is updated.")
    expect(tab.get_by_label("Read-only")).to_be_checked()


def test_a_robot_is_shared_and_unshared(plain: Site) -> None:
    tab = plain.tab("olga")
    tab.goto(plain.world.filled(ROBOTS + "{reader}/"))
    tab.get_by_label("Select member").select_option("Mia Sørensen (member)")
    tab.get_by_role("button", name="Add member").click()
    said(tab, "Shared with Mia Sørensen.")
    tab.get_by_role("button", name="Remove Mia Sørensen").click()
    said(tab, "Removed. Mia Sørensen had not seen the secrets.")


def test_a_value_is_checked_and_secrets_are_renewed_behind_their_folds(plain: Site) -> None:
    tab = plain.tab("olga")
    tab.goto(plain.world.filled(IMPORTER))
    tab.locator("#check > summary").click()
    tab.get_by_role("textbox", name="Value").fill(plain.world.cast.robby_values.client_secret)
    tab.get_by_role("button", name="Check", exact=True).click()
    said(tab, "That is this robot's Client Secret, and it works.")
    assert plain.world.cast.robby_values.client_secret not in tab.content()
    tab.locator("#renew > summary").click()
    tab.get_by_label("In 24 hours").check()
    tab.get_by_role("button", name="Renew secrets").click()
    assert lines(tab)["GATEHOUSE_CLIENT_SECRET"] != plain.world.cast.robby_values.client_secret
    tab.get_by_role("link", name="Continue").click()
    tab.get_by_role("button", name="Extend by 24 hours").click()
    said(tab, "The old secrets work 24 hours longer.")
    tab.get_by_role("button", name="Finish now").click()
    said(tab, "The old secrets have ended.")


def test_a_holder_reveals_the_values(plain: Site) -> None:
    tab = plain.tab("mia")
    tab.goto(SHARED)
    tab.get_by_role("link", name="ERP sync").click()
    tab.get_by_role("button", name="Reveal secrets").click()
    assert lines(tab)["GATEHOUSE_CLIENT_SECRET"].startswith("gate_cs_")
    tab.get_by_role("link", name="Continue").click()
    expect(tab.get_by_text("You revealed the secrets")).to_be_visible()


def test_a_robot_is_switched_off_and_on_and_deleted(plain: Site) -> None:
    tab = plain.tab("olga")
    tab.goto(plain.world.filled(IMPORTER))
    tab.get_by_role("link", name="Switch off", exact=True).click()
    tab.get_by_role("button", name="Switch off").click()
    said(tab, "Site photo importer is switched off.")
    tab.get_by_role("button", name="Switch on").click()
    said(tab, "Site photo importer is switched on.")
    tab.get_by_label("I understand that this cannot be undone").check()
    tab.get_by_role("button", name="Delete", exact=True).click()
    said(tab, "Site photo importer is deleted.")


def test_theme_and_language_are_chosen_in_the_menu_and_the_page_stays(plain: Site) -> None:
    tab = plain.tab("olga")
    tab.goto(ROBOTS)
    for choice, attribute, wanted in (
        ("theme][value=dark", "data-bs-theme", "dark"),
        ("theme][value=light", "data-bs-theme", "light"),
        ("language][value=pl", "lang", "pl"),
        ("language][value=en", "lang", "en"),
    ):
        tab.locator(".gh-menu-end > summary").click()
        tab.locator(f".gh-menu-end [name={choice}]").click()
        expect(tab.locator("html")).to_have_attribute(attribute, wanted)
        expect(tab).to_have_url(plain.url + ROBOTS)
    tab.locator(".gh-menu-end > summary").click()
    tab.locator('.gh-menu-end [name=theme][value=""]').click()
    expect(tab.locator("html:not([data-bs-theme])")).to_have_count(1)


def test_a_visitor_chooses_a_language_in_the_footer(plain: Site) -> None:
    tab = plain.tab("visitor")
    tab.goto("/accounts/login/?next=/o/halden/")
    tab.get_by_role("button", name="Polski").click()
    expect(tab.locator("html")).to_have_attribute("lang", "pl")
    expect(tab).to_have_url(f"{plain.url}/accounts/login/?next=/o/halden/")


def test_carl_goes_to_his_other_organization(plain: Site) -> None:
    tab = plain.tab("carl")
    tab.goto("/o/halden/")
    tab.locator("summary").filter(has_text="Halden Construction").click()
    tab.get_by_role("link", name="Fjord").click()
    expect(tab).to_have_url(f"{plain.url}/o/fjord/")


def test_signing_out_ends_in_the_sign_in_page(plain: Site) -> None:
    tab = plain.tab("olga")
    tab.goto("/o/halden/")
    tab.locator(".gh-menu-end > summary").click()
    tab.get_by_role("button", name="Sign out").click()
    expect(tab.get_by_role("heading", name="Sign in to Gatehouse")).to_be_visible()
    tab.goto("/o/halden/")
    expect(tab).to_have_url(f"{plain.url}/accounts/login/?next=/o/halden/")
