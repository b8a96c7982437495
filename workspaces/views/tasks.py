"""Pages of a task: see it, change it, delete it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actions import NotPossible
from accounts.permissions import ActorRequest, Power, requires
from accounts.refusals import NotThere, NotValid, Stale
from workspaces import actions_tasks, pages
from workspaces.forms import TaskForm
from workspaces.models import Task


def _form(task: Task, data: Any = None) -> TaskForm:
    return TaskForm(task, pages.columns_of(task), pages.workers(task.workspace), data)


@requires(Power.READ_WORK)
@require_GET
def task(request: ActorRequest, workspace: str, number: int) -> HttpResponse:
    """One task."""
    found = pages.find_task(request.actor, workspace, number)
    told = pages.task_page(request.actor, found) | {"form": _form(found)}
    return render(request, "workspaces/task.html", told)


@requires(Power.WRITE_WORK)
@require_POST
def update(request: ActorRequest, workspace: str, number: int) -> HttpResponse:
    """All its fields; what changed meanwhile is told, and nothing typed is lost, also while the workspace is archived."""
    found = pages.find_task(request.actor, workspace, number)
    form = _form(found, request.POST)
    if form.is_valid():
        try:
            actions_tasks.update(
                request.actor, found.public_id, form.wanted(), [form.cleaned_data["version"]]
            )
        except Stale:
            said = _("Somebody changed this task meanwhile. Compare, then save once more.")
            form.refuse_stale(said, _form(pages.find_task(request.actor, workspace, number)))
        except NotPossible as problem:
            form.add_error(None, str(problem))
        except NotThere as problem:
            form.add_error(problem.field, _("This is not there any more. Choose something else."))
        except NotValid as problem:
            form.add_error(problem.field, str(problem))
        else:
            messages.success(request, _("%(name)s is updated.") % {"name": form.cleaned_data["title"]})
            return redirect(
                "workspaces:task", org=request.actor.home.slug, workspace=workspace, number=number
            )
    told = pages.task_page(request.actor, found) | {"form": form, "may_write": True}
    return render(request, "workspaces/task.html", told, status=422)


@requires(Power.WRITE_WORK)
@require_http_methods(["GET", "POST"])
def delete(request: ActorRequest, workspace: str, number: int) -> HttpResponse:
    """GET: the button; POST: gone."""
    found = pages.find_task(request.actor, workspace, number)
    if request.method == "GET":
        return render(request, "workspaces/task_delete.html", pages.task_page(request.actor, found))
    try:
        actions_tasks.delete(request.actor, found.public_id)
    except NotPossible as problem:
        messages.warning(request, str(problem))
    else:
        messages.success(request, _("The task %(name)s is deleted.") % {"name": found.title})
    return redirect("workspaces:workspace", org=request.actor.home.slug, workspace=workspace)
