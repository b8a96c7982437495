"""What owners fill in on the pages of webhooks."""

from typing import Any

from tests.cast import Cast
from webhooks.models import Webhook

HERE = "/o/halden/settings/webhooks/"
FORM: dict[str, Any] = {
    "description": "Tasks to the ERP",
    "target_url": "https://erp.example/hooks/gate",
    "where": "all",
    "events": ["task.created", "task.updated"],
    "auth": "none",
}
BASIC = {"auth": "basic", "username": "gatehouse", "password": "pass-phrase-of-the-erp"}
HIDDEN = {"header-0-name": "X-Key", "header-0-value": "hidden-value-of-the-erp", "header-0-hide": "on"}


def add(cast: Cast, who: str = "olga", **more: Any) -> Any:
    """The answer to "Add"."""
    return cast.client(who).post(HERE, FORM | more)


def address(webhook: Webhook, verb: str = "") -> str:
    """Of its page, or of a verb's."""
    return f"{HERE}{webhook.public_id}/{verb}"


def edit(cast: Cast, webhook: Webhook, **more: Any) -> Any:
    """The answer to "Update", with what the form shows and `more` typed."""
    webhook.refresh_from_db()
    shown = FORM | {"auth": "basic", "username": webhook.username, "version": webhook.version}
    rows: dict[str, Any] = {}
    for place, header in enumerate(webhook.headers.all()):
        rows |= {f"header-{place}-name": header.name, f"header-{place}-value": header.value}
        rows |= {f"header-{place}-hide": "on"} if header.is_hidden else {}
    told = {name: one for name, one in (shown | rows | more).items() if one is not None}
    return cast.client("olga").post(address(webhook, "edit/"), told)
