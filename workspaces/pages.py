"""What the pages of the work show, in a constant number of queries."""

from collections import defaultdict
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Count, F, Q, Window
from django.db.models.functions import RowNumber
from django.http import Http404
from django.urls import reverse

from accounts.models import Membership
from accounts.permissions import ROLE_POWERS, Actor, Power
from workspaces.models import Attachment, Board, Column, Task, Workspace

PER_PAGE = 50
# Tasks of a column on the page of its workspace; the rest is counted.
SHOWN = 50
# Files of one form.
MOST_FILES = 10


def find(actor: Actor, public_id: str) -> Workspace:
    """A workspace of the actor's. Raises Http404."""
    found = Workspace.objects.visible_to(actor).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    found.organization = actor.home
    return found


def find_task(actor: Actor, workspace: str, number: int) -> Task:
    """A task by its running number. Raises Http404."""
    rows = Task.objects.visible_to(actor).select_related("workspace", "column", "assignee__user", "board")
    found = rows.filter(workspace__public_id=workspace, number=number).first()
    if found is None:
        raise Http404
    return found


def list_page(actor: Actor, given: Any) -> dict[str, Any]:
    """The context of `workspaces/list.html`."""
    query, archived = given.get("q", "").strip()[:100], "archived" in given
    rows = Workspace.objects.visible_to(actor)
    open_tasks = Q(tasks__retired_at=None, tasks__done_at=None, tasks__board__retired_at=None)
    shown = rows.filter(archived_at__isnull=not archived).annotate(
        open_count=Count("tasks", filter=open_tasks)
    )
    if query:
        shown = shown.filter(Q(name__icontains=query) | Q(description__icontains=query))
    return {
        "page": Paginator(shown.order_by("name", "pk"), PER_PAGE).get_page(given.get("page")),
        "query": query,
        "archived": archived,
        "archived_count": rows.exclude(archived_at=None).count(),
        "any": rows.exists(),
        "may_manage": actor.can(Power.MANAGE_WORKSPACES),
    }


def workspace_page(actor: Actor, workspace: Workspace) -> dict[str, Any]:
    """The context of `workspaces/workspace.html`: every board with its columns, the first tasks of each."""
    boards = list(Board.objects.filter(workspace=workspace, retired_at=None).order_by("pk"))
    columns = Column.objects.filter(board__in=boards, retired_at=None).order_by("position", "pk")
    current = Task.objects.filter(workspace=workspace, retired_at=None, board__retired_at=None)
    counts = dict(current.values_list("column").annotate(count=Count("pk")).order_by())
    place = Window(RowNumber(), partition_by=F("column"), order_by=["position", "pk"])
    first = current.annotate(place=place).filter(place__lte=SHOWN).select_related("assignee__user")
    tasks: dict[int, list[Task]] = defaultdict(list)
    attached = Attachment.objects.current().filter(task__in=first.values("pk"))
    per_task = dict(attached.values_list("task").annotate(count=Count("pk")).order_by())
    for task in first.order_by("column", "position", "pk"):
        task.attached = per_task.get(task.pk, 0)  # type: ignore[attr-defined]
        tasks[task.column_id].append(task)
    drawn: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for column in columns:
        count = counts.get(column.pk, 0)
        drawn[column.board_id].append(
            {"column": column, "tasks": tasks[column.pk], "count": count, "more": max(count - SHOWN, 0)}
        )
    return {
        "workspace": workspace,
        "boards": [{"board": board, "columns": drawn[board.pk]} for board in boards],
        "may_write": actor.can(Power.WRITE_WORK) and workspace.archived_at is None,
        "may_manage": actor.can(Power.MANAGE_WORKSPACES),
        "record_url": _record_url(actor, "workspace", workspace.public_id),
    }


def settings_page(actor: Actor, workspace: Workspace) -> dict[str, Any]:
    """The context of `workspaces/settings.html`."""
    inside = workspace.members.select_related("user", "organization").order_by("user__name", "pk")
    return {
        "workspace": workspace,
        "members": inside,
        "task_count": workspace.last_number,
    }


def addable(workspace: Workspace) -> list[Membership]:
    """Members who don't belong yet; whoever sees all workspaces need not be added."""
    sees_all = [role for role, powers in ROLE_POWERS.items() if Power.ALL_WORKSPACES in powers]
    rows = (
        Membership.objects.current().filter(organization=workspace.organization_id).exclude(role__in=sees_all)
    )
    outside = rows.exclude(pk__in=workspace.members.values("pk"))
    return list(outside.select_related("user", "organization").order_by("user__name", "pk"))


def workers(workspace: Workspace) -> list[Membership]:
    """To whom a task can be given: those who belong, and those who see all workspaces."""
    sees_all = [role for role, powers in ROLE_POWERS.items() if Power.ALL_WORKSPACES in powers]
    rows = Membership.objects.current().filter(organization=workspace.organization_id)
    rows = rows.filter(Q(role__in=sees_all) | Q(workspaces=workspace)).distinct()
    return list(rows.select_related("user", "organization").order_by("user__name", "pk"))


def task_page(actor: Actor, task: Task) -> dict[str, Any]:
    """The context of `workspaces/task.html`."""
    attached = list(Attachment.objects.current().filter(task=task).order_by("pk"))
    return {
        "task": task,
        "workspace": task.workspace,
        "photos": [row for row in attached if row.is_photo],
        "files": [row for row in attached if not row.is_photo],
        "most_files": MOST_FILES,
        "most_bytes": settings.ATTACHMENT_MAX_SIZE,
        "most_megabytes": settings.ATTACHMENT_MAX_SIZE // 1_000_000,
        "may_write": actor.can(Power.WRITE_WORK) and task.workspace.archived_at is None,
        "may_manage": actor.can(Power.MANAGE_WORKSPACES),
        "record_url": _record_url(actor, "task", task.public_id),
    }


def columns_of(task: Task) -> list[Column]:
    """Where it may stand: the columns of its board."""
    return list(Column.objects.filter(board=task.board_id, retired_at=None).order_by("position", "pk"))


def _record_url(actor: Actor, kind: str, public_id: str) -> str:
    """The record about one thing, for those who may read it: who did what to it, robots too."""
    if not actor.can(Power.READ_RECORD):
        return ""
    return f"{reverse('accounts:record', args=[actor.home.slug])}?about={kind}:{public_id}"
