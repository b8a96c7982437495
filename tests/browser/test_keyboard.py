"""Nothing but a keyboard: every control is reached in order, shows that it is, and does what it says."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acts import open_page
from tests.browser.pages import BY_NAME, IMPORTER, ROBOTS
from tests.browser.site import Site

# What Tab should stop at, in the order of the page; of radios only the chosen one.
STOPS = """() => {
  const all = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  const can = (one) => one.checkVisibility({ visibilityProperty: true }) && !one.disabled
    && !(one.type === "radio" && !one.checked);
  window.stops = [...document.querySelectorAll(all)].filter(can);
  return window.stops.map((one) => one.outerHTML.slice(0, 90));
}"""
# Where the focus is (-1: nowhere of ours), and whether one sees it: a ring of the element or of the row it stands for.
FOCUSED = """async () => {
  const here = document.activeElement;
  const ring = (part) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(here, part);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  };
  const inside = () => {
    const { bottom, top, width } = here.getBoundingClientRect();
    return bottom > 0 && top < innerHeight && width > 0;
  };
  // The browser takes some frames to scroll there.
  for (let frame = 0; frame < 300 && !inside(); frame++) await new Promise(requestAnimationFrame);
  return { at: window.stops.indexOf(here), seen: inside() && (ring(null) || ring("::after")) };
}"""


def focused(tab: Page, selector: str) -> bool:
    """Whether the focus is on it."""
    return bool(tab.locator(selector).first.evaluate("(one) => one === document.activeElement"))


@pytest.mark.parametrize(
    "name",
    [
        "sign-in",
        "overview-your-menu",
        "robots-create",
        "robot-open",
        "robot-overlap",
        "delete",
        "shared-robot",
        "revealed",
    ],
)
def test_tab_reaches_every_control_in_order_and_each_shows_it(site: Callable[[], Site], name: str) -> None:
    here, page = site(), BY_NAME[name]
    tab = here.tab(page.who)
    open_page(tab, page, here.world)
    stops, reached, unseen = tab.evaluate(STOPS), [], []
    # A field with autofocus would make Tab start there.
    tab.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")
    for _ in stops:
        tab.keyboard.press("Tab")
        told = tab.evaluate(FOCUSED)
        reached.append(told["at"])
        unseen += [] if told["seen"] else [stops[told["at"]]]
    assert [stops[at] for at in reached] == stops
    assert not unseen


def test_the_skip_link_comes_first_and_leads_to_the_content(site: Callable[[], Site]) -> None:
    tab = site().tab("olga")
    tab.goto(ROBOTS)
    tab.keyboard.press("Tab")
    assert focused(tab, ".gh-skip")
    expect(tab.get_by_role("link", name="Skip to content")).to_be_in_viewport()
    tab.keyboard.press("Enter")
    assert focused(tab, "#main")


def test_a_row_is_a_link_for_keyboard_and_mouse(site: Callable[[], Site]) -> None:
    tab = site().tab("olga")
    tab.goto(ROBOTS)
    tab.get_by_role("link", name="ERP sync").focus()
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("heading", name="ERP sync")).to_be_visible()
    tab.goto(ROBOTS)
    tab.get_by_role("row", name="ERP sync").get_by_role("cell").last.click(force=True)
    expect(tab.get_by_role("heading", name="ERP sync")).to_be_visible()


def test_menus_open_with_enter_and_close_with_escape(site: Callable[[], Site]) -> None:
    tab = site().tab("carl")
    tab.goto(ROBOTS)
    for menu in (".gh-top > .gh-menu:not(.gh-menu-end)", ".gh-menu-end"):
        tab.locator(f"{menu} > summary").focus()
        tab.keyboard.press("Enter")
        expect(tab.locator(f"{menu} > .gh-menu-panel")).to_be_visible()
        tab.keyboard.press("Tab")
        assert tab.evaluate(
            "(menu) => document.activeElement.closest(menu) !== null", f"{menu} .gh-menu-panel"
        )
        tab.keyboard.press("Escape")
        expect(tab.locator(f"{menu} > .gh-menu-panel")).to_be_hidden()
        assert focused(tab, f"{menu} > summary")


def test_a_menu_closes_when_another_opens_or_one_clicks_elsewhere(site: Callable[[], Site]) -> None:
    tab = site().tab("carl")
    tab.goto(ROBOTS)
    first, second = tab.locator(".gh-top > .gh-menu:not(.gh-menu-end)"), tab.locator(".gh-menu-end")
    first.locator("summary").click()
    second.locator("summary").click()
    expect(first.locator(".gh-menu-panel")).to_be_hidden()
    expect(second.locator(".gh-menu-panel")).to_be_visible()
    tab.get_by_role("heading", level=1).click()
    expect(second.locator(".gh-menu-panel")).to_be_hidden()


def test_the_list_of_errors_leads_to_each_field(site: Callable[[], Site]) -> None:
    here = site()
    tab = here.tab("olga")
    open_page(tab, BY_NAME["robot-bad"], here.world)
    for label, selector in (("Allowed addresses", "#id_networks"), ("Name", "#id_name")):
        tab.get_by_role("alert").get_by_role("link", name=label).focus()
        tab.keyboard.press("Enter")
        assert focused(tab, selector)


def test_a_double_click_makes_one_robot_and_shows_its_values(site: Callable[[], Site]) -> None:
    here = site()
    tab, before = here.tab("olga"), here.world.cast.home.robots.count()
    tab.goto(ROBOTS + "?create")
    tab.get_by_label("Yes, I understand and want to continue").check()
    tab.get_by_role("button", name="Create", exact=True).dblclick()
    expect(tab.get_by_text("You will not see these secrets again.")).to_be_visible()
    assert here.world.cast.home.robots.count() == before + 1


def test_renewing_is_reached_from_the_page_of_the_robot_by_keyboard(site: Callable[[], Site]) -> None:
    here = site()
    tab = here.tab("olga")
    tab.goto(here.world.filled(IMPORTER))
    tab.locator("#renew > summary").focus()
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("form", name="Renew secrets")).to_be_visible()
    tab.get_by_label("Now").focus()
    tab.keyboard.press("ArrowDown")
    expect(tab.get_by_label("In 1 hour")).to_be_checked()
