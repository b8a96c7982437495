"""The demo organization: a small company with people, robots, tokens and workspaces; never in production."""

import secrets
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.utils import timezone

from accounts import actions as ground
from accounts.events import EventType, action, record
from accounts.models import Membership, Organization, Role, User
from accounts.permissions import OPERATOR, ROBOT_SCOPES, SCOPE_POWERS, Actor, person_actor
from config import demo_webhooks, demo_work
from robots import actions as robots
from robots import renewal
from robots.models import Robot
from tokens import actions as tokens
from tokens import revoking
from tokens.models import PersonalToken
from workspaces.models import Workspace

HOME, ELSEWHERE = "demo-halden", "demo-nordic"
PEOPLE: dict[str, tuple[str, str, dict[str, Any]]] = {
    "olga": ("Olga Lindqvist", "owner", {}),
    "carl": ("Carl Brandt", Role.CO_OWNER, {}),
    "adam": ("Adam Nowak", Role.ADMINISTRATOR, {}),
    "mia": ("Mia Sørensen", Role.MEMBER, {"api_access": True}),
    "stan": ("Stan Ek", Role.MEMBER, {}),
}


def load() -> dict[str, Any]:
    """Load or refresh the demo; every secret, token and password is new. The shape is in the contract."""
    home = _organization(HOME, "Halden Construction", "olga")
    other = _organization(ELSEWHERE, "Nordic Site Lab", "nora")
    passwords = {short: _person(short, other if short == "stan" else home) for short in PEOPLE}
    owner = _actor(home, "olga")
    made = {
        "robby": _robot(
            owner, "demo-robby", "Robby", False, [s for s in SCOPE_POWERS if s not in ROBOT_SCOPES]
        ),
        "reader": _robot(owner, "demo-reader", "Power BI reader", True, []),
    }
    _share(owner, "demo-robby", "mia")
    return {
        "organization": {"id": home.public_id, "slug": home.slug},
        "people": {
            short: {
                "id": _user(short).public_id,
                "email": _user(short).email,
                "password": passwords[short],
                "role": PEOPLE[short][1],
            }
            for short in PEOPLE
        },
        "robots": made,
        "tokens": {short: _token(_actor(home, short)) for short in ("olga", "mia")},
        "workspaces": demo_work.load(owner, _found(owner, "demo-robby"), _user("mia").public_id),
        "webhooks": demo_webhooks.load(owner),
    }


def _email(short: str) -> str:
    return f"{short}@halden.example"


def _user(short: str) -> User:
    return User.objects.get(email=_email(short))


def _organization(public_id: str, name: str, owner: str) -> Organization:
    found = Organization.objects.filter(public_id=public_id).first()
    if found is None:
        slug = ground.slug_from(name.split()[0])
        found, _link = ground.create_organization(name, slug, _email(owner), public_id)
    return found


def _person(short: str, home: Organization) -> str:
    """The person with a new password (returned), and their membership as the cast has it."""
    name, role, ticked = PEOPLE[short]
    password = "demo-" + secrets.token_urlsafe(9)
    with action(OPERATOR):
        user = User.objects.filter(email=_email(short)).first() or User.objects.create_user(_email(short))
        user.name, user.is_active = name, True
        user.set_password(password)
        user.save()
        EmailAddress.objects.update_or_create(
            user=user, email=user.email, defaults={"verified": True, "primary": True}
        )
        if role != "owner":
            given = {"role": role, "deactivated_at": None, "retired_at": None} | ticked
            membership, made = Membership.objects.update_or_create(
                organization=home, user=user, defaults=given
            )
            if made:
                record(EventType.MEMBERSHIP_CREATED, user, organization=home, changes={"role": role})
            if short == "mia":
                membership.workspaces.set(Workspace.objects.filter(organization=home)[:1])
    return password


def _actor(home: Organization, short: str) -> Actor:
    return person_actor(
        Membership.objects.select_related("user", "organization").get(
            organization=home, user__email=_email(short)
        )
    )


def _robot(owner: Actor, public_id: str, name: str, read_only: bool, scopes: list[str]) -> dict[str, str]:
    if not Robot.objects.filter(organization=owner.organization, public_id=public_id).exists():
        with action(owner):
            robots.new_robot(
                owner, owner.home, public_id=public_id, name=name, read_only=read_only, scopes=scopes
            )
    renewed, _secret, values = renewal.renew(owner, public_id)
    return {
        "id": renewed.public_id,
        "client_id": values.client_id,
        "client_secret": values.client_secret,
        "oauth1_token": values.oauth1_token,
        "oauth1_token_secret": values.oauth1_token_secret,
    }


def _found(owner: Actor, public_id: str) -> Robot:
    rows = Robot.objects.select_related("organization")
    return rows.get(organization=owner.organization, public_id=public_id)


def _share(owner: Actor, public_id: str, short: str) -> None:
    robots.share(owner, public_id, _user(short).public_id)


def _token(actor: Actor) -> dict[str, str]:
    with action(actor):
        for old in PersonalToken.objects.living().filter(membership=actor.membership, name="Demo"):
            revoking.revoke(actor, old.membership, old.public_id)
        token, value = tokens.create(actor, "Demo", None, timezone.now() + timedelta(days=365))
    return {"id": token.public_id, "secret": value}
