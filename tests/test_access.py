"""Every address × every member of the cast × every method. An address without a row here fails.

Machines: test_access_machines.py.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import pytest
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import Membership
from accounts.permissions import Power
from tests.cast import Cast
from tokens.models import PersonalToken
from webhooks import actions as webhooks
from webhooks.models import Delivery
from workspaces import actions, bulk
from workspaces.models import Workspace

PEOPLE = ("visitor", "stan", "mia", "mike", "ada", "adam", "carl", "olga")
OWNERS = {"carl", "olga"}
INSIDERS = {"mia", "mike", "ada", "adam", "carl", "olga"}
METHODS = ("get", "post", "put", "patch", "delete")

# The power that each address below /o/<org>/ asks for, and who has it.
MANAGERS = OWNERS | {"adam", "mike"}
HAS = {
    Power.MANAGE_PEOPLE: MANAGERS,
    Power.MANAGE_GROUPS: MANAGERS,
    Power.TRANSFER_OWNERSHIP: {"olga"},
    Power.VIEW_ORGANIZATION: INSIDERS,
    Power.READ_WORK: INSIDERS,
    Power.WRITE_WORK: INSIDERS,
    Power.MANAGE_WORKSPACES: OWNERS | {"adam"},
    Power.MANAGE_ORGANIZATION: OWNERS,
    Power.READ_RECORD: OWNERS,
    Power.MANAGE_ROBOTS: OWNERS,
    Power.MANAGE_CONNECT: OWNERS,
    Power.MANAGE_WEBHOOKS: OWNERS,
    Power.USE_API: OWNERS | {"ada"},
}
# address name → (power, methods it answers)
PAGES: dict[str, tuple[Power, set[str]]] = {
    "accounts:overview": (Power.VIEW_ORGANIZATION, {"get"}),
    "accounts:record": (Power.READ_RECORD, {"get"}),
    "accounts:record_check": (Power.READ_RECORD, {"get"}),
    "accounts:record_verify": (Power.READ_RECORD, {"post"}),
    "accounts:record_export": (Power.READ_RECORD, {"post"}),
    "accounts:general": (Power.MANAGE_ORGANIZATION, {"get", "post"}),
    "accounts:policy": (Power.MANAGE_ORGANIZATION, {"get", "post"}),
    "accounts:connect": (Power.MANAGE_CONNECT, {"get", "post"}),
    "accounts:connect_update": (Power.MANAGE_CONNECT, {"post"}),
    "accounts:connect_withdraw": (Power.MANAGE_CONNECT, {"get", "post"}),
    "accounts:people": (Power.VIEW_ORGANIZATION, {"get"}),
    "accounts:person": (Power.VIEW_ORGANIZATION, {"get"}),
    "accounts:person_update": (Power.MANAGE_PEOPLE, {"post"}),
    "accounts:invite": (Power.MANAGE_PEOPLE, {"get", "post"}),
    **{
        f"accounts:invitation_{verb}": (Power.MANAGE_PEOPLE, {"post"}) for verb in ("again", "revoke", "link")
    },
    **{
        f"accounts:{verb}": (Power.MANAGE_PEOPLE, {"get", "post"})
        for verb in ("deactivate", "reactivate", "remove")
    },
    **{
        f"people_tokens:{verb}": (Power.MANAGE_PEOPLE, {"get", "post"})
        for verb in ("revoke", "revoke_unused")
    },
    "tokens:policy": (Power.MANAGE_ORGANIZATION, {"get", "post"}),
    "accounts:offer": (Power.TRANSFER_OWNERSHIP, {"get", "post"}),
    "accounts:ownership": (Power.VIEW_ORGANIZATION, {"get", "post"}),
    "accounts:ownership_end": (Power.VIEW_ORGANIZATION, {"post"}),
    "accounts:leave": (Power.VIEW_ORGANIZATION, {"get", "post"}),
    "accounts:ask_for_api_access": (Power.VIEW_ORGANIZATION, {"post"}),
    "accounts:groups": (Power.MANAGE_GROUPS, {"get", "post"}),
    "accounts:group": (Power.MANAGE_GROUPS, {"get"}),
    "accounts:group_update": (Power.MANAGE_GROUPS, {"post"}),
    "accounts:group_people": (Power.MANAGE_GROUPS, {"post"}),
    "accounts:group_delete": (Power.MANAGE_GROUPS, {"get", "post"}),
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
    **{
        f"webhooks:{page}": (Power.MANAGE_WEBHOOKS, {"get"})
        for page in ("webhook", "delivery", "delivery_state")
    },
    **{
        f"webhooks:{verb}": (Power.MANAGE_WEBHOOKS, {"get", "post"})
        for verb in ("list", "edit", "rotate", "delete", "resend_failed")
    },
    **{
        f"webhooks:{verb}": (Power.MANAGE_WEBHOOKS, {"post"})
        for verb in ("switch_on", "switch_off", "resume", "finish", "test", "resend")
    },
    "shared:list": (Power.VIEW_ORGANIZATION, {"get"}),
    "shared:robot": (Power.VIEW_ORGANIZATION, {"get"}),
    "shared:reveal": (Power.VIEW_ORGANIZATION, {"get", "post"}),
    "workspaces:list": (Power.READ_WORK, {"get", "post"}),
    **dict.fromkeys(("workspaces:workspace", "workspaces:task"), (Power.READ_WORK, {"get"})),
    **dict.fromkeys(("workspaces:add_task", "workspaces:task_update"), (Power.WRITE_WORK, {"post"})),
    **dict.fromkeys(
        ("workspaces:task_delete", "workspaces:attachment_remove"), (Power.WRITE_WORK, {"get", "post"})
    ),
    "workspaces:attach": (Power.WRITE_WORK, {"post"}),
    **{f"workspaces:{verb}": (Power.READ_WORK, {"get"}) for verb in ("download", "thumbnail", "display")},
    **{f"workspaces:{verb}": (Power.MANAGE_WORKSPACES, {"get", "post"}) for verb in ("settings", "delete")},
    **{
        f"workspaces:{verb}": (Power.MANAGE_WORKSPACES, {"post"})
        for verb in ("add_member", "remove_member", "archive", "restore")
    },
    **dict.fromkeys(("api_documentation", "api_document"), (Power.USE_API, {"get"})),
    "limits:ask": (Power.USE_API, {"get", "post"}),
    "limits:withdraw": (Power.USE_API, {"post"}),
    "limits:requests": (Power.MANAGE_ORGANIZATION, {"get"}),
    "limits:decide": (Power.MANAGE_ORGANIZATION, {"get", "post"}),
    "limits:take_back": (Power.MANAGE_ORGANIZATION, {"post"}),
}
# Open to everybody, or to whoever is signed in: not an organization's.
PLAIN = {
    "accounts:home",
    "accounts:welcome",
    "accounts:open_link",
    "accounts:terms",
    "accounts:help_oauth",
    "accounts:theme",
    *{f"accounts:{page}" for page in ("profile", "security", "sessions", "mailed_proof")},
    *{f"accounts:{verb}" for verb in ("end_session", "end_sessions")},
    # One's own only, 404 for everybody else: tests/tokens/test_who_may.py.
    *{f"tokens:{verb}" for verb in ("list", "edit", "rotate", "finish", "revoke")},
    # Staff with a second factor only, 404 for everybody else: tests/accounts/test_operator.py.
    *{f"accounts:operator{page}" for page in ("", "_test_mail", "_organization", "_connect")},
    # The same: tests/accounts/test_connect_deciding.py.
    *{f"accounts:operator_connect_{verb}" for verb in ("take", "question", "grant", "decline")},
    *{f"limits:operator{page}" for page in ("", "_decide")},
    "accounts:outbox",
    "accounts:outbox_mail",
    "accounts:outbox_html",
    "set_language",
}
# Verbs whose POST needs no fields.
DONE_AT_ONCE = (
    {"accounts:record_verify", "limits:withdraw", "limits:take_back"}
    | {f"webhooks:{verb}" for verb in ("switch_on", "switch_off", "resume", "finish", "resend")}
    | {f"workspaces:{verb}" for verb in ("task_delete", "delete", "remove_member", "archive", "restore")}
    | {
        f"robots:{verb}"
        for verb in ("finish", "extend", "switch_on", "switch_off", "oauth1_off", "close_sharing")
    }
    | {
        f"accounts:{verb}"
        for verb in (
            "person_update deactivate reactivate remove offer ownership_end leave group_people group_delete "
            "invitation_again invitation_revoke invitation_link ask_for_api_access"
        ).split()
    }
)
# Nothing is shared with anybody here, nothing is offered: these have nothing to show.
NOTHING_THERE = {
    "shared:robot",
    "shared:reveal",
    "robots:send_again",
    "robots:unshare",
    "accounts:ownership",
    "accounts:connect_update",
    "limits:decide",
    *{f"workspaces:{page}" for page in ("download", "thumbnail", "display", "attachment_remove")},
}
MACHINES = {"healthz", "readyz", "metrics", "token", "access_token", "revoke", "introspect", "oauth_metadata"}


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
        # Operations of the APIs have their rows in tests/test_access_machines.py.
        foreign = route.startswith(("accounts/", "api/v1/")) or name.startswith("uipath:")
        assert foreign or name in known, f"{name} ({route}) has no row in tests/test_access.py"


def test_every_page_of_an_organization_asks_the_power_in_its_row() -> None:
    for name, route, view in addresses():
        if route.startswith("o/<slug:org>/"):
            assert getattr(view, "power", None) == PAGES[name][0], name


def address(name: str, cast: Cast) -> str:
    """A real address: robby, and mia as the person."""
    route = next(route for found, route, _view in addresses() if found == name)
    filled = route.replace("<slug:org>", "halden").replace("<str:robot>", cast.robby.public_id)
    filled = filled.replace("<str:person>", cast.users["mia"].public_id).replace(
        "<str:invitation>", "unknown"
    )
    filled = filled.replace("<str:asked>", "unknown")
    if "<str:workspace>" in filled:
        filled = filled.replace("<str:workspace>", workspace(cast)).replace("<int:number>", "1")
    if "<str:webhook>" in filled:
        delivery = delivery_of(cast)
        filled = filled.replace("<str:webhook>", delivery.webhook.public_id)
        filled = filled.replace("<str:delivery>", delivery.public_id)
    filled = filled.replace("<str:attachment>", "unknown")
    if "<str:token>" in filled:
        filled = filled.replace("<str:token>", token_of_mia(cast).public_id)
    return "/" + filled.replace("<str:group>", cast.group.public_id)


def workspace(cast: Cast) -> str:
    """One with a task, to which everybody belongs."""
    there = Workspace.objects.filter(name="Harbour bridge").first()
    if there is None:
        there = actions.create(cast.actor("olga"), "Harbour bridge")
        there.members.set(Membership.objects.filter(organization=cast.home))
        bulk.create(cast.actor("olga"), there.public_id, {"title": "Pour the deck"})
    return there.public_id


def delivery_of(cast: Cast) -> Delivery:
    """A webhook of olga's, with something delivered."""
    found = Delivery.objects.select_related("webhook").first()
    if found is None:
        given = {"description": "ERP", "target_url": "https://erp.example/", "events": ["task.created"]}
        made = webhooks.create(cast.actor("olga"), given).webhook
        told = {"organization_id": cast.home.pk, "event_type": "task.created", "body": b"{}"}
        ended = {"state": "delivered", "ended_at": made.created_at}
        found = Delivery.objects.create(webhook=made, **told, **ended)
    return found


