"""Every page a person can see: who looks, where, what they do there first, and the status of what comes back."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page as Tab
from playwright.sync_api import Response

from tests.browser.world import World

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
    """Fill the form whose address ends like this and send it, as browsers without our `required` would."""

    def act(tab: Tab, world: World) -> Response | None:
        tab.evaluate("() => { for (const form of document.forms) form.noValidate = true; }")
        selector = f'main form:is([action$="{form}"], [action*="{form}#"])'
        tab.evaluate(
            "() => document.querySelectorAll('details.gh-fold').forEach((fold) => { fold.open = true; })"
        )
        for name, value in typed.items():
            tab.locator(f'{selector} [name="{name}"]').fill(value)
        with tab.expect_navigation() as answer:
            tab.locator(f"{selector} [type=submit]").first.click()
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
            tab.locator(selector).evaluate("(details) => { details.open = true; }")

    return act


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
        hidden = tab.locator(f'main form[action*="{form}"] [name={control}]')
        hidden.evaluate("(field, value) => { field.value = value; }", value)
        return send(form, **typed)(tab, world)

    return act


# ---------- the table ----------

HERE, ROBOTS, SHARED = "/o/halden/", "/o/halden/settings/robots/", "/o/halden/shared/"
IMPORTER = ROBOTS + "{importer}/"

DOORS = [
    Page("sign-in", "visitor", "/accounts/login/"),
    Page(
        "sign-in-refused",
        "visitor",
        "/accounts/login/?next=/o/halden/",
        200,
        send("/accounts/login/", login="mia@halden.example", password="wrong"),
    ),
    Page("sign-up-closed", "visitor", "/accounts/signup/"),
    Page("switched-off-account", "visitor", "/accounts/inactive/"),
    Page("reset", "visitor", "/accounts/password/reset/"),
    Page("reset-bad", "visitor", "/accounts/password/reset/", 200, send("/reset/", email="no address")),
    Page(
        "reset-code", "visitor", "/accounts/password/reset/", 200, send("/reset/", email="mia@halden.example")
    ),
    Page("reset-done", "visitor", "/accounts/password/reset/done/"),
    Page("welcome-first-run", "visitor", "/welcome/{first_run}"),
    Page(
        "welcome-first-run-bad",
        "visitor",
        "/welcome/{first_run}",
        422,
        send("/welcome/", organization_name=" ", name="", email="no", password="short"),
    ),
    Page("welcome", "visitor", "/welcome/{welcome}"),
    Page("welcome-known", "visitor", "/welcome/{known}"),
    Page("welcome-broken", "visitor", "/welcome/gate_inv_nothing/"),
    Page("terms", "visitor", "/terms/api/"),
    Page("help-oauth", "visitor", "/help/robots/oauth/"),
    Page("outbox", "visitor", "/outbox/"),
    Page("outbox-mail", "visitor", "/outbox/{mail}/"),
    Page("missing-visitor", "visitor", "/nothing/", 404),
    Page("not-understood", "visitor", "/nothing/?a=%00", 400, english=True),
    Page("form-too-old", "visitor", "/accounts/login/", 403, forged("/login/", "csrfmiddlewaretoken", "old")),
]
OWN = [
    Page("home-nowhere", "nobody", "/"),
    Page("home", "olga", "/"),
    Page("sign-out", "olga", "/accounts/logout/"),
    Page("password", "olga", "/accounts/password/change/"),
    Page(
        "password-bad",
        "olga",
        "/accounts/password/change/",
        200,
        send("/change/", oldpassword="a", password1="b"),
    ),
    Page("email", "olga", "/accounts/email/"),
    Page("email-bad", "olga", "/accounts/email/", 200, send("/email/", email="no address")),
    Page("reauthenticate", "olga", "/accounts/reauthenticate/"),
    Page("profile", "carl", "/profile/"),
    Page("profile-bad", "carl", "/profile/", 422, send("/profile/", name="Left \u202e right")),
    Page("profile-nowhere", "nobody", "/profile/"),
    Page("security", "mia", "/profile/security/"),
    Page("sessions", "olga", "/profile/sessions/"),
    Page("app-on", "olga", "/accounts/2fa/app/on/"),
    Page("app-on-bad", "olga", "/accounts/2fa/app/on/", 200, send("/app/on/", code="0")),
    Page("passkey-add", "olga", "/accounts/2fa/passkeys/add/"),
    Page("security-policy", "olga", "/o/halden/settings/security/"),
    Page(
        "security-policy-refused",
        "olga",
        "/o/halden/settings/security/",
        422,
        choose("/security/", "[name=second_factor]", "everyone"),
    ),
]
ADMINISTRATION = [
    Page("overview", "olga", HERE),
    Page("overview-member", "mia", HERE),
    Page("overview-your-menu", "olga", HERE, 200, unfold(".gh-menu-end")),
    Page("overview-organizations", "carl", HERE, 200, unfold(".gh-top > .gh-menu:first-of-type")),
    Page("workspaces", "olga", HERE + "workspaces/"),
    Page("general", "olga", HERE + "settings/general/"),
    Page("general-bad", "olga", HERE + "settings/general/", 422, send("/general/", name="Left \u202e right")),
    Page("refused", "mia", ROBOTS, 403),
    Page("missing", "olga", ROBOTS + "nothing/", 404),
    Page("strange", "stan", HERE, 404),
]
LIST = [
    Page("robots", "olga", ROBOTS),
    Page("robots-settings-menu", "olga", ROBOTS, 200, unfold(".gh-crumb-menu")),
    Page("robots-empty", "stan", "/o/nordic/settings/robots/"),
    Page("robots-empty-bad", "stan", "/o/nordic/settings/robots/", 422, send("/robots/")),
    Page("robots-pages", "carl", "/o/fjord/settings/robots/?page=2"),
    Page("robots-no-match", "olga", ROBOTS + "?q=zzz&access=read"),
    Page("robots-create", "olga", ROBOTS + "?create"),
    Page("robots-create-bad", "olga", ROBOTS + "?create", 422, send("/robots/")),
    Page(
        "robot-created",
        "carl",
        "/o/fjord/settings/robots/?create",
        200,
        tick_and_send("/robots/", "understand"),
    ),
    Page(
        "robot-created-twice",
        "carl",
        "/o/fjord/settings/robots/?create",
        200,
        tick_and_send("/robots/", "understand", again=True),
    ),
]
ROBOT = [
    Page("robot", "olga", IMPORTER),
    Page("robot-open", "olga", IMPORTER, 200, unfold("#renew", "#check")),
    Page("robot-overlap", "olga", ROBOTS + "{overlap}/"),
    Page("robot-off", "olga", ROBOTS + "{off}/"),
    Page("robot-closed", "olga", ROBOTS + "{closed}/"),
    Page("robot-bare", "olga", ROBOTS + "{bare}/"),
    Page("robot-long", "olga", ROBOTS + "{long}/"),
    Page("robot-bad", "olga", IMPORTER, 422, send("/update/", name="", networks="10.0.0.0/8\nnowhere")),
    Page("robot-stale", "olga", IMPORTER, 422, forged("/update/", "version", "7", name="Typed meanwhile")),
    Page("robot-share-bad", "olga", IMPORTER, 422, choose("/share/", "[name=member]", "nobody")),
    Page("robot-check-bad", "olga", IMPORTER, 422, send("/check/", value="")),
    Page("robot-checked", "olga", IMPORTER, 200, send("/check/", value="gate_cs_not_one_of_ours")),
    Page("robot-updated", "olga", ROBOTS + "{spare}/", 200, send("/update/", name="Delivery notes")),
]
VERBS = [
    Page("renew", "olga", IMPORTER + "renew/"),
    Page("renew-bad", "olga", IMPORTER + "renew/", 422, choose("/renew/", "[name=overlap]:checked", "9")),
    Page("renew-closed", "olga", ROBOTS + "{closed}/renew/"),
    Page("renew-bare", "olga", ROBOTS + "{bare}/renew/"),
    Page("renewed", "olga", ROBOTS + "{spare}/renew/", 200, send("/renew/")),
    Page("switch-off", "olga", IMPORTER + "off/"),
    Page("oauth1-off", "olga", IMPORTER + "oauth1/off/"),
    Page("close-sharing", "olga", IMPORTER + "share/close/"),
    Page("delete", "olga", IMPORTER + "delete/"),
    Page("delete-bad", "olga", IMPORTER + "delete/", 422, send("/delete/")),
    Page("delete-long", "olga", ROBOTS + "{long}/delete/"),
]
HOLDER = [
    Page("shared", "mia", SHARED),
    Page("shared-empty", "carl", SHARED),
    Page("shared-robot", "mia", SHARED + "{overlap}/"),
    Page("shared-robot-reveal", "mia", SHARED + "{overlap}/reveal/"),
    Page("shared-robot-seen", "mia", SHARED + "{importer}/"),
    Page("shared-robot-closed", "mia", SHARED + "{closed}/"),
    Page("shared-robot-long", "lengthy", SHARED + "{long}/"),
    Page("revealed", "ada", SHARED + "{lookable}/", 200, reveal("lookable")),
    Page("revealed-twice", "ada", SHARED + "{lookable}/", 409, reveal("lookable", too_late=True)),
]
PAGES = [*DOORS, *OWN, *ADMINISTRATION, *LIST, *ROBOT, *VERBS, *HOLDER]
