"""Settings, API policy."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.actions import NotPossible
from accounts.permissions import ActorRequest, Power, requires
from accounts.reauthentication import recently_authenticated
from tokens.forms_policy import ApiPolicyForm
from tokens.policy import FIELDS, set_policy


@requires(Power.MANAGE_ORGANIZATION)
@recently_authenticated
@require_http_methods(["GET", "POST"])
def policy(request: ActorRequest) -> HttpResponse:
    """GET: the policy; POST: from now on, after a second look when tokens would end earlier."""
    home = request.actor.home
    form = ApiPolicyForm(home, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            shortened = set_policy(request.actor, **form.wanted())
        except NotPossible as problem:
            form.add_error(None, str(problem))
            home.refresh_from_db()
            form.show_anew(home, FIELDS)
        else:
            messages.success(request, _said(shortened))
            return redirect("tokens:policy", org=home.slug)
    told = {"form": form, "organization": home, "owner": home.owner}
    return render(request, "tokens/policy.html", told, status=422 if form.is_bound else 200)


def _said(shortened: int) -> str:
    """What happens next."""
    if not shortened:
        return _("The API policy is updated.")
    said = ngettext(
        "The API policy is updated. %(n)d token ends earlier; a mail tells its person.",
        "The API policy is updated. %(n)d tokens end earlier; a mail tells their people.",
        shortened,
    )
    return said % {"n": shortened}