def token_of_mia(cast: Cast) -> PersonalToken:
    """From before she lost API access."""
    told = {
        "organization": cast.home,
        "name": "Grafana",
        "hint": "gate_pat_mgj…79j",
        "fingerprint": b"0" * 32,
    }
    return PersonalToken.objects.get_or_create(membership=cast.membership("mia"), defaults=told)[0]


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
    if name == "workspaces:list" and method == "post" and who not in HAS[Power.MANAGE_WORKSPACES]:
        return {403}
    if name == "accounts:person" and who == "ada":
        # Members see their own page only; the address is mia's.
        return {403}
    if method == "post" and name in DONE_AT_ONCE:
        # Who may give roles sees a field that an empty form lacks.
        return {302, 422} if name == "accounts:person_update" else {302}
    if name == "accounts:connect_withdraw":
        # Nothing was asked for: back to the page where one can, and no request of that id.
        return {302} if method == "get" else {404}
    return {404} if name in NOTHING_THERE else {200, 422}


@contextmanager
def undone() -> Iterator[None]:
    """Whatever a request does is taken back, so that the next one finds the cast as it was."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]
    with block:
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("who", PEOPLE)
def test_everybody_gets_what_the_table_says(cast: Cast, who: str) -> None:
    client = cast.client(who)
    signed_in = deepcopy(client.cookies)
    for name in PAGES:
        for method in METHODS:
            client.cookies = deepcopy(signed_in)
            with undone():
                answer = getattr(client, method)(address(name, cast))
            assert answer.status_code in expected(name, who, method), (name, who, method, answer.status_code)
            if who == "visitor":
                assert answer.headers["Location"].startswith("/accounts/login/?next=")


def test_a_refusal_names_the_owners_and_the_power(cast: Cast) -> None:
    page = cast.client("adam").get("/o/halden/settings/robots/").content.decode()
    assert "olga@halden.example" in page and "MANAGE_ROBOTS" in page and "Carl" in page


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


# Verbs that show or cut something: a proof within 15 minutes (accounts/reauthentication.py).
ASK_WHO_YOU_ARE = {
    "accounts:policy",
    "tokens:policy",
    "tokens:list",  # only with ?create, and its POST
    "tokens:rotate",
    "accounts:offer",
    "accounts:ownership",
    "robots:list",  # only with ?create, and its POST
    *{f"robots:{verb}" for verb in ("renew", "oauth1_off", "close_sharing", "delete")},
    "shared:reveal",
    "webhooks:list",  # only with ?create, and its POST
    *{f"webhooks:{verb}" for verb in ("rotate", "delete")},
}


def test_verbs_that_show_or_cut_ask_who_you_are() -> None:
    asking = {
        name
        for name, route, view in addresses()
        if getattr(view, "recently_authenticated", False) and not route.startswith("accounts/")
    }
    assert asking >= ASK_WHO_YOU_ARE
