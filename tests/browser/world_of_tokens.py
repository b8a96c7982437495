"""Personal access tokens in every state that a page knows: ada's, carl's in two organizations, one that mia may not use."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from accounts.models import Membership, Organization
from accounts.permissions import person_actor
from accounts.sealing import fingerprint, hint, new_secret
from tests.browser.world_of_people import UNBROKEN
from tokens import actions, revoking
from tokens.models import PersonalToken

if TYPE_CHECKING:
    from tests.browser.world import World


def _days(number: float) -> Any:
    return timezone.now() + timedelta(days=number)


def _token(
    world: "World", who: str, name: str, scopes: list[str] | None = None, **fields: Any
) -> PersonalToken:
    """A token with fields that no verb sets; its id goes into the world's links under `who`_first word."""
    membership = world.actor(who).membership
    value = new_secret("gate_pat_")
    told = {"created_at": _days(-120), "expires_at": _days(120), "hint": hint(value)} | fields
    made = PersonalToken.objects.create(
        organization=world.cast.home,
        membership=membership,
        name=name,
        scopes=scopes,
        fingerprint=fingerprint(value),
        **told,
    )
    world.links[f"{who}_{name.split()[0].lower()}"] = made.public_id
    return made


def _used(days: float, where: str, client: str) -> dict[str, Any]:
    return {"last_used_at": _days(-days), "last_used_from": where, "last_used_client": client}


def make_tokens(world: "World") -> None:
    """After people and organizations are there."""
    reading = ["work:read", "people:read", "groups:read", "robots:read", "webhooks:read", "record:read"]
    _token(world, "ada", "Laptop scripts", **_used(0.01, "203.0.113.91", "curl/8.5"))
    _token(
        world, "ada", "Grafana", reading, expires_at=_days(9.2), **_used(0.3, "198.51.100.12", "Grafana/12")
    )
    _token(
        world,
        "ada",
        "Photo check in CI",
        ["work:read", "work:write"],
        expires_at=None,
        **_used(103, "192.0.2.80", "python-requests"),
    )
    overlap = _token(world, "ada", "ERP sync", expires_at=_days(0.4))
    actions.rotate(world.actor("ada"), overlap.public_id, timedelta(hours=24), overlap.hint)
    _token(world, "ada", "Spare tablet", reading, created_at=_days(-1))
    long = {
        "last_used_from": "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff",
        "last_used_client": "Mozilla/5.0" + "x" * 150,
    }
    _token(world, "ada", (UNBROKEN * 3)[:120], reading[:4], last_used_at=_days(0), **long)
    gone = _token(world, "ada", "Old laptop", **_used(40, "203.0.113.4", "curl/8.1"))
    revoking.revoke(
        world.actor("olga"), world.cast.membership("ada"), gone.public_id, "The laptop was left on a train."
    )
    _token(world, "ada", "Trial of a dashboard", reading, expires_at=_days(-12))
    _token(world, "mia", "Timesheets", ["work:read"], **_used(20, "203.0.113.7", "python-httpx/0.27"))
    _token(world, "carl", "Report", reading)
    fjord = Organization.objects.get(slug="fjord")
    rows = Membership.objects.select_related("user", "organization")
    carl = person_actor(rows.get(organization=fjord, user=world.cast.users["carl"]))
    actions.create(carl, "Sensors to the archive", ["work:read"], _days(30))
