"""User management, a person, their tokens: end one with a reason, or all that nobody used for 90 days."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts import membership
from accounts.models import Membership
from accounts.permissions import ActorRequest, Power, Refused, requires
from accounts.ranks import may_revoke_token_of
from tokens import pages, revoking
from tokens.forms_policy import ReasonForm, UnusedForm
from tokens.models import PersonalToken


def _theirs(request: ActorRequest, person: str) -> Membership:
    """The person of this address, if one may end their tokens. Raises Http404, Refused."""
    target = membership.visible(request.actor, person)
    if not may_revoke_token_of(request.actor, target):
        raise Refused(Power.MANAGE_PEOPLE, request.actor)
    return target


def _back(request: ActorRequest, person: str) -> HttpResponse:
    return redirect("accounts:person", org=request.actor.home.slug, person=person)


@requires(Power.MANAGE_PEOPLE)
@require_http_methods(["GET", "POST"])
def revoke(request: ActorRequest, person: str, token: str) -> HttpResponse:
    """GET: what used it last; POST, with a reason: it stops, and its person is told."""
    target = _theirs(request, person)
    rows = PersonalToken.objects.visible_to(request.actor).select_related("organization")
    found = rows.filter(membership=target, public_id=token).first()
    if found is None:
        raise Http404
    form = ReasonForm(str(target.user), request.POST if request.method == "POST" else None)
    if found.ended_at is not None:
        messages.warning(request, _("“%(name)s” has ended. Nothing was changed.") % {"name": found.name})
        return _back(request, person)
    if form.is_bound and form.is_valid():
        revoking.revoke(request.actor, target, token, form.cleaned_data["why"])
        said = _("“%(token)s” is revoked. A mail tells %(name)s who did it and why.")
        messages.success(request, said % {"token": found.name, "name": target.user})
        return _back(request, person)
    told = {"person": target, "token": found, "row": pages.row(found), "form": form}
    return render(request, "tokens/revoke_theirs.html", told, status=422 if form.is_bound else 200)


@requires(Power.MANAGE_PEOPLE)
@require_http_methods(["GET", "POST"])
def revoke_unused(request: ActorRequest, person: str) -> HttpResponse:
    """The list of what nobody used for 90 days; POST, with a reason: the ticked ones stop."""
    target = _theirs(request, person)
    unused = list(target.tokens.living().unused().select_related("organization").order_by("pk"))
    form = UnusedForm(str(target.user), unused, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        told = form.cleaned_data
        ended = revoking.revoke_unused(request.actor, target, told["tokens"], told["why"])
        said = ngettext(
            "%(n)d token of %(name)s is revoked.", "%(n)d tokens of %(name)s are revoked.", len(ended)
        )
        messages.success(request, said % {"n": len(ended), "name": target.user})
        return _back(request, person)
    rows = [pages.row(token) for token in unused]
    context = {"person": target, "rows": rows, "form": form}
    return render(request, "tokens/revoke_unused.html", context, status=422 if form.is_bound else 200)
