"""The ground's verbs, in the order of a life: set up, create an organization, welcome, rename."""

import re
import unicodedata

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import invitations
from accounts import record as chain
from accounts.events import EventType, action, record
from accounts.models import Group, Invitation, Membership, Organization, Role, User, normalize_email
from accounts.models.people import RESERVED_SLUGS
from accounts.permissions import OPERATOR, Actor, ActorKind

__all__ = [
    "LinkUsed",
    "NotPossible",
    "accept",
    "create_organization",
    "first_run_link",
    "rename",
    "set_up",
    "welcome",
]


class NotPossible(Exception):
    """What was asked can't be done now; the message is a sentence for the person who asked."""


class LinkUsed(NotPossible):
    """The one-time link was used, revoked or expired in the meantime."""


def first_run_link() -> str | None:
    """A fresh one-time link to set the instance up, or None once any organization exists; older links end."""
    if Organization.objects.exists():
        return None
    with action(OPERATOR):
        return invitations.make(Invitation.Purpose.FIRST_RUN)[1]


def slug_from(name: str) -> str:
    """A free slug that resembles `name`: ASCII letters, digits and hyphens, 2 to 40 characters."""
    ascii_name = unicodedata.normalize("NFKD", name.replace("ł", "l").replace("Ł", "L")).encode(
        "ascii", "ignore"
    )
    base = re.sub(r"[^a-z0-9]+", "-", ascii_name.decode().lower()).strip("-")
    base = re.sub(r"^[^a-z]+", "", base)[:36].strip("-")
    base = base if len(base) >= 2 else "organization"
    taken = RESERVED_SLUGS | set(
        Organization.objects.filter(slug__startswith=base).values_list("slug", flat=True)
    )
    return next(slug for slug in [base, *(f"{base}-{n}" for n in range(2, 1000))] if slug not in taken)


def _found(name: str, slug: str, owner: User, public_id: str | None = None) -> Organization:
    """The rows of a new organization; call inside an action."""
    given = {"public_id": public_id} if public_id else {}
    organization = Organization.objects.create(name=name, slug=slug, owner=owner, **given)
    chain.open_chain(organization)
    Group.objects.create(organization=organization, name="Everyone", is_everyone=True)
    Membership.objects.create(organization=organization, user=owner, role=Role.CO_OWNER)
    record(EventType.ORGANIZATION_CREATED, organization, changes={"name": name, "slug": slug})
    return organization


def new_person(email: str, name: str, password: str | None, verified: bool, language: str = "en") -> User:
    """A user and their address; call inside an action."""
    user = User.objects.create_user(email, password, name=name, language=language)
    EmailAddress.objects.create(user=user, email=user.email, verified=verified, primary=True)
    return user


def set_up(
    link: Invitation, *, organization_name: str, name: str, email: str, password: str, language: str = "en"
) -> User:
    """First run: the visitor with the link names the organization and becomes its owner. Raises LinkUsed, NotPossible.

    The address counts as verified: whoever reads the server's terminal vouches for it.
    """
    with action(OPERATOR):
        if not invitations.use(link) or Organization.objects.exists():
            raise LinkUsed(_("This link has been used."))
        try:
            with transaction.atomic():
                owner = new_person(email, name, password, verified=True, language=language)
        except IntegrityError as error:
            raise NotPossible(_("Somebody already has this address.")) from error
        with action(Actor(ActorKind.PERSON, owner.public_id, str(owner))):
            _found(organization_name, slug_from(organization_name), owner)
    return owner


def create_organization(
    name: str, slug: str, owner_email: str, public_id: str | None = None
) -> tuple[Organization, str]:
    """Operator: an organization, its owner's user unless that address exists, and the one-time welcome link.

    Raises NotPossible when slug or id is taken.
    """
    email = normalize_email(owner_email)
    with action(OPERATOR):
        owner = User.objects.filter(email=email).first() or new_person(email, "", None, verified=False)
        try:
            with transaction.atomic():
                organization = _found(name, slug, owner, public_id)
        except IntegrityError as error:
            raise NotPossible(f"the slug {slug!r} or the id {public_id!r} is taken") from error
        return organization, invitations.make(Invitation.Purpose.WELCOME, organization, email)[1]


def welcome(organization: Organization) -> str:
    """Operator: a new welcome link for the organization's owner; earlier ones end."""
    with action(OPERATOR):
        return invitations.make(Invitation.Purpose.WELCOME, organization, organization.owner.email)[1]


def settle(link: Invitation, user: User | None, name: str, password: str, language: str) -> User:
    """Whoever uses a mailed link: made if new, given the password if they had none; the link proves the address.

    Call inside the action that used the link up.
    """
    if user is None:
        return new_person(link.address, name, password, verified=True, language=language)
    if password and not user.has_usable_password():
        user.name, user.language = name or user.name, language
        user.set_password(password)
        user.save(update_fields=["name", "language", "password"])
    EmailAddress.objects.filter(user=user, email=user.email).update(verified=True)
    return user


def accept(
    link: Invitation, user: User | None, *, name: str = "", password: str = "", language: str = "en"
) -> User:
    """Use a welcome link: sets the password and verifies the address, or just lets an existing person in.

    `user` is whoever has the address already (None: nobody yet). Raises LinkUsed.
    """
    with action(OPERATOR):
        if not invitations.use(link):
            raise LinkUsed(_("This link has been used."))
        user = settle(link, user, name, password, language)
        if link.organization:
            acting = Actor(ActorKind.PERSON, user.public_id, str(user))
            with action(acting):
                record(
                    EventType.INVITATION_ACCEPTED,
                    link,
                    organization=link.organization,
                    changes={"purpose": link.purpose},
                )
    return user


def rename(actor: Actor, organization: Organization, name: str, was: str = "") -> None:
    """Give the organization another name; the slug stays, addresses depend on it.

    Raises NotPossible when it is not called `was` any more (a page older than somebody else's change).
    """
    with action(actor):
        locked = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
        if locked.name == name:
            return
        if was and locked.name != was:
            said = _(
                "Somebody called it %(name)s while your page was open. Press Update again to change that."
            )
            raise NotPossible(said % {"name": locked.name})
        record(EventType.ORGANIZATION_UPDATED, locked, changes={"name": [locked.name, name]})
        Organization.objects.filter(pk=locked.pk).update(name=name)


def choose_language(user: User, language: str) -> None:
    """The language of this person's pages and mails; nobody's business but theirs, so not recorded."""
    User.objects.filter(pk=user.pk).update(language=language)
