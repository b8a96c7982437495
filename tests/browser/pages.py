"""Every page a person can see, in groups: who looks, where, what they do there first, and the status of what comes back."""

from tests.browser.acts import Page, choose, forged, reveal, send, tick_and_send, unfold
from tests.browser.pages_of_connect import CONNECT
from tests.browser.pages_of_limits import LIMITS
from tests.browser.pages_of_people import OWN, PEOPLE, RECORD, SECOND_FACTOR
from tests.browser.pages_of_tokens import OTHERS, TOKEN_PAGES
from tests.browser.pages_of_webhooks import WEBHOOKS
from tests.browser.pages_of_work import WORKSPACES

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
ADMINISTRATION = [
    Page("overview", "olga", HERE),
    Page("overview-member", "mia", HERE),
    Page("overview-your-menu", "olga", HERE, 200, unfold(".gh-menu-end")),
    Page("overview-organizations", "carl", HERE, 200, unfold(".gh-top > .gh-menu:first-of-type")),
    Page("general", "olga", HERE + "settings/general/"),
    Page("general-bad", "olga", HERE + "settings/general/", 422, send("/general/", name="Left \u202e right")),
    Page("api", "olga", HERE + "api/"),
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
GROUPS = {
    "doors": DOORS,
    "own": OWN,
    "second factor": SECOND_FACTOR,
    "administration": ADMINISTRATION,
    "people": PEOPLE,
    "record": RECORD,
    "connect": CONNECT,
    "tokens": TOKEN_PAGES,
    "others' tokens": OTHERS,
    "list": LIST,
    "robot": ROBOT,
    "verbs": VERBS,
    "holder": HOLDER,
    "limits": LIMITS,
    "webhooks": WEBHOOKS,
    "work": WORKSPACES,
}
PAGES = [page for group in GROUPS.values() for page in group]
BY_NAME = {page.name: page for page in PAGES}
