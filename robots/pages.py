"""What the robot pages show, gathered in a constant number of queries."""

from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone

from accounts import hooks
from accounts.permissions import Actor
from accounts.templatetags.look import initials
from robots import actions
from robots.forms import CheckForm, RenewForm, RobotForm, ScopesForm, ShareForm, SureForm
from robots.models import Reveal, Robot, Secret, Share
from robots.models.share import seen_by

PER_PAGE = 50


def addresses(robot: Robot) -> dict[str, str]:
    """Where a program sends its credentials, and a line that tries them; the secret is a shell variable."""
    base = settings.GATEHOUSE_URL
    curl = (
        f'curl -u "{robot.client_id}:$GATEHOUSE_CLIENT_SECRET" \\\n'
        f"     -d grant_type=client_credentials \\\n     {base}/oauth2/token"
    )
    return {"base_url": base, "token_url": f"{base}/oauth2/token", "curl": curl}


def listed(actor: Actor) -> QuerySet[Robot]:
    """The list's rows: each robot with `.share_count`, `.secret_made_at` and `.overlap_until`."""
    made = Secret.objects.current().filter(robot=OuterRef("pk")).values("made_at")[:1]
    running = Secret.objects.filter(robot=OuterRef("pk"), ended_at=None, dies_at__gt=timezone.now())
    dying = running.order_by("-dies_at").values("dies_at")[:1]
    return (
        Robot.objects.visible_to(actor)
        .select_related("organization")
        .annotate(share_count=Count("shares"), secret_made_at=Subquery(made), overlap_until=Subquery(dying))
        .order_by("name", "pk")
    )


def search(rows: QuerySet[Robot], query: str, access: str) -> QuerySet[Robot]:
    """Narrowed by name, description, Client ID or a hint's characters, and by access."""
    if query:
        hints = Secret.objects.current().filter(client_secret_hint__icontains=query).values("robot")
        words = Q(name__icontains=query) | Q(description__icontains=query)
        rows = rows.filter(words | Q(application__client_id__icontains=query) | Q(pk__in=hints))
    return rows.filter(read_only=access == "read") if access in ("read", "write") else rows


def list_page(actor: Actor, asked: Any) -> dict[str, Any]:
    """The context of `robots/list.html`."""
    query, access = asked.get("q", "").strip()[:100], asked.get("access", "")
    rows = search(listed(actor), query, access)
    return {
        "page": Paginator(rows, PER_PAGE).get_page(asked.get("page")),
        "total": Robot.objects.visible_to(actor).count(),
        "query": query,
        "access": access if access in ("read", "write") else "",
    }


def _credential_rows(robot: Robot, secret: Secret | None) -> list[dict[str, Any]]:
    rows = [
        {"label": "Client ID", "value": robot.client_id, "is_hint": False, "last_used_at": robot.last_used_at}
    ]
    if secret:
        hints = [("Client Secret", secret.client_secret_hint, secret.last_used_at)]
        if robot.oauth1:
            hints += [
                ("OAuth1 Token", secret.oauth1_token_hint, secret.oauth1_used_at),
                ("OAuth1 Token Secret", secret.oauth1_token_secret_hint, secret.oauth1_used_at),
            ]
        rows += [
            {"label": label, "value": value, "is_hint": True, "last_used_at": at}
            for label, value, at in hints
        ]
    return rows


def hints(secret: Secret | None) -> list[dict[str, str]]:
    """Redacted values for a holder."""
    return (
        [{"label": row["label"], "value": row["value"]} for row in _credential_rows(secret.robot, secret)]
        if secret
        else []
    )


def _share_rows(robot: Robot, seen: dict[int, Reveal]) -> list[dict[str, Any]]:
    held = Share.objects.filter(robot=robot).select_related(
        "membership__user", "membership__organization", "mail"
    )
    return [
        _share_row(robot, share, seen.get(share.membership.user_id)) for share in held.order_by("shared_at")
    ]


