"""Every address × every member of the cast × every method. An address without a row here fails."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.permissions import Power
from tests.cast import Cast

PEOPLE = ("visitor", "stan", "mia", "mike", "ada", "adam", "carl", "olga")
OWNERS = {"carl", "olga"}
INSIDERS = {"mia", "mike", "ada", "adam", "carl", "olga"}
METHODS = ("get", "post", "put", "patch", "delete")

# The power that each address below /o/<org>/ asks for, and who has it.
HAS = {
    Power.VIEW_ORGANIZATION: INSIDERS,
    Power.READ_WORK: INSIDERS,
    Power.MANAGE_ORGANIZATION: OWNERS,
    Power.MANAGE_ROBOTS: OWNERS,
}
# address name → (power, methods it answers)
PAGES: dict[str, tuple[Power, set[str]]] = {
    "accounts:overview": (Power.VIEW_ORGANIZATION, {"get"}),
    "accounts:general": (Power.MANAGE_ORGANIZATION, {"get", "post"}),
    "robots:list": (Power.MANAGE_ROBOTS, {"get", "post"}),
    "robots:robot": (Power.MANAGE_ROBOTS, {"get"}),
    "robots:update": (Power.MANAGE_ROBOTS, {"post"}),
    "robots:share": (Power.MANAGE_ROBOTS, {"post"}),
    "robots:send_again": (Power.MANAGE_ROBOTS, {"post"}),
    "robots:unshare": (Power.MANAGE_ROBOTS, {"post"}),
    **{f"robots:{verb}": (Power.MANAGE_ROBOTS, {"post"}) for verb in ("scopes", "check", "finish", "extend")},
    "robots:switch_on": (Power.MANAGE_ROBOTS, {"post"}),
    **{
        f"robots:{verb}": (Power.MANAGE_ROBOTS, {"get", "post"})
        for verb in ("renew", "switch_off", "oauth1_off", "close_sharing", "delete")
    },
    "shared:list": (Power.VIEW_ORGANIZATION, {"get"}),
    "shared:robot": (Power.VIEW_ORGANIZATION, {"get"}),
    "shared:reveal": (Power.VIEW_ORGANIZATION, {"get", "post"}),
    "workspaces:list": (Power.READ_WORK, {"get"}),
}
# Open to everybody, or to whoever is signed in: not an organization's.
PLAIN = {
    "accounts:home",
    "accounts:welcome",
    "accounts:open_link",
    "accounts:terms",
    "accounts:help_oauth",
    "accounts:theme",
    "accounts:outbox",
    "accounts:outbox_mail",
    "accounts:outbox_html",
    "set_language",
}
# Verbs whose POST needs no fields.
DONE_AT_ONCE = {
    f"robots:{verb}"
    for verb in ("finish", "extend", "switch_on", "switch_off", "oauth1_off", "close_sharing")
}
MACHINES = {"healthz", "readyz", "token", "access_token", "revoke", "introspect", "oauth_metadata"}


def addresses(patterns: Any = None, space: str = "", route: str = "") -> Iterator[tuple[str, str, Any]]:
    """(name, route, view) of everything in config/urls.py."""
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from addresses(entry.url_patterns, inner, route + str(entry.pattern))
        elif isinstance(entry, URLPattern):
            yield f"{space}{entry.name or ''}", route + str(entry.pattern), entry.callback


def test_every_address_has_a_row() -> None:
    known = set(PAGES) | PLAIN | MACHINES
    for name, route, _view in addresses():
        foreign = route.startswith(("accounts/", "api/v1/"))
        assert foreign or name in known, f"{name} ({route}) has no row in tests/test_access.py"


def test_every_page_of_an_organization_asks_the_power_in_its_row() -> None:
    for name, route, view in addresses():
        if route.startswith("o/<slug:org>/"):
            assert getattr(view, "power", None) == PAGES[name][0], name


def address(name: str, cast: Cast) -> str:
    """A real address: robby, and mia as the person."""
    route = next(route for found, route, _view in addresses() if found == name)
    filled = route.replace("<slug:org>", "halden").replace("<str:robot>", cast.robby.public_id)
    return "/" + filled.replace("<str:person>", cast.users["mia"].public_id)


def expected(name: str, who: str, method: str) -> set[int]:
    """What may come back: the guards come before the method, the method before the thing."""
    power, methods = PAGES[name]
    if who == "visitor":
        return {302}
    if who == "stan":
        return {404}
    if who not in HAS[power]:
        return {403}
    if method not in methods:
        return {405}
    # Nothing is shared with anybody here; forms are empty.
    if method == "post" and name in DONE_AT_ONCE:
        return {302}
    return (
        {404}
        if name in ("shared:robot", "shared:reveal", "robots:send_again", "robots:unshare")
        else {200, 422}
    )


@pytest.mark.parametrize("who", PEOPLE)
def test_everybody_gets_what_the_table_says(cast: Cast, who: str) -> None:
    client = cast.client(who)
    for name in PAGES:
        for method in METHODS:
            answer = getattr(client, method)(address(name, cast))
            assert answer.status_code in expected(name, who, method), (name, who, method, answer.status_code)
            if who == "visitor":
                assert answer.headers["Location"].startswith("/accounts/login/?next=")


def test_a_refusal_names_the_owners_and_the_power(cast: Cast) -> None:
    page = cast.client("adam").get("/o/halden/settings/robots/").content.decode()
    assert "olga@halden.example" in page and "MANAGE_ROBOTS" in page and "Carl" in page


@pytest.mark.parametrize("name", PAGES)
def test_a_robot_opens_no_page(cast: Cast, name: str, token_for: Any) -> None:
    headers = {"Authorization": f"Bearer {token_for(cast.robby_values)}"}
    assert Client().get(address(name, cast), headers=headers).status_code == 302


@pytest.mark.parametrize(
    "path", ["/api/v1/me", "/api/v1/workspaces", "/api/v1/openapi.json", "/api/v1/nothing"]
)
def test_a_session_opens_no_machine_door(cast: Cast, path: str) -> None:
    answer = cast.client("olga").get(path)
    assert answer.status_code == 401 and answer.headers["Content-Type"] == "application/problem+json"


def test_someone_deactivated_or_removed_is_a_stranger_at_once(cast: Cast) -> None:
    client, now = cast.client("mia"), cast.home.created_at
    for field in ("deactivated_at", "retired_at"):
        membership = cast.membership("mia")
        setattr(membership, field, now)
        membership.save()
        assert client.get("/o/halden/").status_code == 404
        setattr(membership, field, None)
        membership.save()
    assert client.get("/o/halden/").status_code == 200
