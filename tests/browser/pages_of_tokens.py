"""Pages about personal access tokens: one's own, other people's, the API policy."""

from playwright.sync_api import Page as Tab
from playwright.sync_api import Response

from tests.browser.acts import Act, Page, choose, send
from tests.browser.world import World

TOKENS, ADA = "/profile/tokens/", "/o/halden/people/{ada}/tokens/"
POLICY = "/o/halden/settings/api/"
LINK = TOKENS + "?create&name=Grafana+on+the+wall&scopes=work:read+people:read&expires=90"
BAD_LINK = (
    TOKENS + "?create&name=Left%E2%80%AEright&scopes=work:read+nonsense+record:read&expires=never&org=nordic"
)


def own(key: str, verb: str) -> str:
    """The address of a verb on one of ada's."""
    return f"{TOKENS}halden/{{ada_{key}}}/{verb}/"


def make_token(again: bool = False) -> Act:
    """Fill the dialogue and send it; `again` sends the same form once more."""

    def act(tab: Tab, world: World) -> Response | None:
        answer = send("/tokens/", name="Site tablet")(tab, world)
        return tab.reload() if again else answer

    return act


def on_a_date(tab: Tab, world: World) -> Response | None:
    """Chosen scopes without one, and a date long gone."""
    tab.locator("main [name=expires]").select_option("date")
    tab.locator("main [name=date]").fill("2020-02-29")
    tab.locator("main [name=may][value=chosen]").check()
    return send("/tokens/", name="")(tab, world)


TOKEN_PAGES = [
    Page("tokens", "ada", TOKENS),
    Page("tokens-several", "carl", TOKENS),
    Page("tokens-empty", "stan", TOKENS),
    Page("tokens-no-access", "mia", TOKENS),
    Page("tokens-nowhere", "nobody", TOKENS),
    Page("tokens-create", "ada", TOKENS + "?create"),
    Page("tokens-create-several", "carl", TOKENS + "?create"),
    Page("tokens-create-bad", "ada", TOKENS + "?create", 422, on_a_date),
    Page("tokens-create-again", "ada", TOKENS + "?create&org=halden&again={ada_old}"),
    Page("tokens-suggested", "ada", LINK),
    Page("tokens-suggested-badly", "ada", BAD_LINK),
    Page("token-created", "kate", TOKENS + "?create", 200, make_token()),
    Page("token-created-twice", "kate", TOKENS + "?create", 200, make_token(again=True)),
    Page("token-edit", "ada", own("grafana", "edit")),
    Page("token-edit-bad", "ada", own("grafana", "edit"), 422, send("/edit/", name=" ")),
    Page("token-rotate", "ada", own("laptop", "rotate")),
    Page("token-rotate-overlap", "ada", own("erp", "rotate")),
    Page(
        "token-rotate-bad",
        "ada",
        own("laptop", "rotate"),
        422,
        choose("/rotate/", "[name=overlap]:checked", "9"),
    ),
    Page("token-rotated", "ada", own("spare", "rotate"), 200, send("/rotate/")),
    Page("token-revoke", "ada", own("laptop", "revoke")),
]
OTHERS = [
    Page("person-tokens", "olga", "/o/halden/people/{ada}/"),
    Page("person-tokens-self", "ada", "/o/halden/people/{ada}/"),
    Page("person-tokens-stopped", "olga", "/o/halden/people/{mia}/"),
    Page("person-tokens-not-mine", "adam", "/o/halden/people/{carl}/"),
    Page("token-revoke-theirs", "olga", ADA + "{ada_laptop}/revoke/"),
    Page(
        "token-revoke-theirs-bad",
        "olga",
        ADA + "{ada_laptop}/revoke/",
        422,
        send("/revoke/", why="www.example.com"),
    ),
    Page("tokens-unused", "olga", ADA + "unused/"),
    Page("tokens-unused-bad", "olga", ADA + "unused/", 422, send("/unused/", why="")),
    Page("tokens-unused-none", "olga", "/o/halden/people/{kim}/tokens/unused/"),
    Page("api-policy", "olga", POLICY),
    Page(
        "api-policy-bad", "olga", POLICY, 422, send("/api/", token_longest_days="0", requests_a_minute="9999")
    ),
    Page("api-policy-shortens", "olga", POLICY, 422, send("/api/", token_longest_days="30")),
]
