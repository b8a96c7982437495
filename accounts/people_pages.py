"""What the pages about people show, in a constant number of queries."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import F, Max, Q, QuerySet
from django.urls import reverse

from accounts import hooks, ranks
from accounts.inviting import pending
from accounts.models import Membership, Role
from accounts.ownership import open_offer
from accounts.people_forms import PersonForm
from accounts.permissions import Actor, Power

PER_PAGE = 50


def _narrowed(rows: QuerySet[Membership], asked: dict[str, str], owner_id: int) -> QuerySet[Membership]:
    if asked["q"]:
        rows = rows.filter(Q(user__name__icontains=asked["q"]) | Q(user__email__icontains=asked["q"]))
    if asked["role"] == "owner":
        rows = rows.filter(user_id=owner_id)
    elif asked["role"] in Role.values:
        rows = rows.filter(role=asked["role"]).exclude(user_id=owner_id)
    return rows


def people_page(actor: Actor, given: Any) -> dict[str, Any]:
    """The context of `accounts/people.html`."""
    asked = {"q": given.get("q", "").strip()[:100], "role": given.get("role", "")}
    rows = Membership.objects.filter(organization=actor.home, retired_at=None)
    total = rows.count()
    rows = rows.select_related("user", "organization").annotate(
        last_seen_at=Max("user__sessions__last_seen_at")
    )
    shown = _narrowed(rows, asked, actor.home.owner_id).order_by(
        F("deactivated_at").asc(nulls_first=True), "user__name", "pk"
    )
    manages = actor.can(Power.MANAGE_PEOPLE)
    return asked | {
        "page": Paginator(shown, PER_PAGE).get_page(given.get("page")),
        "total": total,
        "roles": [
            ("owner", Membership(organization=actor.home, user_id=actor.home.owner_id).role_label),
            *reversed(Role.choices),
        ],
        "manages": manages,
        "invitations": pending(actor) if manages else [],
        "invite_url": reverse("accounts:invite", args=[actor.home.slug]),
    }


def person_page(actor: Actor, target: Membership, form: PersonForm | None = None) -> dict[str, Any]:
    """The context of `accounts/person.html`."""
    args = [actor.home.slug, target.user.public_id]
    manages = ranks.may_manage(actor, target)
    offers = actor.can(Power.TRANSFER_OWNERSHIP) and not target.is_owner and not target.deactivated_at
    return {
        "person": target,
        "form": form or PersonForm(actor, target),
        "is_self": ranks.is_self(actor, target),
        "manages": manages,
        "owns": target.is_owner or target.role == Role.CO_OWNER,
        "last_seen_at": target.user.sessions.aggregate(at=Max("last_seen_at"))["at"],
        "panels": hooks.person_panels.rows(actor, target),
        "update_url": reverse("accounts:person_update", args=args),
        "deactivate_url": reverse("accounts:deactivate", args=args) if manages else None,
        "reactivate_url": reverse("accounts:reactivate", args=args) if manages else None,
        "remove_url": reverse("accounts:remove", args=args) if manages else None,
        "offer_url": reverse("accounts:offer", args=args)
        if offers and target.role in (Role.CO_OWNER, Role.ADMINISTRATOR)
        else None,
        "open_offer": open_offer(actor.home) if offers else None,
    }
