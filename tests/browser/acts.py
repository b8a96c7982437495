"""What a row of the tables of pages is, and what people do on a page before it is looked at."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from playwright.sync_api import Page as Tab
from playwright.sync_api import Response

from tests.browser.world import World
from tests.cast import PASSWORD

Act = Callable[[Tab, World], Response | None]


@dataclass(frozen=True)
class Page:
    """One row; `{…}` in the address are the world's robots and links."""

    name: str
    who: str
    address: str
    status: int = 200
    act: Act | None = None
    # Made before anybody knows who reads: English for everyone.
    english: bool = False

    def __str__(self) -> str:
        return self.name


def open_page(tab: Tab, page: Page, world: World) -> int:
    """Go there and do what the row says; the status of the last answer."""
    answer = tab.goto(world.filled(page.address))
    if page.act is not None:
        answer = page.act(tab, world) or answer
    return answer.status if answer else 0


# ---------- what is done on a page first ----------


def send(form: str, **typed: str) -> Act:
    """Fill the form whose address ends like this ("" is the page's own) and send it, as browsers without our `required`
    would."""

    def act(tab: Tab, world: World) -> Response | None:
        tab.evaluate("() => { for (const form of document.forms) form.noValidate = true; }")
        where = f'[action$="{form}"], [action*="{form}#"]' if form else ":not([action])"
        selector = f"main form[method=post]:is({where})"
        tab.evaluate(
            "() => document.querySelectorAll('details.gh-fold').forEach((fold) => { fold.open = true; })"
        )
        for name, value in typed.items():
            tab.locator(f'{selector} [name="{name}"]').fill(value)
        with tab.expect_navigation() as answer:
            tab.locator(f"{selector} [type=submit]").first.click()
        return answer.value

    return act


def attach(*files: tuple[str, bytes]) -> Act:
    """Choose these files and send them as a browser without our script would."""

    def act(tab: Tab, world: World) -> Response | None:
        form = 'main form[action*="/attach/#"]'
        tab.eval_on_selector(
            form, "(form) => { form.noValidate = true; form.removeAttribute('data-attach'); }"
        )
        chosen = [{"name": name, "mimeType": "", "buffer": content} for name, content in files]
        tab.set_input_files(f"{form} [type=file]", chosen)  # type: ignore[arg-type]
        with tab.expect_navigation() as answer:
            tab.locator(f"{form} [type=submit]").click()
        return answer.value

    return act


def tick_and_send(form: str, tick: str, again: bool = False) -> Act:
    """Tick the box, send the form; `again` sends the same one once more."""

    def act(tab: Tab, world: World) -> Response | None:
        tab.locator(f"main [name={tick}]").check()
        with tab.expect_navigation() as answer:
            tab.locator(f'main form[action$="{form}"] [type=submit]').first.click()
        return tab.reload() if again else answer.value

    return act


def choose(form: str, control: str, value: str) -> Act:
    """Choose what the page does not offer (any more), as an old page would, and send the form."""

    def act(tab: Tab, world: World) -> Response | None:
        forge = (
            "(one, value) => { if (one.options) one.append(new Option(value, value)); one.value = value; }"
        )
        tab.locator(f"main {control}").first.evaluate(forge, value)
        return send(form)(tab, world)

    return act


def unfold(*selectors: str) -> Act:
    """Open menus and folds."""

    def act(tab: Tab, world: World) -> None:
        for selector in selectors:
            tab.locator(selector).first.evaluate("(details) => { details.open = true; }")

    return act


def press(form: str) -> Act:
    """Press the first button of the first form whose address ends like this."""
    return send(form)


def half_signed_in(tab: Tab, world: World) -> Response | None:
    """The password was right, the second factor is asked for; the visitor's next page is a stranger's again."""
    answer = send("/login/", login="kim@halden.example", password=PASSWORD)(tab, world)
    tab.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    return answer


def new_codes(tab: Tab, world: World) -> Response | None:
    """Recovery codes that nobody has looked at, shown."""
    world.renew_codes("kim")
    tab.reload()
    return send("/recovery-codes/")(tab, world)


def reveal(name: str, too_late: bool = False) -> Act:
    """Look at secrets that nobody has seen; `too_late`: the button was pressed in another window just before."""

    def act(tab: Tab, world: World) -> Response | None:
        world.renew(name)
        tab.reload()
        if too_late:
            world.reveal("ada", name)
        return send("/reveal/")(tab, world)

    return act


def forged(form: str, control: str, value: str, **typed: str) -> Act:
    """Change a hidden value and send the form: a page that stood open while the world went on."""

    def act(tab: Tab, world: World) -> Response | None:
        where = f'[action*="{form}"]' if form else ":not([action])"
        hidden = tab.locator(f"main form{where} [name={control}]")
        hidden.evaluate("(field, value) => { field.value = value; }", value)
        return send(form, **typed)(tab, world)

    return act


def meanwhile(form: str, address: str, values: dict[str, str], **typed: str) -> Act:
    """Send the form to where it is too late for it, as if the page had stood open there; `{…}` are the world's links."""

    def act(tab: Tab, world: World) -> Response | None:
        there, hidden = world.filled(address), {name: world.filled(to) for name, to in values.items()}
        forge = """(form, [there, hidden]) => {
            form.action = there;
            for (const [name, value] of Object.entries(hidden)) form.elements[name].value = value;
        }"""
        tab.locator(f'main form[action*="{form}"]').evaluate(forge, [there, hidden])
        return send(there, **typed)(tab, world)

    return act
