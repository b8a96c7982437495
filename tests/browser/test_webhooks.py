"""Webhooks in a browser: all of it without JavaScript; with it, header rows and groups of events without leaving the page."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.pages_of_webhooks import ERP, LIST
from tests.browser.site import Site
from webhooks import credentials
from webhooks.models import Webhook


def said(tab: Page, words: str) -> None:
    """The page says it in a flash."""
    expect(tab.get_by_role("status").filter(has_text=words)).to_be_visible()


def test_a_webhook_is_added_tried_edited_and_deleted_without_javascript(site: Callable[..., Site]) -> None:
    plain = site(java_script_enabled=False)
    tab = plain.tab("carl")
    tab.goto("/o/fjord/settings/webhooks/")
    tab.get_by_role("link", name="Add new webhook").click()
    tab.get_by_label("Description").fill("Board")
    tab.get_by_label("Target URL").fill("https://board.example/in")
    tab.get_by_label("All: Workspaces and tasks").check()
    tab.get_by_label("HTTP basic authentication").check()
    tab.get_by_label("User name").fill("board")
    tab.get_by_label("Password", exact=True).fill("typed before")
    for number in range(1, 10):
        if number == 9:
            # Eight are there; for more the page comes anew, and says what it does not show again.
            tab.get_by_role("button", name="Another header").click()
            expect(tab.get_by_label("Name of header 2", exact=True)).to_have_value("X-2")
            expect(tab.get_by_label("Password", exact=True)).to_have_value("")
            expect(tab.get_by_text("Type it again: what was typed here is not shown again.")).to_be_visible()
            tab.get_by_label("Password", exact=True).fill("typed again")
        tab.get_by_label(f"Name of header {number}", exact=True).fill(f"X-{number}")
        tab.get_by_label(f"Value of header {number}", exact=True).fill("v")
    tab.get_by_role("button", name="Add", exact=True).click()
    secret = tab.get_by_label("All lines of an .env file, to copy").input_value()
    assert secret.startswith("WEBHOOK_SECRET=whsec_")
    made = Webhook.objects.get(description="Board")
    assert made.headers.count() == 9 and credentials.password_of(made) == "typed again"
    assert "task.moved" in made.events
    tab.get_by_role("link", name="Continue").click()
    tab.get_by_role("button", name="Send test event").click()
    expect(tab.get_by_role("heading", name="Workspace created")).to_be_visible()
    expect(tab.get_by_role("link", name="Reload")).to_be_visible()
    tab.get_by_role("link", name="Board").click()
    tab.get_by_role("button", name="Off", exact=True).click()
    said(tab, "Board is off.")
    expect(tab.get_by_role("button", name="Off", exact=True)).to_have_attribute("aria-pressed", "true")
    tab.get_by_role("button", name="On", exact=True).click()
    said(tab, "Board is on.")
    tab.get_by_label("I understand that this cannot be undone").check()
    tab.get_by_role("button", name="Delete", exact=True).click()
    said(tab, "Board is deleted.")


def test_header_rows_are_added_in_place_and_enter_saves(site: Callable[..., Site]) -> None:
    world = site()
    tab = world.tab("olga")
    tab.goto(world.world.filled(ERP) + "edit/")
    tab.get_by_label("Password", exact=True).fill("typed before")
    before = tab.locator("[data-header-row]").count()
    tab.get_by_role("button", name="Another header").click()
    expect(tab.locator("[data-header-row]")).to_have_count(before + 1)
    expect(tab.get_by_label("Password", exact=True)).to_have_value("typed before")
    tab.get_by_label(f"Name of header {before + 1}", exact=True).fill("X-New")
    tab.get_by_label(f"Value of header {before + 1}", exact=True).fill("new")
    tab.get_by_label("Description").press("Enter")
    said(tab, "Tasks to the ERP is updated.")
    erp = Webhook.objects.get(public_id=world.world.links["hook_erp"])
    assert credentials.password_of(erp) == "typed before"
    assert ("X-New", "new") in credentials.header_values(erp)


def test_hide_value_and_groups_of_events_follow_the_ticks(site: Callable[..., Site]) -> None:
    tab = site().tab("olga")
    tab.goto(LIST + "?create")
    value, hide = tab.locator("#header-0-value"), tab.get_by_label("Hide value of header 1", exact=True)
    value.fill("typed")
    hide.check()
    expect(value).to_have_attribute("type", "password")
    hide.uncheck()
    expect(value).to_have_value("")
    tab.get_by_label("All: Workspaces and tasks").check()
    expect(tab.locator("#event-task\\.moved")).to_be_checked()
    tab.locator("#event-task\\.moved").uncheck()
    expect(tab.get_by_label("All: Workspaces and tasks")).not_to_be_checked()
