"""Pages about Connect, in every state of a request, for the organization and for operators."""

from tests.browser.acts import Page, forged, meanwhile, send, unfold

WHERE = "/settings/connect/"
HALDEN, BERGEN, VOSS = (f"/o/{slug}{WHERE}" for slug in ("halden", "bergen", "voss"))
DESK = "/operator/organizations/{home}/connect/{connect_halden}/"
OVER = "/operator/organizations/{moss}/connect/{connect_moss}/"
BAD = {"platforms": " ", "purpose": "Left \u202e right", "contact_name": "", "contact_email": "nobody"}

CONNECT = [
    Page("connect-empty", "conny", "/o/tromso" + WHERE),
    Page("connect-empty-bad", "conny", "/o/tromso" + WHERE, 422, send("/connect/", **BAD)),
    Page("connect-sent", "conny", BERGEN),
    Page("connect-reviewing-long", "conny", "/o/odda" + WHERE),
    Page("connect-wanted", "olga", HALDEN, 200, unfold("section:last-of-type .gh-fold")),
    Page("connect-answer-bad", "olga", HALDEN, 422, send("/update/", note=" ", contact_email="nobody")),
    Page("connect-stale", "olga", HALDEN, 422, forged("/update/", "version", "1", purpose="Typed meanwhile")),
    Page("connect-granted", "conny", "/o/moss" + WHERE),
    Page("connect-declined", "conny", VOSS),
    Page("connect-declined-again", "conny", VOSS, 200, unfold(".gh-create")),
    Page(
        "connect-decided-meanwhile",
        "conny",
        BERGEN,
        422,
        meanwhile("/update/", VOSS + "update/", {"request": "{connect_voss}"}, purpose="Typed meanwhile"),
    ),
    Page("connect-withdraw", "conny", BERGEN + "withdraw/"),
    Page("operator-connect", "kim", DESK),
    Page("operator-connect-sent", "kim", DESK.replace("home", "bergen").replace("halden", "bergen")),
    Page("operator-connect-long", "kim", DESK.replace("home", "odda").replace("halden", "odda")),
    Page(
        "operator-connect-bad", "kim", DESK, 422, send("/grant/", setup=" ", setup_by="https://evil.example")
    ),
    Page(
        "operator-connect-stale",
        "kim",
        DESK,
        422,
        forged("/grant/", "version", "1", setup="A gateway", setup_by="Kim"),
    ),
    Page("operator-connect-granted", "kim", OVER),
    Page(
        "operator-connect-too-late",
        "kim",
        DESK,
        422,
        meanwhile("/decline/", OVER + "decline/", {}, reason="No licence"),
    ),
    Page("operator-organization-connect", "kim", "/operator/organizations/{home}/"),
    Page("overview-connect", "kim", "/o/halden/"),
]