def _share_row(robot: Robot, share: Share, seen: Reveal | None) -> dict[str, Any]:
    person, mail = share.membership.user, share.mail
    args = [robot.organization.slug, robot.public_id, person.public_id]
    state = "revealed" if seen else "opened" if share.opened_at else "invited"
    told = {
        "id": person.public_id,
        "name": str(person),
        "initials": initials(str(person)),
        "role_label": share.membership.role_label,
        "state": state,
        "invited_at": share.shared_at,
        "opened_at": share.opened_at,
        "revealed_at": seen.at if seen else None,
        "sign_in_link": settings.GATEHOUSE_URL + reverse("shared:robot", args=args[:2]),
        "send_again_url": reverse("robots:send_again", args=args),
        "unshare_url": reverse("robots:unshare", args=args),
        "mail_state": "sent",
        "mail_error": "",
        "mail_at": None,
    }
    if mail is not None and mail.state != "sent":
        told |= {
            "mail_state": "failed" if mail.last_error else "waiting",
            "mail_error": mail.last_error,
            # Once a mail has failed for good, `due_at` is when it did; before, it is when the next attempt is due.
            "mail_at": mail.due_at if mail.state == "failed" else None,
        }
    elif mail is not None:
        told["mail_at"] = mail.sent_at
    return told


def _overlap(robot: Robot, secrets: list[Secret]) -> dict[str, Any] | None:
    """The generation that is on its way out, while it still works."""
    old = next((secret for secret in secrets if secret.dies_at), None)
    if old is None:
        return None
    here = [robot.organization.slug, robot.public_id]
    return {
        "secret": old,
        "hint": old.client_secret_hint,
        "finish_url": reverse("robots:finish", args=here),
        "extend_url": reverse("robots:extend", args=here),
    }


def _verb_addresses(robot: Robot) -> dict[str, str]:
    verbs = "share update renew delete check scopes switch_on switch_off oauth1_off close_sharing".split()
    here = [robot.organization.slug, robot.public_id]
    return {f"{verb}_url": reverse(f"robots:{verb}", args=here) for verb in verbs}


def robot_page(actor: Actor, robot: Robot, **forms: Any) -> dict[str, Any]:
    """The context of `robots/robot.html`; forms that came back with problems replace the fresh ones."""
    living = list(robot.secrets.alive(timezone.now()).order_by("-number"))
    secret = next((one for one in living if one.dies_at is None), None)
    seen = {row.user_id: row for row in seen_by(secret)} if secret else {}
    stops = hooks.consequences.rows(actor, robot)
    shares = _share_rows(robot, seen)
    fresh: dict[str, Any] = {
        "form": RobotForm(robot),
        "share_form": ShareForm(actions.offered(actor, robot)),
        "renew_form": RenewForm(robot, secret.number if secret else 0),
        "scopes_form": ScopesForm(robot),
        "check_form": CheckForm(),
        "sure_form": SureForm(),
    }
    told = {
        "robot": robot,
        "credentials": _credential_rows(robot, secret),
        "secret": secret,
        "overlap": _overlap(robot, living),
        "shares": shares,
        "can_share": bool(secret and secret.can_be_revealed),
        # Whoever made them saw them, too, but is no holder.
        "seen_by": [
            str(row.user) for row in seen.values() if secret and row.user.public_id != secret.made_by_key
        ],
        "stops": stops,
        "delete_stops": stops,
    }
    return addresses(robot) | _verb_addresses(robot) | told | fresh | forms


def shared_rows(actor: Actor) -> list[dict[str, Any]]:
    """What is shared with this person, newest first."""
    seen = Reveal.objects.filter(
        user=OuterRef("membership__user"),
        secret__robot=OuterRef("robot"),
        secret__in=Secret.objects.current(),
    )
    held = (
        Share.objects.visible_to(actor)
        .select_related("robot__organization")
        .annotate(revealed_at=Subquery(seen.values("at")[:1]))
        .order_by("-shared_at")
    )
    return [
        {
            "robot_name": share.robot.name,
            "organization": share.robot.organization,
            "url": reverse("shared:robot", args=[share.robot.organization.slug, share.robot.public_id]),
            "revealed_at": share.revealed_at,
            "waiting": share.revealed_at is None,
            "shared_by": share.shared_by_name,
            "shared_at": share.shared_at,
        }
        for share in held
    ]
