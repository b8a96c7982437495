"""The people of Halden Construction beyond the cast: second factors, groups, invitations, an offer, somebody sent away."""

from typing import TYPE_CHECKING

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.utils import timezone

from accounts import grouping, inviting, membership, ownership
from accounts.events import action
from accounts.models import Group, Membership, Role, User
from accounts.permissions import OPERATOR
from tests.cast import person
from tokens import allowances

if TYPE_CHECKING:
    from tests.browser.world import World

UNBROKEN = "Straßenbahnhaltestellenbeleuchtungssteuerung"


def settle(world: "World") -> None:
    """Everybody else moves in."""
    for move in (_members, _with_factors, _grouped, _invited_and_offered, _asked_for_more):
        move(world)


def _member(world: "World", who: str, name: str) -> User:
    with action(OPERATOR):
        user = person(who)
        made = Membership.objects.create(organization=world.cast.home, user=user, role=Role.MEMBER)
        made.groups.add(Group.objects.get(organization=world.cast.home, is_everyone=True))
    User.objects.filter(pk=user.pk).update(name=name)
    world.links[who] = user.public_id
    return user


def _members(world: "World") -> None:
    """One with a name without a place to break, one without a password, one deactivated; one who is nowhere."""
    _member(world, "lengthy", (UNBROKEN * 3)[:120])
    plain = _member(world, "plain", "Paula Lund")
    plain.set_unusable_password()
    plain.save(update_fields=["password"])
    dora = _member(world, "dora", "Dora Mensah")
    membership.deactivate(world.actor("olga"), dora.public_id)
    with action(OPERATOR):
        person("nobody")
    # Makes her tokens in the browser.
    kate = _member(world, "kate", "Kate Ito")
    Membership.objects.filter(user=kate).update(api_access=True)
    world.links |= {who: user.public_id for who, user in world.cast.users.items()}


def _with_factors(world: "World") -> None:
    """kim, who also operates the instance, has an app and codes; pat has a passkey."""
    kim, pat = _member(world, "kim", "Kim Aalto"), _member(world, "pat", "Pat Quinn")
    TOTP.activate(kim, generate_totp_secret())
    RecoveryCodes.activate(kim)
    User.objects.filter(pk=kim.pk).update(is_staff=True)
    credential = {"clientExtensionResults": {"credProps": {"rk": True}}}
    passkey = Authenticator.objects.create(
        user=pat,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": "Work laptop", "credential": credential},
        last_used_at=timezone.now(),
    )
    world.links |= {"passkey": str(passkey.pk), "home": world.cast.home.public_id}


def _grouped(world: "World") -> None:
    """A group with two people, and the built-in one."""
    group = world.cast.group
    people = [world.cast.users[who].public_id for who in ("mia", "ada")]
    grouping.set_people(world.actor("olga"), group.public_id, people)
    everyone = Group.objects.get(organization=world.cast.home, is_everyone=True)
    world.links |= {"cameras": group.public_id, "everyone": everyone.public_id}


def _invited_and_offered(world: "World") -> None:
    """Two open invitations, one of which did not go out; carl may become the owner."""
    olga = world.actor("olga")
    inviting.invite(olga, ["tomasz.zielinski@halden.example", f"{UNBROKEN}@halden.example"], inviting.Offer())
    failed, shown = inviting.invite(
        olga, ["gone@halden.example", "new@halden.example"], inviting.Offer(Role.ADMINISTRATOR)
    )
    if failed.mail is not None:
        failed.mail.last_error = "550 5.1.1 no such mailbox here"
        failed.mail.save(update_fields=["last_error"])
    world.links["join"] = inviting.show_link(olga, shown.public_id)[1].partition("/welcome/")[2]
    ownership.offer(olga, world.cast.users["carl"].public_id)


def _asked_for_more(world: "World") -> None:
    """ada waits for an owner's answer, carl for the operator's; adam got one and was declined another."""
    asked = {
        who: allowances.ask(world.actor(who), wanted, f"The import of the {UNBROKEN} photos, every night.")
        for who, wanted in {"ada": 120, "carl": 5000}.items()
    }
    Membership.objects.filter(organization=world.cast.home, user=world.cast.users["adam"]).update(
        api_access=True
    )
    for granted in (90, None):
        earlier = allowances.ask(world.actor("adam"), 200, "Reports")
        allowances.decide(world.actor("olga"), earlier, granted, "90 are enough for reports.")
    world.links |= {"asked": asked["ada"].public_id, "asked_much": asked["carl"].public_id}
