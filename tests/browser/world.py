"""Halden Construction on one day: robots in every state that a page knows, and the people who look at them."""

import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.utils import timezone

from accounts import invitations, mail
from accounts.actions import create_organization
from accounts.events import action
from accounts.models import Invitation, Membership, Organization, OutgoingMail, User
from accounts.permissions import OPERATOR, Actor, person_actor
from robots import actions, renewal, switches
from robots.models import Robot, Secret, Share
from tests.browser.world_of_connect import ask_around
from tests.browser.world_of_people import UNBROKEN, settle
from tests.browser.world_of_tokens import make_tokens
from tests.browser.world_of_webhooks import listen
from tests.browser.world_of_work import settle as begin_work
from tests.cast import Cast, assemble, organization

NAMES = {
    "olga": "Olga Lindqvist",
    "carl": "Carl Brandt",
    "adam": "Adam Nowak",
    "mia": "Mia Sørensen",
    "mike": "Mike Okonkwo",
    "ada": "Ada Zielińska",
    "stan": "Stan Ek",
}
MANY = 52


@dataclass
class World:
    """The cast, the robots by what is special about them, and links that pages are reached by."""

    cast: Cast
    robots: dict[str, Robot] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)

    def actor(self, who: str, home: Organization | None = None) -> Actor:
        """As on a page of that organization."""
        rows = Membership.objects.select_related("user", "organization").filter(user__email=address(who))
        return person_actor(rows.get(organization=home or self.cast.home))

    def speaks(self, language: str) -> None:
        """Everybody reads in this language from now on."""
        User.objects.update(language=language)

    def filled(self, path: str) -> str:
        """The address with the ids of robots and the rest of the links."""
        return path.format(**self.links, **{name: robot.public_id for name, robot in self.robots.items()})

    def renew(self, name: str) -> None:
        """A new generation, so that the holders may look again."""
        renewal.renew(self.actor("olga"), self.robots[name].public_id)

    def renew_codes(self, who: str) -> None:
        """Recovery codes that they have not seen yet."""
        user = User.objects.get(email=address(who))
        Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
        RecoveryCodes.activate(user)

    def reveal(self, who: str, name: str) -> None:
        """Somebody looks."""
        actions.reveal(self.actor(who), self.robots[name].public_id)


def address(who: str) -> str:
    """Where somebody gets mail."""
    return f"{who}@halden.example"


def build() -> World:
    """The whole of it in the database."""
    world = World(assemble())
    for who, name in NAMES.items():
        User.objects.filter(email=address(who)).update(name=name)
    Organization.objects.filter(pk=world.cast.home.pk).update(name="Halden Construction")
    Organization.objects.filter(pk=world.cast.elsewhere.pk).update(name=(UNBROKEN * 3)[:120])
    Robot.objects.update(created_by_name=NAMES["olga"])
    Secret.objects.update(made_by_name=NAMES["olga"], made_at=timezone.now() - timedelta(days=41))
    for make in (
        settle,
        begin_work,
        _robots,
        _importer,
        _in_other_states,
        _as_long_as_allowed,
        _elsewhere,
        ask_around,
        _links,
        make_tokens,
        listen,
    ):
        make(world)
    return world


def _robot(world: World, key: str, name: str, told: str = "", **fields: Any) -> Robot:
    """A robot of olga's, with fields that no verb sets."""
    made = actions.create(world.actor("olga"), uuid.uuid4().hex, name).robot
    Robot.objects.filter(pk=made.pk).update(description=told, **fields)
    world.robots[key] = made
    return made


def _used(robot: Robot, minutes: int, where: str, client: str) -> None:
    at = timezone.now() - timedelta(minutes=minutes)
    told = {"last_used_at": at, "last_used_from": where, "last_used_client": client}
    Robot.objects.filter(pk=robot.pk).update(**told)
    robot.secrets.filter(ended_at=None).update(**told)


