"""Sessions: where somebody is signed in; end one, or all others."""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts import sessions


def _words(client: str) -> str:
    """A device as people call it."""
    browser, system = sessions.device(client)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Unknown device")


@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """`/profile/sessions/`: this one first."""
    current = sessions.stored_key(request.session.session_key)
    rows = [
        {
            "id": row.pk,
            "device": _words(row.client),
            "address": row.address,
            "created_at": row.created_at,
            "last_seen_at": row.last_seen_at,
            "current": row.pk == current,
        }
        for row in sessions.of(request.user)  # type: ignore[arg-type]
    ]
    rows.sort(key=lambda row: not row["current"])
    return render(request, "accounts/sessions.html", {"sessions": rows, "others": len(rows) - 1})


@require_POST
def end(request: HttpRequest, session: str) -> HttpResponse:
    """One of them; this one is a sign-out."""
    if session == sessions.stored_key(request.session.session_key):
        logout(request)
        return redirect("account_login")
    if sessions.end(request.user, session):  # type: ignore[arg-type]
        messages.success(request, _("That session has ended: its next click asks for a sign-in."))
    else:
        messages.warning(request, _("That session had ended already."))
    return redirect("accounts:sessions")


@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """All but this one."""
    ended = sessions.end_others(request.user, request.session.session_key)  # type: ignore[arg-type]
    said = ngettext("%(n)d other session has ended.", "%(n)d other sessions have ended.", ended)
    if ended:
        messages.success(request, said % {"n": ended})
    else:
        messages.warning(request, _("There was no other session."))
    return redirect("accounts:sessions")
