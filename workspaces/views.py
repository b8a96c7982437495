"""Pages: enough to see what robots do."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.permissions import ActorRequest, Power, requires
from workspaces.models import Workspace


@requires(Power.READ_WORK)
@require_GET
def workspaces(request: ActorRequest) -> HttpResponse:
    """The list."""
    rows = Workspace.objects.visible_to(request.actor).order_by("name", "pk")[:500]
    return render(request, "workspaces/list.html", {"workspaces": rows})
