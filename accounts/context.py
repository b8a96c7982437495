"""The frame round every page: organization switcher, tabs, side navigation, menu, theme."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import hooks
from accounts.models import Membership
from accounts.permissions import Actor, Power, person_actor
from accounts.templatetags.look import initials

VERSION = "0.1"
# label, address name, the power that opens it, the address names under which it is the current one
PEOPLE = tuple(
    f"accounts:{name}"
    for name in "people person person_update invite deactivate reactivate remove offer".split()
) + ("people_tokens",)
GROUPS = tuple(f"accounts:{name}" for name in "groups group group_update group_delete".split())
TABS = [
    (_("Overview"), "accounts:overview", Power.VIEW_ORGANIZATION, ("accounts:overview",)),
    (_("User management"), "accounts:people", Power.VIEW_ORGANIZATION, PEOPLE + GROUPS),
    (_("Workspaces"), "workspaces:list", Power.READ_WORK, ("workspaces",)),
]
# Last of all, behind "Settings".
RECORD = [
    (_("Record"), "accounts:record", Power.READ_RECORD, ("accounts:record", "accounts:record_export")),
]
# Below "User management".
PEOPLE_TABS = [
    (_("Users"), "accounts:people", Power.VIEW_ORGANIZATION, PEOPLE),
    (_("Groups"), "accounts:groups", Power.MANAGE_GROUPS, GROUPS),
]
# Settings: group title, then entries like tabs. The first one that a person may open is where the tab leads.
SETTINGS = [
    (
        _("Account"),
        [
            (_("General"), "accounts:general", Power.MANAGE_ORGANIZATION, ("accounts:general",)),
            (_("Integration settings (robots)"), "robots:list", Power.MANAGE_ROBOTS, ("robots",)),
            (_("Webhooks"), "webhooks:list", Power.MANAGE_WEBHOOKS, ("webhooks",)),
            (
                _("Connect"),
                "accounts:connect",
                Power.MANAGE_CONNECT,
                ("accounts:connect", "accounts:connect_update", "accounts:connect_withdraw"),
            ),
            (
                _("API policy"),
                "tokens:policy",
                Power.MANAGE_ORGANIZATION,
                ("tokens:policy", "limits:requests", "limits:decide"),
            ),
            (_("API documentation"), "api_documentation", Power.USE_API, ("api_documentation",)),
            (_("Security policy"), "accounts:policy", Power.MANAGE_ORGANIZATION, ("accounts:policy",)),
        ],
    ),
]
# The second group of Settings, for everybody, in no organization's address: label, address name, where it is the current
# one, beginnings of allauth's address names included.
PROFILE = [
    (_("My data"), "accounts:profile", ("accounts:profile", "account_email")),
    (
        _("Personal access tokens"),
        "tokens:list",
        ("tokens:list", "tokens:edit", "tokens:rotate", "tokens:finish", "tokens:revoke", "limits:ask"),
    ),
    (_("Security"), "accounts:security", ("accounts:security", "mfa_", "account_change_", "account_set_")),
    (_("Sessions"), "accounts:sessions", ("accounts:sessions",)),
]
# Which organization the top bar keeps on pages that belong to none.
LAST = "organization"


def settings_url(actor: Actor) -> str:
    """Where "Settings" leads for this person: at least to their profile."""
    entries = (entry for _title, group in SETTINGS for entry in group)
    leads = (_url(entry[1], actor) for entry in entries if actor.can(entry[2]))
    return next(leads, reverse("accounts:profile"))


def _profile(request: HttpRequest) -> dict[str, Any]:
    name = _here(request)[1]
    items = [
        {"label": label, "url": reverse(page), "current": name.startswith(where)}
        for label, page, where in PROFILE
    ]
    return {"title": _("Profile"), "items": items}


def _url(name: str, actor: Actor) -> str:
    return reverse(name, args=[actor.home.slug])


def _entries(table: list[Any], actor: Actor, here: tuple[str, str]) -> list[dict[str, Any]]:
    return [
        {"label": label, "url": _url(name, actor), "current": bool(set(here) & set(where))}
        for label, name, power, where in table
        if actor.can(power)
    ]


def _here(request: HttpRequest) -> tuple[str, str]:
    match = request.resolver_match
    return (match.namespace, match.view_name) if match else ("", "")


def _organization(membership: Membership, current: bool) -> dict[str, Any]:
    home = membership.organization
    return {
        "name": home.name,
        "slug": home.slug,
        "initial": home.name[:1].upper(),
        "url": reverse("accounts:overview", args=[home.slug]),
        "current": current,
    }


def frame(request: HttpRequest) -> dict[str, Any]:
    """Template variables `theme` and `frame`; two queries whatever the data's size, none for visitors."""
    theme = request.COOKIES.get("theme", "")
    told: dict[str, Any] = {
        "person": None,
        "organization": None,
        "version": VERSION,
        "time_zone": timezone.get_current_timezone_name(),
        "terms_url": reverse("accounts:terms"),
        "help_url": reverse("accounts:help_oauth"),
    }
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        told |= _signed_in(request, user)
    return {"theme": theme if theme in ("light", "dark") else "", "frame": told}


def _last(request: HttpRequest, user: Any, memberships: list[Membership]) -> Actor | None:
    """On a page of no organization: the person in the one they were in last, else in their first."""
    if not memberships:
        return None
    last = request.COOKIES.get(LAST, "")
    chosen = next((row for row in memberships if row.organization.slug == last), memberships[0])
    chosen.user = user
    return person_actor(chosen)


def _signed_in(request: HttpRequest, user: Any) -> dict[str, Any]:
    memberships = list(
        Membership.objects.current().filter(user=user).select_related("organization").order_by("pk")
    )
    actor: Actor | None = getattr(request, "actor", None) or _last(request, user, memberships)
    here_id = actor.organization.pk if actor and actor.organization else None
    homes: list[dict[str, Any]] = [_organization(row, row.organization_id == here_id) for row in memberships]
    told: dict[str, Any] = {
        "person": {
            "name": str(user),
            "email": user.email,
            "initials": initials(str(user)),
            "role_label": actor.membership.role_label if actor and actor.membership else "",
        },
        "organizations": homes,
        "side": [_profile(request)],
        "menu": [
            {"label": _("Profile"), "url": reverse("accounts:profile")},
            {"label": _("Personal access tokens"), "url": reverse("tokens:list")},
            {"label": _("Security"), "url": reverse("accounts:security")},
            {"label": _("Sessions"), "url": reverse("accounts:sessions")},
        ],
    }
    if user.is_staff:
        told["menu"].append({"label": _("Operator"), "url": reverse("accounts:operator")})
    if actor and actor.organization:
        told |= _administration(request, actor) | {
            "organization": next((home for home in homes if home["current"]), None)
        }
    return told


def _administration(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    here = _here(request)
    tabs = _entries(TABS, actor, here)
    side: list[dict[str, Any]] = [
        {"title": title, "items": _entries(group, actor, here)} for title, group in SETTINGS
    ]
    side = [group for group in [*side, _profile(request)] if group["items"]]
    current = any(item["current"] for group in side for item in group["items"])
    tabs.append({"label": _("Settings"), "url": settings_url(actor), "current": current})
    tabs += _entries(RECORD, actor, here)
    return {
        "tabs": tabs,
        "people_tabs": _entries(PEOPLE_TABS, actor, here),
        "side": side,
        "admin_url": tabs[0]["url"] if tabs else None,
        "in_administration": any(tab["current"] for tab in tabs),
        "shared_url": _url("shared:list", actor),
        "shared_waiting": sum(hooks.top_bar_counts.each(actor)),
    }
