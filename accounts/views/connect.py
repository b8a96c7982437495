"""Settings, Connect: ask for access, see how far it is, change or withdraw it until it is decided."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import connect as verbs
from accounts.actions import NotPossible
from accounts.connect_forms import ChangeForm, WishForm, new_wish
from accounts.connect_pages import connect_page, shown
from accounts.permissions import ActorRequest, Power, requires


def _again(request: ActorRequest, problem: str) -> HttpResponse:
    """The page as it is now, with what was typed and why it was not saved."""
    found = verbs.opened(request.actor)
    if found is not None:
        return _page(request, ChangeForm(found, request.POST, problem))
    data = request.POST.dict()
    # A new request has no notes; whatever was typed there must not get lost.
    data["purpose"] = "\n\n".join(filter(None, [data.get("purpose", ""), data.get("note", "")]))
    return _page(request, new_wish(request.actor, None, data, problem))


def _page(request: ActorRequest, form: WishForm | None = None) -> HttpResponse:
    told = connect_page(request.actor, form)
    return render(request, "accounts/connect.html", told, status=422 if form else 200)


def _done(request: ActorRequest, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("accounts:connect", org=request.actor.home.slug)


@requires(Power.MANAGE_CONNECT)
@require_http_methods(["GET", "POST"])
def connect(request: ActorRequest) -> HttpResponse:
    """The state and what may be done about it; a POST asks."""
    if request.method == "GET":
        return _page(request)
    form = new_wish(request.actor, None, request.POST)
    if not form.is_valid():
        return _page(request, form)
    try:
        verbs.ask(request.actor, **form.wish())
    except NotPossible as problem:
        return _again(request, str(problem))
    return _done(request, _("Your request is sent. The operator looks at it and gets in touch."))


@requires(Power.MANAGE_CONNECT)
@require_POST
def update(request: ActorRequest) -> HttpResponse:
    """Change the open request, or answer the operator."""
    found = verbs.fetch(request.actor, request.POST.get("request", ""))
    form = ChangeForm(found, request.POST)
    try:
        if not form.is_valid():
            verbs.is_read(found, form.seen())
            return _page(request, form)
        told = form.cleaned_data
        changed = verbs.update(request.actor, found.public_id, told["version"], told["note"], **form.wish())
    except NotPossible as problem:
        return _again(request, str(problem))
    said = _("The request is updated. The operator is told.") if changed else _("Nothing changed.")
    return _done(request, said)


@requires(Power.MANAGE_CONNECT)
@require_http_methods(["GET", "POST"])
def withdraw(request: ActorRequest) -> HttpResponse:
    """What it means, and the button."""
    if request.method == "POST":
        asked = verbs.fetch(request.actor, request.POST.get("request", ""))
        try:
            verbs.withdraw(request.actor, asked.public_id)
        except NotPossible as problem:
            messages.warning(request, str(problem))
        else:
            messages.success(request, _("The request is withdrawn. You can ask again at any time."))
    elif (found := verbs.opened(request.actor)) is not None:
        return render(request, "accounts/connect_withdraw.html", {"present": shown(found)})
    return redirect("accounts:connect", org=request.actor.home.slug)
