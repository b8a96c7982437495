"""An invitation opened by somebody who is signed in: theirs to accept, or somebody else's."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts import actions, inviting
from accounts.models import Invitation, User


def answer(request: HttpRequest, link: Invitation) -> HttpResponse:
    """GET: the button, or whose it is; POST: accept."""
    assert isinstance(request.user, User) and link.organization is not None
    told = {"organization": link.organization, "email": link.address, "inviter_name": link.invited_by_name}
    if request.user.email != link.address:
        return render(request, "accounts/join.html", told | {"stranger": True}, status=403)
    if request.method == "GET":
        return render(request, "accounts/join.html", told)
    try:
        inviting.join(link, request.user)
    except actions.LinkUsed:
        return render(request, "accounts/welcome.html", {"problem": True}, status=410)
    messages.success(request, _("Welcome to %(name)s.") % {"name": link.organization.name})
    return redirect("accounts:overview", org=link.organization.slug)
