"""The standing cast: olga owns, carl co-owns, adam administers, mia is a member, mike manages people, ada has API
access, stan is a stranger; robby is a robot, reader a read-only one."""

from dataclasses import dataclass, field
from typing import Any

from allauth.account.models import EmailAddress
from django.test import Client

from accounts import grouping
from accounts.events import action
from accounts.models import Group, Membership, Organization, Role, User
from accounts.permissions import OPERATOR, Actor, person_actor
from accounts.record import open_chain
from robots import actions as robots
from robots.credentials import Credentials
from robots.models import Robot

PASSWORD = "correct-horse-battery"
ROLES: dict[str, tuple[str, dict[str, Any]]] = {
    "olga": (Role.CO_OWNER, {}),
    "carl": (Role.CO_OWNER, {}),
    "adam": (Role.ADMINISTRATOR, {}),
    "mia": (Role.MEMBER, {}),
    "mike": (Role.MEMBER, {"manage_people": True}),
    "ada": (Role.MEMBER, {"api_access": True}),
}


def person(name: str, **fields: Any) -> User:
    """A user who can sign in with PASSWORD."""
    user = User.objects.create_user(f"{name}@halden.example", PASSWORD, name=name.capitalize(), **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def organization(slug: str, owner: User) -> Organization:
    """An organization with its owner."""
    made = Organization.objects.create(name=slug.capitalize(), slug=slug, owner=owner)
    open_chain(made)
    Group.objects.create(organization=made, name="Everyone", is_everyone=True)
    Membership.objects.create(organization=made, user=owner, role=Role.CO_OWNER)
    return made


@dataclass
class Cast:
    """Everybody, by name; `actor("olga")`, `client("olga")`, `users["olga"]`."""

    home: Organization
    elsewhere: Organization
    users: dict[str, User]
    robby: Robot
    robby_values: Credentials
    reader: Robot
    reader_values: Credentials
    group: Group
    _clients: dict[str, Client] = field(default_factory=dict)

    def membership(self, name: str) -> Membership:
        """A fresh row."""
        where = self.elsewhere if name == "stan" else self.home
        return Membership.objects.select_related("user", "organization").get(
            organization=where, user=self.users[name]
        )

    def actor(self, name: str) -> Actor:
        """As on a page."""
        return person_actor(self.membership(name))

    def client(self, name: str) -> Client:
        """A browser in which they are signed in; "visitor" is nobody."""
        client = Client()
        if name != "visitor":
            client.force_login(self.users[name])
        return client


def assemble() -> Cast:
    """The whole cast in the database."""
    with action(OPERATOR):
        users = {name: person(name) for name in [*ROLES, "stan"]}
        home, elsewhere = organization("halden", users["olga"]), organization("nordic", users["stan"])
        for name, (role, ticked) in ROLES.items():
            if name != "olga":
                Membership.objects.create(organization=home, user=users[name], role=role, **ticked)
    owner = person_actor(Membership.objects.select_related("user", "organization").get(user=users["olga"]))
    group = grouping.create(owner, "Site cameras")
    robby, reader = robots.create(owner, "a" * 32, "Robby"), robots.create(owner, "b" * 32, "Reader")
    Robot.objects.filter(pk=reader.robot.pk).update(read_only=True)
    reader.robot.refresh_from_db()
    assert robby.values and reader.values
    return Cast(home, elsewhere, users, robby.robot, robby.values, reader.robot, reader.values, group)
