"""Pages about webhooks: the list, the form, one webhook in each state, a delivery, and every verb."""

from django.utils import timezone
from playwright.sync_api import Page as Tab
from playwright.sync_api import Response

from tests.browser.acts import Act, Page, press, send, unfold
from tests.browser.world import World
from webhooks.models import Delivery

LIST = "/o/halden/settings/webhooks/"
ERP, LONG = LIST + "{hook_erp}/", LIST + "{hook_long}/"
EVENT_GROUPS = [f".gh-event-group:nth-child({place})" for place in range(2, 8)]


def fill(again: bool = False, **typed: str) -> Act:
    """Fill the form for a new webhook and press Add; `again` sends the same form once more."""

    def act(tab: Tab, world: World) -> Response | None:
        told = {"description": "Tasks to the board", "target_url": "https://board.example/in"} | typed
        tab.locator("#event-task\\.created").check()
        answer = send("/webhooks/", **told)(tab, world)
        return tab.reload() if again else answer

    return act


def mistyped(tab: Tab, world: World) -> Response | None:
    """A header of ours, a hidden value, a password."""
    tab.locator("[name=auth][value=basic]").check()
    tab.locator("[name=password]").fill("typed and gone")
    tab.locator("[name=header-0-name]").fill("X-Key")
    tab.locator("[name=header-0-hide]").check()
    tab.locator("[name=header-0-value]").fill("typed and gone")
    tab.locator("[name=header-1-name]").fill("Content-Language")
    tab.locator("[name=header-1-value]").fill("en")
    return send("/webhooks/", target_url="http://board.example/in")(tab, world)


def put_back(tab: Tab, world: World) -> Response | None:
    """What failed goes out once more, whoever did that before."""
    rows = Delivery.objects.filter(webhook__public_id=world.links["hook_photos"], record_seq=17)
    rows.filter(ended_at=None).update(state="failed", ended_at=timezone.now(), resent_at=None)
    tab.reload()
    return press("/resend/")(tab, world)


WEBHOOKS = [
    Page("webhooks", "olga", LIST),
    Page("webhooks-empty", "stan", "/o/nordic/settings/webhooks/"),
    Page("webhooks-refused", "adam", LIST, 403),
    Page("webhook-add", "olga", LIST + "?create"),
    Page("webhook-add-events", "olga", LIST + "?create", 200, unfold(*EVENT_GROUPS)),
    Page("webhook-add-bad", "olga", LIST + "?create", 422, mistyped),
    Page("webhook-added", "carl", "/o/fjord/settings/webhooks/?create", 200, fill()),
    Page("webhook-added-twice", "carl", "/o/fjord/settings/webhooks/?create", 200, fill(again=True)),
    Page("webhook", "olga", ERP),
    Page(
        "webhook-open", "olga", ERP, 200, unfold(".gh-head .gh-fold", "#health details", "#signing details")
    ),
    Page("webhook-failing", "olga", LIST + "{hook_photos}/?state=waiting"),
    Page("webhook-paused", "olga", LIST + "{hook_paused}/"),
    Page("webhook-off", "olga", LIST + "{hook_off}/"),
    Page("webhook-long", "olga", LONG),
    Page("webhook-filtered", "olga", ERP + "?state=cancelled&time=hour"),
    Page("webhook-edit", "olga", ERP + "edit/"),
    Page("webhook-edit-long", "olga", LONG + "edit/"),
    Page("webhook-edit-bad", "olga", ERP + "edit/", 422, send("/edit/", description="", target_url="no")),
    Page("webhook-rotate", "olga", ERP + "rotate/"),
    Page("webhook-rotated", "olga", LIST + "{hook_spare}/rotate/", 200, press("/rotate/")),
    Page("webhook-overlap", "olga", LIST + "{hook_spare}/"),
    Page("webhook-delete", "olga", ERP + "delete/"),
    Page("webhook-delete-bad", "olga", ERP + "delete/", 422, press("/delete/")),
    Page("webhook-tested", "olga", ERP, 200, press("/test/")),
    Page("webhook-test-off", "olga", LIST + "{hook_off}/", 422, press("/test/")),
    Page("delivery", "olga", ERP + "deliveries/{erp_delivered}/"),
    Page("delivery-failed", "olga", ERP + "deliveries/{erp_failed}/"),
    Page("delivery-waiting", "olga", LIST + "{hook_photos}/deliveries/{photos_pending}/"),
    Page("resend-failed", "olga", ERP + "resend/"),
    Page("resend-failed-counted", "olga", ERP + "resend/?since=2020-01-01T00:00"),
    Page("resend-failed-bad", "olga", ERP + "resend/?since=2999-01-01T00:00", 422),
    Page(
        "resend-failed-sent",
        "olga",
        LIST + "{hook_photos}/resend/?since=2020-01-01T00:00",
        200,
        put_back,
    ),
]
