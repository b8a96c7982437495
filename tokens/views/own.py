"""Settings, Profile, Personal access tokens: one's own in every organization."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Membership
from accounts.permissions import Actor, Refused, person_actor
from accounts.reauthentication import recently_authenticated
from accounts.second_factor import is_missing
from tokens import actions, pages, revoking, suggestions
from tokens.forms import CreateForm, EditForm, RotateForm, same_settings
from tokens.models import PersonalToken

LIST = "tokens:list"


def actor_in(request: HttpRequest, membership: Membership) -> Actor:
    """The signed-in person, acting in one of their organizations."""
    address, request_id = getattr(request, "client_address", ""), getattr(request, "request_id", "")
    return person_actor(membership, address=address, request_id=request_id)


def fetch(request: HttpRequest, org: str, token_id: str) -> tuple[Actor, PersonalToken]:
    """One's own token at this address. Raises Http404: another person's and another organization's look the same."""
    membership = pages.mine(request.user).filter(organization__slug=org).first()
    if membership is None:
        raise Http404
    rows = PersonalToken.objects.filter(membership=membership).select_related("organization")
    found = rows.filter(public_id=token_id).first()
    if found is None:
        raise Http404
    return actor_in(request, membership), found


def sealed_answer(response: HttpResponse) -> HttpResponse:
    """An answer with a value in it: kept nowhere, told to nobody."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def typed(request: HttpRequest) -> str:
    """Back to the dialogue with what was typed: a lapsed proof costs nobody their words."""
    told = {name: request.POST.get(name, "")[:200] for name in ("org", "name")}
    expires = request.POST.get("expires", "")
    told["expires"] = request.POST.get("date", "")[:20] if expires == "date" else expires[:20]
    if request.POST.get("may") == "chosen":
        told["scopes"] = " ".join(request.POST.getlist("scopes")[:20])[:500]
    return "?" + urlencode({"create": ""} | {key: value for key, value in told.items() if value})


@recently_authenticated(asks=lambda request: "create" in request.GET, back=typed)
@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """The list; a POST to it creates."""
    memberships = list(pages.mine(request.user))
    offered = [row for row in memberships if pages.can_make(row)]
    if request.method == "POST":
        return _create(request, memberships, offered)
    if "create" not in request.GET or not offered:
        return _list(request, memberships, offered)
    found, initial = None, _again(request, offered)
    if initial is None:
        found = suggestions.read(request.GET, offered)
        initial = found.initial if found else {}
    form = CreateForm(offered, initial=initial)
    return _list(request, memberships, offered, form, suggestion=found)


def _list(
    request: HttpRequest,
    memberships: list[Membership],
    offered: list[Membership],
    form: CreateForm | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    groups = pages.groups(memberships)
    # The empty state offers the first step itself.
    fresh = form is None and len(groups) == 1 and not groups[0]["living"] and not groups[0]["ended"]
    told = {"groups": groups, "can_make": bool(offered), "fresh": fresh, "form": form} | more
    return render(request, "tokens/list.html", told, status=status)


def _again(request: HttpRequest, offered: list[Membership]) -> dict[str, Any] | None:
    """The settings of an own token that ended, to make it once more."""
    asked = request.GET.get("again", "")
    rows = PersonalToken.objects.filter(membership__in=offered).select_related("organization")
    ended = rows.filter(public_id=asked, organization__slug=request.GET.get("org", "")).first()
    return same_settings(ended) if ended else None


def _create(request: HttpRequest, memberships: list[Membership], offered: list[Membership]) -> HttpResponse:
    """The value is on this answer, once; what was typed comes back also to who may not make any there now."""
    asked = request.POST.get("org", "")
    shut = [one for one in memberships if one.organization.slug == asked and one not in offered]
    if not offered and not shut:
        # The list says whom to ask.
        return _list(request, memberships, offered, status=403)
    form = CreateForm([*offered, *shut], request.POST)
    if shut:
        return _shut(request, form, asked)
    if form.is_valid():
        told = form.cleaned_data
        actor = actor_in(request, form.homes[told["org"]])
        made = (told["name"], form.wanted_scopes(), told["expires_at"], told["creation_key"])
        try:
            token, value = actions.create(actor, *made)
        except Refused:
            return _shut(request, form, asked)
        except actions.NotPossible as problem:
            form.add_error(None, str(problem))
        else:
            return sealed_answer(render(request, "tokens/created.html", pages.shown(token, value)))
    return _list(request, memberships, offered, form, 422)


def _shut(request: HttpRequest, form: CreateForm, slug: str) -> HttpResponse:
    """The form as typed, and why no token can be made in that organization any more; below it stands whom to ask."""
    memberships = list(pages.mine(request.user))
    here = next((one for one in memberships if one.organization.slug == slug), None)
    form.add_error("org", pages.why_not(here, form.homes[slug].organization.name))
    offered = [row for row in memberships if pages.can_make(row)]
    return _list(request, memberships, offered, form, 403)


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, org: str, token: str) -> HttpResponse:
    """Name and expiry."""
    actor, found = fetch(request, org, token)
    if (elsewhere := _not_now(request, actor, found)) is not None:
        return elsewhere
    form = EditForm(found, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            changed = actions.update(actor, token, form.cleaned_data["stamp"], **form.wanted())
        except actions.Stale as problem:
            form = form.refreshed(fetch(request, org, token)[1], str(problem))
        except Refused:
            form.add_error(None, pages.why_not(actor.membership, actor.home.name))
        except actions.NotPossible as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, _("%(name)s is updated.") % {"name": changed.name})
            return redirect(LIST)
    told = {"token": found, "row": pages.row(found), "form": form}
    return render(request, "tokens/edit.html", told, status=422 if form.is_bound else 200)


def _ended(request: HttpRequest, token: PersonalToken) -> HttpResponse | None:
    """Back to the list from a verb on a token that ended, maybe in another window."""
    if token.ended_at is None:
        return None
    messages.warning(request, _("“%(name)s” has ended. Nothing was changed.") % {"name": token.name})
    return redirect(LIST)


def _not_now(request: HttpRequest, actor: Actor, token: PersonalToken) -> HttpResponse | None:
    """As _ended(), and to the security page from an organization that asks for a factor this person has not."""
    if actor.membership is not None and is_missing(actor.membership):
        return redirect(f"{reverse('accounts:security')}?{urlencode({'needed': actor.home.slug})}")
    return _ended(request, token)


@recently_authenticated
@require_http_methods(["GET", "POST"])
def rotate(request: HttpRequest, org: str, token: str) -> HttpResponse:
    """GET: what uses the present value; POST: the new one, once."""
    actor, found = fetch(request, org, token)
    if (elsewhere := _not_now(request, actor, found)) is not None:
        return elsewhere
    form = RotateForm(found, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        overlap, shown = actions.OVERLAPS[form.cleaned_data["overlap"]], form.cleaned_data["shown"]
        try:
            rotated, value = actions.rotate(actor, token, overlap, shown)
        except actions.NotPossible as problem:
            messages.warning(request, str(problem))
            return redirect(LIST)
        return sealed_answer(render(request, "tokens/rotated.html", pages.shown(rotated, value)))
    told = {"token": found, "row": pages.row(found), "form": form}
    return render(request, "tokens/rotate.html", told, status=422 if form.is_bound else 200)


@require_POST
def finish(request: HttpRequest, org: str, token: str) -> HttpResponse:
    """End a running overlap now."""
    actor, _found = fetch(request, org, token)
    try:
        changed = actions.finish(actor, token)
    except actions.NotPossible as problem:
        messages.warning(request, str(problem))
    else:
        said = _("The old value of “%(name)s” has ended. Only the new one works.")
        messages.success(request, said % {"name": changed.name})
    return redirect(LIST)


@require_http_methods(["GET", "POST"])
def revoke(request: HttpRequest, org: str, token: str) -> HttpResponse:
    """GET: what used it last; POST: it stops."""
    actor, found = fetch(request, org, token)
    if (elsewhere := _ended(request, found)) is not None:
        return elsewhere
    if request.method == "POST":
        assert actor.membership is not None
        _token, done = revoking.revoke(actor, actor.membership, token)
        if done:
            messages.success(request, _("“%(name)s” is revoked. It stopped working.") % {"name": found.name})
        return redirect(LIST)
    return render(request, "tokens/revoke.html", {"token": found, "row": pages.row(found)})
