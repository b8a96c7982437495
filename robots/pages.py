"""What the robot pages show, gathered in a constant number of queries."""

from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from accounts.permissions import Actor
from accounts.templatetags.look import initials
from robots import actions
from robots.forms import RobotForm, ShareForm
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
    """The list's rows: each robot with `.share_count` and `.secret_made_at`."""
    made = Secret.objects.current().filter(robot=OuterRef("pk")).values("made_at")[:1]
    return (
        Robot.objects.visible_to(actor)
        .select_related("organization")
        .annotate(share_count=Count("shares"), secret_made_at=Subquery(made))
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
    rows = [{"label": "Client ID", "value": robot.client_id, "is_hint": False, "last_used_at": robot.last_used_at}]
    if secret:
        hints = [
            ("Client Secret", secret.client_secret_hint),
            ("OAuth1 Token", secret.oauth1_token_hint),
            ("OAuth1 Token Secret", secret.oauth1_token_secret_hint),
        ]
        rows += [
            {"label": label, "value": value, "is_hint": True, "last_used_at": secret.last_used_at}
            for label, value in hints
        ]
    return rows


def hints(secret: Secret | None) -> list[dict[str, str]]:
    """Redacted values for a holder."""
    return [{"label": row["label"], "value": row["value"]} for row in _credential_rows(secret.robot, secret)] if secret else []


def _share_rows(robot: Robot, seen: dict[int, Reveal]) -> list[dict[str, Any]]:
    held = Share.objects.filter(robot=robot).select_related("membership__user", "membership__organization", "mail")
    return [_share_row(robot, share, seen.get(share.membership.user_id)) for share in held.order_by("shared_at")]


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
            "mail_at": mail.due_at if mail.state == "waiting" else mail.created_at,
        }
    elif mail is not None:
        told["mail_at"] = mail.sent_at
    return told


def robot_page(
    actor: Actor, robot: Robot, form: RobotForm | None = None, share_form: ShareForm | None = None
) -> dict[str, Any]:
    """The context of `robots/robot.html`."""
    secret = robot.secrets.current().first()
    seen = {row.user_id: row for row in seen_by(secret)} if secret else {}
    here = [robot.organization.slug, robot.public_id]
    return addresses(robot) | {
        "robot": robot,
        "form": form or RobotForm.of(robot),
        "credentials": _credential_rows(robot, secret),
        "secret": secret,
        "shares": _share_rows(robot, seen),
        "share_form": share_form or ShareForm(actions.offered(actor, robot)),
        "can_share": bool(secret and secret.can_be_revealed),
        "seen_by": [str(row.user) for row in seen.values()],
        "share_url": reverse("robots:share", args=here),
        "update_url": reverse("robots:update", args=here),
        "renew_url": None,
        "delete_url": None,
    }


def shared_rows(actor: Actor) -> list[dict[str, Any]]:
    """What is shared with this person, newest first."""
    seen = Reveal.objects.filter(
        user=OuterRef("membership__user"), secret__robot=OuterRef("robot"), secret__in=Secret.objects.current()
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
