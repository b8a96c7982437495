"""Settings, Security policy: who must have a second factor."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.actions import NotPossible
from accounts.forms_profile import PolicyForm
from accounts.permissions import ActorRequest, Power, requires
from accounts.reauthentication import recently_authenticated
from accounts.second_factor import FIELDS, Policy, locked_out, set_policy


@requires(Power.MANAGE_ORGANIZATION)
@recently_authenticated
@require_http_methods(["GET", "POST"])
def security(request: ActorRequest) -> HttpResponse:
    """GET: the choices, and whom each would send to set up a factor; POST: from the next page on."""
    home = request.actor.home
    form = PolicyForm(home, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            out = set_policy(request.actor, form.cleaned_data["second_factor"], form.cleaned_data["shown"])
        except NotPossible as problem:
            form.add_error("second_factor", str(problem))
            home.refresh_from_db()
            form.show_anew(home, FIELDS)
        else:
            messages.success(request, _said(len(out)))
            return redirect("accounts:policy", org=home.slug)
    told = {
        "form": form,
        "organization": home,
        "everyone": locked_out(home, Policy.EVERYONE),
        "managers": locked_out(home, Policy.MANAGERS),
    }
    return render(request, "accounts/policy.html", told, status=422 if form.is_bound else 200)


def _said(out: int) -> str:
    """What happens next."""
    if not out:
        return _("The security policy is updated. Nobody needs to do anything.")
    said = ngettext(
        "The security policy is updated. %(n)d person sets up a second factor before they get in again.",
        "The security policy is updated. %(n)d people set up a second factor before they get in again.",
        out,
    )
    return said % {"n": out}