def _robots(world: World) -> None:
    """What the list and the ordinary pages show."""
    world.robots |= {"importer": world.cast.robby, "reader": world.cast.reader}
    Robot.objects.filter(pk=world.cast.robby.pk).update(
        name="Site photo importer",
        description="Uploads photos from the site cameras to the board “Progress” of each workspace.",
        keeper=world.cast.users["ada"],
        keeper_name=NAMES["ada"],
        networks=["203.0.113.0/24", "2001:db8::/32"],
        scopes=["groups:read", "webhooks:read"],
        created_at=timezone.now() - timedelta(days=620),
    )
    Robot.objects.filter(pk=world.cast.reader.pk).update(
        name="Power BI reader", description="Nightly figures for the board"
    )
    _used(world.cast.robby, 8, "203.0.113.91", "site-uploader/2.8 (linux)")
    _used(world.cast.reader, 30 * 60, "198.51.100.7", "PowerBI/2.121")


def _importer(world: World) -> None:
    """Shared with four people: revealed, opened, invited, and one whose mail did not go out."""
    olga, robby = world.actor("olga"), world.cast.robby.public_id
    for who in ("mia", "adam", "ada", "mike"):
        actions.share(olga, robby, world.cast.users[who].public_id)
    mails = OutgoingMail.objects.exclude(recipient=address("mike"))
    mails.update(state="sent", sent_at=timezone.now(), sealed_message=None)
    OutgoingMail.objects.filter(recipient=address("mike")).update(
        state="failed", last_error="550 5.1.1 mike@halden.example: no such mailbox here"
    )
    world.reveal("mia", "importer")
    actions.note_opened(Share.objects.get(robot=world.cast.robby, membership__user__email=address("adam")))


def _in_other_states(world: World) -> None:
    """Overlap running, switched off, sharing closed, never had secrets, holders that wait."""
    olga = world.actor("olga")
    overlap = _robot(world, "overlap", "ERP sync", "Orders and invoices from SAP")
    _used(overlap, 4, "203.0.113.24", "erp-sync/1.1")
    actions.share(olga, overlap.public_id, world.cast.users["mia"].public_id)
    renewal.renew(olga, overlap.public_id, timedelta(hours=24))
    off = _robot(world, "off", "Old inspection export", "Replaced by Power BI reader")
    switches.switch(olga, off.public_id, on=False)
    closed = _robot(world, "closed", "Timesheet bridge", "Hours to payroll on Fridays")
    actions.share(olga, closed.public_id, world.cast.users["mia"].public_id)
    renewal.close_sharing(olga, closed.public_id)
    for key in ("lookable", "spare"):
        made = _robot(world, key, f"Delivery notes {len(world.robots)}", "Scans to the board “Deliveries”")
        actions.share(olga, made.public_id, world.cast.users["ada"].public_id)
    with action(olga):
        world.robots["bare"] = actions.new_robot(olga, world.cast.home, name="Made by a program")


def _as_long_as_allowed(world: World) -> None:
    """Names without a place to break: nothing on a page may be pushed out by them."""
    told = f"{UNBROKEN * 4} https://camera.halden.example/{'a1b2c3' * 20}"
    robot = _robot(world, "long", (UNBROKEN * 3)[:120], told, networks=["2001:db8:aaaa:bbbb::/64"] * 6)
    _used(robot, 3, "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff", "Mozilla/5.0" + "x" * 150)
    actions.share(world.actor("olga"), robot.public_id, world.links["lengthy"])
    renewal.renew(world.actor("olga"), robot.public_id, timedelta(days=7))


def _elsewhere(world: World) -> None:
    """A second organization of carl's, with two pages of robots."""
    with action(OPERATOR):
        fjord = organization("fjord", world.cast.users["carl"])
    carl = world.actor("carl", fjord)
    with action(carl):
        for number in range(MANY):
            actions.new_robot(carl, fjord, name=f"Sensor {number:02}", read_only=True)


def _links(world: World) -> None:
    """One-time links of each kind, and a mail in the outbox."""
    with action(OPERATOR):
        _row, first_run = invitations.make(Invitation.Purpose.FIRST_RUN)
        _row, known = invitations.make(Invitation.Purpose.WELCOME, world.cast.home, address("mia"))
    _made, welcome = create_organization("Malmö Byrå", "malmo", "new.owner@halden.example")
    for key, link in (("first_run", first_run), ("known", known), ("welcome", welcome)):
        world.links[key] = link.partition("/welcome/")[2]
    message = mail.open_message(OutgoingMail.objects.filter(recipient=address("mia"), state="waiting")[0])
    mail.FileBackend().send_messages([message])
    world.links["mail"] = next(mail.settings.MAIL_FOLDER.glob("*.eml")).name
