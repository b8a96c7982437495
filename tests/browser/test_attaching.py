"""Attaching in a real browser: with our script it goes on beside the page, without it as any other form."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from config.demo_photos import jpeg, roof, wall
from tests.browser.site import Site
from workspaces import drawing
from workspaces.models import Task


def page_of_a_bare_task(here: Site) -> str:
    """A task of the bridge with nothing attached."""
    rows = Task.objects.filter(workspace__public_id=here.world.links["bridge"], attachments=None)
    return here.world.filled("/o/halden/workspaces/{bridge}/tasks/") + f"{rows.order_by('number')[0].number}/"


def choose_and_send(tab: Tab, *files: tuple[str, bytes]) -> None:
    chosen: Any = [{"name": name, "mimeType": "", "buffer": content} for name, content in files]
    tab.set_input_files("#attach-files", chosen)
    tab.locator(".gh-attach [type=submit]").click()


def test_attaching_goes_on_beside_the_page(site: Callable[..., Site]) -> None:
    here = site()
    tab, path = here.tab("olga"), page_of_a_bare_task(here)
    tab.goto(path)
    photos_are_sent_and_their_previews_appear(tab, path)
    what_is_too_large_is_not_even_sent(tab)
    tab.goto(path)
    a_lie_is_told_where_it_was_chosen(tab)
    a_connection_that_breaks_can_be_tried_again(tab)


def photos_are_sent_and_their_previews_appear(tab: Tab, path: str) -> None:
    choose_and_send(tab, ("a.jpg", jpeg(roof())), ("b.jpg", jpeg(wall())))
    expect(tab.locator(".gh-photo")).to_have_count(2)
    expect(tab.locator("main")).to_contain_text("2 are attached.")
    assert tab.url.partition("#")[0].endswith(path)
    expect(tab.locator("#attach-files")).to_have_value("")
    drawing.draw_due()
    expect(tab.locator(".gh-photo img")).to_have_count(2)
    first = tab.locator(".gh-photo img").first
    expect(first).to_have_js_property("naturalWidth", 480)
    with tab.expect_download() as saved:
        tab.locator(".gh-photo-ways a").first.click()
    assert saved.value.suggested_filename == "a.jpg"


def what_is_too_large_is_not_even_sent(tab: Tab) -> None:
    tab.eval_on_selector("[data-attach]", "(form) => { form.dataset.mostBytes = 1000; }")
    sent: list[str] = []
    tab.on("request", lambda request: sent.append(request.method))
    choose_and_send(tab, ("c.jpg", jpeg(roof())))
    expect(tab.locator("[data-problem]")).to_contain_text(re.compile("c.jpg: Larger than 25 MB"))
    assert "POST" not in sent
    expect(tab.locator(".gh-attach [type=submit]")).to_be_enabled()


def a_lie_is_told_where_it_was_chosen(tab: Tab) -> None:
    choose_and_send(tab, ("pier.jpg", b"<html>"))
    alert = tab.locator(".gh-attached .alert-danger")
    expect(alert).to_contain_text("pier.jpg is not what it says")
    expect(alert).to_be_focused()
    expect(tab.locator(".gh-photo")).to_have_count(2)


def a_connection_that_breaks_can_be_tried_again(tab: Tab) -> None:
    tab.route("**/attach/**", lambda route: route.abort())
    choose_and_send(tab, ("a.csv", b"a,b\n"))
    expect(tab.locator("[data-problem]")).to_contain_text("The connection broke off")
    tab.unroute("**/attach/**")
    tab.locator(".gh-attach [type=submit]").click()
    expect(tab.locator(".gh-files")).to_contain_text("a.csv")


def test_attaching_works_without_our_script(site: Callable[..., Site]) -> None:
    here = site(java_script_enabled=False)
    tab, path = here.tab("mia"), page_of_a_bare_task(here)
    tab.goto(path)
    choose_and_send(tab, ("a.jpg", jpeg(roof())), ("lie.png", b"no picture"))
    expect(tab.locator(".gh-attached .alert-danger")).to_contain_text("lie.png is not what it says")
    expect(tab.locator(".gh-photo")).to_have_count(1)
    tab.locator(".gh-photo-ways a", has_text="Remove").click()
    expect(tab.locator("h1")).to_have_text("Remove a.jpg")
    tab.locator("main .btn-danger").click()
    expect(tab.locator("main")).to_contain_text("a.jpg is removed.")
    expect(tab.locator("main")).to_contain_text("Nothing is attached.")
