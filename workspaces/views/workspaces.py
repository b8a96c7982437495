"""Pages of the work: the list, a workspace with its boards, its settings."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actions import NotPossible
from accounts.permissions import ActorRequest, Power, Refused, requires
from accounts.refusals import NotThere, Stale
from workspaces import actions, bulk, pages
from workspaces.forms import MemberForm, NewTaskForm, WorkspaceForm
from workspaces.models import Workspace


@requires(Power.READ_WORK)
@require_http_methods(["GET", "POST"])
def workspaces(request: ActorRequest) -> HttpResponse:
    """The list; a POST to it creates."""
    if request.method == "POST" and not request.actor.can(Power.MANAGE_WORKSPACES):
        raise Refused(Power.MANAGE_WORKSPACES, request.actor)
    form = WorkspaceForm(None, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        made = actions.create(request.actor, **form.wanted())
        messages.success(request, _("The workspace %(name)s is there.") % {"name": made.name})
        return redirect("workspaces:workspace", org=request.actor.home.slug, workspace=made.public_id)
    told = pages.list_page(request.actor, request.GET) | {"form": form}
    told["create_open"] = form.is_bound or ("create" in request.GET and told["may_manage"])
    return render(request, "workspaces/list.html", told, status=422 if form.is_bound else 200)


@requires(Power.READ_WORK)
@require_GET
def workspace(request: ActorRequest, workspace: str) -> HttpResponse:
    """Its boards."""
    found = pages.find(request.actor, workspace)
    return render(request, "workspaces/workspace.html", pages.workspace_page(request.actor, found))


@requires(Power.WRITE_WORK)
@require_POST
def add_task(request: ActorRequest, workspace: str) -> HttpResponse:
    """A new task at the end of a column."""
    found = pages.find(request.actor, workspace)
    form = NewTaskForm(request.POST)
    if form.is_valid():
        wanted = {"title": form.cleaned_data["title"], "column": form.cleaned_data["column"] or None}
        try:
            bulk.create(request.actor, workspace, wanted)
        except NotThere:
            form.add_error("title", _("This column is not there any more. The task was not made."))
        except NotPossible as problem:
            form.add_error("title", str(problem))
        else:
            return redirect("workspaces:workspace", org=request.actor.home.slug, workspace=workspace)
    # Also while it is archived: what was typed is still here.
    told = pages.workspace_page(request.actor, found) | {"form": form, "may_write": True}
    return render(request, "workspaces/workspace.html", told, status=422)


def _settings(request: ActorRequest, found: Workspace, form: WorkspaceForm | None = None) -> HttpResponse:
    told = pages.settings_page(request.actor, found) | {
        "form": form or WorkspaceForm(found),
        "member_form": MemberForm(pages.addable(found)),
        # What was typed before somebody archived it is still here.
        "may_change": bool(form) or found.archived_at is None,
    }
    return render(request, "workspaces/settings.html", told, status=422 if form else 200)


@requires(Power.MANAGE_WORKSPACES)
@require_http_methods(["GET", "POST"])
def settings(request: ActorRequest, workspace: str) -> HttpResponse:
    """Name, description; who belongs; archive, delete."""
    found = pages.find(request.actor, workspace)
    if request.method == "GET":
        return _settings(request, found)
    form = WorkspaceForm(found, request.POST)
    if not form.is_valid():
        return _settings(request, found, form)
    version = form.cleaned_data["version"]
    try:
        actions.update(request.actor, workspace, form.wanted(), [version] if version else None)
    except Stale:
        said = _("Somebody changed this workspace meanwhile. Compare, then save once more.")
        form.refuse_stale(said, WorkspaceForm(pages.find(request.actor, workspace)))
        return _settings(request, found, form)
    except NotPossible as problem:
        form.add_error(None, str(problem))
        return _settings(request, pages.find(request.actor, workspace), form)
    messages.success(request, _("%(name)s is updated.") % {"name": form.cleaned_data["name"]})
    return redirect("workspaces:settings", org=request.actor.home.slug, workspace=workspace)


@requires(Power.MANAGE_WORKSPACES)
@require_POST
def add_member(request: ActorRequest, workspace: str) -> HttpResponse:
    """Somebody more."""
    found = pages.find(request.actor, workspace)
    form = MemberForm(pages.addable(found), request.POST)
    if not form.is_valid():
        told = pages.settings_page(request.actor, found) | {"form": WorkspaceForm(found), "member_form": form}
        told["may_change"] = found.archived_at is None
        return render(request, "workspaces/settings.html", told, status=422)
    try:
        person = actions.add_member(request.actor, workspace, form.cleaned_data["person"])
    except NotPossible as problem:
        messages.warning(request, str(problem))
    else:
        messages.success(request, _("%(name)s belongs to it now.") % {"name": person.user})
    return redirect("workspaces:settings", org=request.actor.home.slug, workspace=workspace)


@requires(Power.MANAGE_WORKSPACES)
@require_POST
def remove_member(request: ActorRequest, workspace: str, person: str) -> HttpResponse:
    """One fewer."""
    try:
        actions.remove_member(request.actor, workspace, person)
    except NotPossible as problem:
        messages.warning(request, str(problem))
    else:
        messages.success(request, _("The person does not belong to it any more."))
    return redirect("workspaces:settings", org=request.actor.home.slug, workspace=workspace)


@requires(Power.MANAGE_WORKSPACES)
@require_POST
def archive(request: ActorRequest, workspace: str) -> HttpResponse:
    """Readable, and nothing in it changes."""
    found = actions.archive(request.actor, workspace)
    messages.success(
        request, _("%(name)s is archived: readable, and nothing in it changes.") % {"name": found}
    )
    return redirect("workspaces:settings", org=request.actor.home.slug, workspace=workspace)


@requires(Power.MANAGE_WORKSPACES)
@require_POST
def restore(request: ActorRequest, workspace: str) -> HttpResponse:
    """Work goes on."""
    found = actions.restore(request.actor, workspace)
    messages.success(request, _("Work in %(name)s goes on.") % {"name": found})
    return redirect("workspaces:settings", org=request.actor.home.slug, workspace=workspace)


@requires(Power.MANAGE_WORKSPACES)
@require_http_methods(["GET", "POST"])
def delete(request: ActorRequest, workspace: str) -> HttpResponse:
    """GET: what goes with it, and the button; POST: gone."""
    found = pages.find(request.actor, workspace)
    if request.method == "GET":
        return render(request, "workspaces/delete.html", pages.settings_page(request.actor, found))
    actions.delete(request.actor, workspace)
    messages.success(request, _("The workspace %(name)s is deleted.") % {"name": found.name})
    return redirect("workspaces:list", org=request.actor.home.slug)
