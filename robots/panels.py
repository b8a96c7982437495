"""What robots add to the ground floor's pages; each answers in one query."""

from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Group, Membership
from accounts.permissions import Actor, Power
from accounts.templatetags.look import when
from robots.models import Reveal, Robot, Secret, Share


def waiting_shares(actor: Actor) -> Any:
    """The person's shares whose present secrets they have not seen and still can."""
    current = Secret.objects.current().filter(robot=OuterRef("robot"), client_secret_sealed__isnull=False)
    seen = Reveal.objects.filter(
        user=OuterRef("membership__user"),
        secret__robot=OuterRef("robot"),
        secret__in=Secret.objects.current(),
    )
    return Share.objects.visible_to(actor).filter(Exists(current), ~Exists(seen))


def waiting(actor: Actor) -> int:
    """For the count beside "Shared with you"."""
    return waiting_shares(actor).count()


def cards(actor: Actor) -> list[dict[str, Any]]:
    """How many robots there are, for those who manage them."""
    if not actor.can(Power.MANAGE_ROBOTS):
        return []
    count = Robot.objects.visible_to(actor).count()
    return [{"label": _("Robots"), "value": count, "url": reverse("robots:list", args=[actor.home.slug])}]


def attention(actor: Actor) -> list[dict[str, Any]]:
    """Secrets waiting for this person, and share mails that did not go out."""
    slug = actor.home.slug
    rows = []
    if count := waiting(actor):
        rows.append(
            {
                "icon": "eye",
                "tone": "run",
                "text": ngettext("%d robot waits to be revealed.", "%d robots wait to be revealed.", count)
                % count,
                "url": reverse("shared:list", args=[slug]),
                "action": _("Shared with you"),
            }
        )
    if actor.can(Power.MANAGE_ROBOTS):
        rows += [_unsent(held, slug) for held in unsent(actor)]
    return rows


def unsent(actor: Actor) -> Any:
    """Shares whose mail has failed so far, at most five."""
    failing = Share.objects.filter(robot__organization=actor.organization, robot__retired_at=None)
    failing = failing.exclude(mail=None).exclude(mail__state="sent").exclude(mail__last_error="")
    return failing.select_related("robot", "membership__user")[:5]


def _unsent(held: Share, slug: str) -> dict[str, Any]:
    names = {"person": held.membership.user, "robot": held.robot.name}
    return {
        "icon": "mail-off",
        "tone": "bad",
        "text": _("The mail to %(person)s about %(robot)s has not gone out.") % names,
        "url": reverse("robots:robot", args=[slug, held.robot.public_id]),
        "action": _("Open"),
    }


def consequences(actor: Actor, thing: Any) -> list[dict[str, Any]]:
    """What stops when a robot is cut, from evidence: each living generation's last use, and the holders."""
    if not isinstance(thing, Robot):
        return []
    rows = [_last_use(thing, secret) for secret in thing.secrets.alive(timezone.now()).order_by("-number")]
    if count := Share.objects.filter(robot=thing).count():
        text = ngettext("the share with %d person", "the shares with %d people", count) % count
        rows.append({"icon": "users", "text": text})
    return rows


def _last_use(robot: Robot, secret: Secret) -> dict[str, Any]:
    if secret.last_used_at is None:
        told = _("every program that holds the secrets %(hint)s; none has used them so far")
        return {"icon": "history", "text": told % {"hint": secret.client_secret_hint}}
    names = {
        "client": secret.last_used_client.partition(" ")[0][:60] or _("a program"),
        "address": secret.last_used_from or "?",
        "time": when(secret.last_used_at, "inside"),
    }
    # The words may be anybody's: escaped here, because `when` gives markup.
    return {"icon": "history", "text": format_html(_("{client} on {address}, last seen {time}"), **names)}


def leaving_lines(actor: Actor, membership: Membership) -> list[dict[str, Any]]:
    """What stops and stays when somebody goes: shares, present secrets they have seen, robots they keep."""
    rows = []
    if names := _names(Robot.objects.filter(shares__membership=membership, retired_at=None)):
        rows.append(
            {"icon": "key-off", "text": _("Hidden from them: the secrets of %(robots)s.") % {"robots": names}}
        )
    living = Secret.objects.alive(timezone.now()).filter(robot__organization=membership.organization)
    if names := _names(
        Robot.objects.filter(secrets__in=living.filter(reveals__user=membership.user), retired_at=None)
    ):
        told = _(
            "They have seen the present secrets of %(robots)s: those go on working until you renew them."
        )
        rows.append({"icon": "eye", "text": told % {"robots": names}})
    keeps = Robot.objects.filter(
        organization=membership.organization, keeper=membership.user, retired_at=None
    )
    if names := _names(keeps):
        rows.append(
            {
                "icon": "robot",
                "text": _("They look after %(robots)s: choose another keeper.") % {"robots": names},
            }
        )
    return rows


def _names(robots: Any) -> str:
    """At most ten names, and how many more."""
    listed = list(robots.distinct().order_by("name").values_list("name", flat=True)[:11])
    more = ", …" if len(listed) > 10 else ""
    return ", ".join(listed[:10]) + more


def membership_ended(actor: Actor, membership: Membership) -> None:
    """Shares go with the membership, keepers become names; what they have seen stays noted."""
    Share.objects.filter(membership=membership).delete()
    Robot.objects.filter(organization=membership.organization, keeper=membership.user).update(keeper=None)


def group_members(actor: Actor, group: Group) -> list[dict[str, Any]]:
    """The robots in a group."""
    rows = Robot.objects.filter(groups=group, retired_at=None).select_related("organization").order_by("name")
    link = actor.can(Power.MANAGE_ROBOTS)
    return [
        {
            "id": row.public_id,
            "name": row.name,
            "url": row.get_absolute_url() if link else None,
            "kind": _("Robot"),
        }
        for row in rows
    ]
