"""Connect in every state that its pages know: an organization each, all of them conny's, and Halden's own request."""

from typing import TYPE_CHECKING

from accounts import connect, connect_deciding
from accounts.events import action
from accounts.models import ConnectRequest, Organization, User
from accounts.permissions import OPERATOR, Actor, ActorKind
from tests.browser.world_of_people import UNBROKEN
from tests.cast import organization, person

if TYPE_CHECKING:
    from tests.browser.world import World

NAMES = {
    "moss": "Moss Elektro",
    "bergen": "Bergen Bru",
    "voss": "Voss Varme",
    "tromso": "Tromsø Tak",
    "odda": "Odda Anlegg",
}
WISH = {
    "platforms": "Power BI\nSAP S/4HANA\nMicrosoft Teams",
    "purpose": "Every night the finished tasks of each site go to Power BI for the board.\n"
    "Invoices that SAP approves should tick the task “Paid”, and Teams should hear about both.",
    "contact_name": "Olga Lindqvist",
    "contact_email": "olga@halden.example",
    "contact_phone": "+47 22 00 00 00",
}
KIM = Actor(ActorKind.OPERATOR, "", "Kim Aalto")


def ask_around(world: "World") -> None:
    """Halden was declined, withdrew, and now owes an answer; the others are conny's, one in each state."""
    with action(OPERATOR):
        conny = person("conny")
        homes = {slug: organization(slug, conny) for slug in NAMES}
    User.objects.filter(pk=conny.pk).update(name="Conny Dahl")
    for slug, home in homes.items():
        Organization.objects.filter(pk=home.pk).update(name=NAMES[slug])
    _halden(world)
    _decided(world, homes)
    world.links |= {slug: home.public_id for slug, home in homes.items()}


def _asked(world: "World", home: Organization, who: str = "conny", **other: str) -> ConnectRequest:
    made = connect.ask(world.actor(who, home), **WISH | other)
    world.links[f"connect_{home.slug}"] = made.public_id
    return made


def _halden(world: "World") -> None:
    home = world.cast.home
    first = _asked(world, home, "olga", platforms="Power BI")
    connect_deciding.decline(
        KIM,
        home.public_id,
        first.public_id,
        1,
        "Power BI needs a licence of yours. Ask again once you have it.",
    )
    connect.withdraw(world.actor("carl"), _asked(world, home, "carl", platforms="Tableau").public_id)
    third = _asked(world, home, "olga")
    connect_deciding.take(KIM, home.public_id, third.public_id)
    connect_deciding.question(
        KIM,
        home.public_id,
        third.public_id,
        1,
        "How many tasks a night, roughly?\nAnd which SAP module approves?",
    )


def _decided(world: "World", homes: dict[str, Organization]) -> None:
    for slug in ("moss", "bergen", "voss"):
        _asked(world, homes[slug])
    long = (UNBROKEN * 3)[:120]
    odda = _asked(world, homes["odda"], platforms=f"{long}\n{long}", purpose=UNBROKEN * 8, contact_name=long)
    connect_deciding.take(KIM, homes["odda"].public_id, odda.public_id)
    setup = "A gateway that copies finished tasks to your Power BI workspace every night at 02:00."
    by = "Kim Aalto, until 12 December"
    connect_deciding.grant(KIM, homes["moss"].public_id, world.links["connect_moss"], 1, setup, by)
    reason = "SAP S/4HANA has no connection yet. We expect one in spring."
    connect_deciding.decline(KIM, homes["voss"].public_id, world.links["connect_voss"], 1, reason)
