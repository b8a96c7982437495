"""Pages about requests a minute: asking, the owners' and the operator's answers."""

from tests.browser.acts import Page, send

ASK, REQUESTS, OPERATOR = "/o/halden/limit/", "/o/halden/settings/api/limits/", "/operator/limits/"

LIMITS = [
    Page("limit", "olga", ASK),
    Page("limit-bad", "olga", ASK, 422, send("/limit/", wanted="3", reason="More of everything")),
    Page("limit-waits", "ada", ASK),
    Page("limit-requests", "olga", REQUESTS),
    Page("limit-decide", "olga", REQUESTS + "{asked}/"),
    Page("limit-decide-bad", "olga", REQUESTS + "{asked}/", 422, send("", granted="")),
    Page("limit-decide-own", "carl", REQUESTS + "{asked_much}/"),
    Page("operator-limits", "kim", OPERATOR),
    Page("operator-limit", "kim", OPERATOR + "halden/{asked_much}/"),
]
