"""Asking for API access, from the page of personal access tokens."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import asking
from accounts.actions import NotPossible
from accounts.permissions import ActorRequest, Power, requires

# The page of an upper floor; a link is no dependency (tokens/urls.py).
TOKENS_PAGE = "/profile/tokens/"


@requires(Power.VIEW_ORGANIZATION)
@require_POST
def ask_for_api_access(request: ActorRequest) -> HttpResponse:
    """Mails everybody who could tick it."""
    try:
        asked = asking.ask_for_api_access(request.actor)
    except NotPossible as problem:
        messages.warning(request, str(problem))
    else:
        names = ", ".join(str(row.user) for row in asked)
        messages.success(request, _("A mail asks %(names)s to give you API access.") % {"names": names})
    return redirect(TOKENS_PAGE)
