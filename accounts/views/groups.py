"""User management, Groups."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import grouping, hooks
from accounts.actions import NotPossible
from accounts.models import Group, Membership
from accounts.people_forms import GroupForm, GroupPeopleForm
from accounts.permissions import ActorRequest, Power, requires


@requires(Power.MANAGE_GROUPS)
@require_http_methods(["GET", "POST"])
def groups(request: ActorRequest) -> HttpResponse:
    """The list; a POST to it creates."""
    form = GroupForm(None, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            made = grouping.create(request.actor, form.cleaned_data["name"], form.cleaned_data["description"])
        except NotPossible as problem:
            form.add_error("name", str(problem))
        else:
            messages.success(
                request, _("The group %(name)s is there. Choose who is in it.") % {"name": made.name}
            )
            return redirect("accounts:group", org=request.actor.home.slug, group=made.public_id)
    everyone = Membership.objects.current().filter(organization=request.actor.home).count()
    told = {"groups": grouping.listed(request.actor), "everyone_count": everyone, "form": form}
    told["create_open"] = form.is_bound or "create" in request.GET
    return render(request, "accounts/groups.html", told, status=422 if form.is_bound else 200)


def _page(
    request: ActorRequest, group: Group, form: GroupForm | None = None, status: int = 200
) -> HttpResponse:
    told = {
        "group": group,
        "form": form or GroupForm(group),
        "people_form": GroupPeopleForm(group),
        "members": hooks.group_members.rows(request.actor, group)[:500],
    }
    return render(request, "accounts/group.html", told, status=status)


@requires(Power.MANAGE_GROUPS)
@require_GET
def group(request: ActorRequest, group: str) -> HttpResponse:
    """One group."""
    return _page(request, grouping.fetch(request.actor, group))


@requires(Power.MANAGE_GROUPS)
@require_POST
def update(request: ActorRequest, group: str) -> HttpResponse:
    """Name and description."""
    found = grouping.fetch(request.actor, group)
    form = GroupForm(found, request.POST)
    if form.is_valid():
        told = form.cleaned_data
        try:
            grouping.update(
                request.actor, group, told["version"], name=told["name"], description=told["description"]
            )
        except NotPossible as problem:
            fresh = GroupForm(grouping.fetch(request.actor, group))
            if fresh["version"].initial != told["version"]:
                form.refuse_stale(str(problem), fresh)
            else:
                form.add_error(None, str(problem))
        else:
            messages.success(request, _("%(name)s is updated.") % {"name": told["name"]})
            return redirect("accounts:group", org=request.actor.home.slug, group=group)
    return _page(request, found, form, 422)


@requires(Power.MANAGE_GROUPS)
@require_POST
def people(request: ActorRequest, group: str) -> HttpResponse:
    """Exactly the ticked ones."""
    found = grouping.fetch(request.actor, group)
    form = GroupPeopleForm(found, request.POST)
    # An id that is not offered (somebody removed meanwhile) is ignored, the others count.
    chosen = form.cleaned_data["people"] if form.is_valid() else request.POST.getlist("people")
    try:
        grouping.set_people(request.actor, group, chosen)
    except NotPossible as problem:
        messages.warning(request, str(problem))
    else:
        messages.success(request, _("%(name)s is updated.") % {"name": found.name})
    return redirect("accounts:group", org=request.actor.home.slug, group=group)


@requires(Power.MANAGE_GROUPS)
@require_http_methods(["GET", "POST"])
def delete(request: ActorRequest, group: str) -> HttpResponse:
    """The group goes, people and robots stay."""
    found = grouping.fetch(request.actor, group)
    if request.method == "POST":
        try:
            grouping.delete(request.actor, group)
        except NotPossible as problem:
            messages.warning(request, str(problem))
        else:
            messages.success(request, _("The group %(name)s is deleted.") % {"name": found.name})
        return redirect("accounts:groups", org=request.actor.home.slug)
    told = {"group": found, "members": hooks.group_members.rows(request.actor, found)}
    return render(request, "accounts/group_delete.html", told)
