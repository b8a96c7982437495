"""Settings, Account, Webhooks: the list, "Add new webhook", one webhook, editing it."""

from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.actions import NotPossible
from accounts.permissions import ActorRequest, Power, requires
from accounts.reauthentication import recently_authenticated
from accounts.refusals import NotValid, Stale
from webhooks import actions, pages, targets
from webhooks.forms import CreateForm, EditForm, WebhookForm, types_of
from webhooks.header_rows import read
from webhooks.models import Webhook

# Pressed to get more rows under "Headers": nothing is saved yet.
MORE = "more"


def fetch(request: ActorRequest, public_id: str) -> Webhook:
    """The webhook of this address, through the actor. Raises Http404."""
    rows = Webhook.objects.visible_to(request.actor).select_related("organization")
    webhook = rows.filter(public_id=public_id).first()
    if webhook is None:
        raise Http404
    return webhook


def sealed_answer(response: HttpResponse) -> HttpResponse:
    """An answer with a secret in it: kept nowhere, told to nobody."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def typed(request: HttpRequest) -> str:
    """Back to the form with what was typed: a lapsed proof costs nobody their words.

    What is or may be secret (a target's path is one for some) stays out of the address.
    """
    told: list[tuple[str, str]] = [("create", "")]
    told.append(("description", request.POST.get("description", "")[:120]))
    with suppress(ValidationError):
        whole = targets.check(request.POST.get("target_url", ""))
        told.append(("target_url", f"{targets.origin(whole)}/"))
        if told[-1][1] != whole:
            told.append(("retype", "target_url"))
    told += [("events", name) for name in request.POST.getlist("events")[:100]]
    told += [("groups", name) for name in request.POST.getlist("groups")[:10]]
    told += [(name, request.POST.get(name, "")[:255]) for name in ("where", "auth", "username")]
    told += [("workspaces", chosen[:64]) for chosen in request.POST.getlist("workspaces")[:40]]
    if request.POST.get("password"):
        told.append(("retype", "password"))
    for row in read(request.POST):
        told.append((f"header-{row.place}-name", row.name[:100]))
        if row.name and row.is_hidden:
            told.append((f"header-{row.place}-hide", "on"))
    # With a NUL in it the address itself would be refused.
    kept = [(name, text.replace("\0", "")) for name, text in told if text or name == "create"]
    return "?" + urlencode(kept)


@requires(Power.MANAGE_WEBHOOKS)
@recently_authenticated(asks=lambda request: "create" in request.GET, back=typed)
@require_http_methods(["GET", "POST"])
def webhooks(request: ActorRequest) -> HttpResponse:
    """The list; with `?create` the form; a POST creates."""
    if request.method == "POST":
        return _create(request)
    if "create" in request.GET:
        return _form(request, _asked(request), "webhooks/create.html")
    return render(request, "webhooks/list.html", pages.list_page(request.actor))


def _asked(request: ActorRequest) -> CreateForm:
    """The form with what its address says."""
    asked, plain = request.GET, ("description", "target_url", "where", "auth", "username")
    initial: dict[str, Any] = {name: asked[name][:2000] for name in plain if name in asked}
    initial["events"] = [*asked.getlist("events"), *types_of(asked.getlist("groups"))]
    initial["workspaces"] = asked.getlist("workspaces")
    form = CreateForm(request.actor, initial=initial)
    form.rows = read(asked)
    for row in form.rows:
        row.is_lost = row.is_hidden
    for name in asked.getlist("retype"):
        form.lose(name)
    return form


def _form(request: ActorRequest, form: WebhookForm, template: str, **more: Any) -> HttpResponse:
    """The form, with what was typed if anything was; asking for more rows is no mistake."""
    wants_rows = request.method == "POST" and MORE in request.POST
    if wants_rows:
        form.full_clean()
        form.errors.clear()
    status = 422 if form.is_bound and not wants_rows else 200
    return render(request, template, pages.form_page(form) | more, status=status)


def _create(request: ActorRequest) -> HttpResponse:
    """The signing secret is on this answer, once."""
    form = CreateForm(request.actor, request.POST)
    if MORE not in request.POST and form.is_valid():
        try:
            made = actions.create(request.actor, form.given(), form.cleaned_data["creation_key"])
        except (NotPossible, NotValid) as problem:
            form.add_error(None, str(problem))
        else:
            return shown(request, made, "webhooks/created.html")
    return _form(request, form, "webhooks/create.html")


def shown(request: ActorRequest, made: actions.Created, template: str) -> HttpResponse:
    """The page with the signing secret, once; None where the first of two equal forms got it."""
    value = {"label": _("Signing secret"), "name": "WEBHOOK_SECRET", "value": made.secret, "group": ""}
    told = {
        "webhook": made.webhook,
        "values": [value] if made.secret else [],
        "continue_url": pages.address(made.webhook, "webhook"),
        "rotate_url": pages.address(made.webhook, "rotate"),
    }
    return sealed_answer(render(request, template, told))


@requires(Power.MANAGE_WEBHOOKS)
@require_GET
def webhook(request: ActorRequest, webhook: str) -> HttpResponse:
    """One webhook: how it does, and its deliveries."""
    found = fetch(request, webhook)
    return render(request, "webhooks/webhook.html", pages.webhook_page(request.actor, found, request.GET))


@requires(Power.MANAGE_WEBHOOKS)
@require_http_methods(["GET", "POST"])
def edit(request: ActorRequest, webhook: str) -> HttpResponse:
    """Details, authentication, headers."""
    found = fetch(request, webhook)
    form = EditForm(request.actor, found, request.POST if request.method == "POST" else None)
    if form.is_bound and MORE not in request.POST and form.is_valid():
        try:
            changed, dropped = actions.update(
                request.actor, webhook, form.given(), [form.cleaned_data["version"]]
            )
        except Stale:
            form = _anew(request, fetch(request, webhook))
        except NotValid as problem:
            form.add_error(None, str(problem))
        else:
            _say_updated(request, changed, dropped)
            return redirect(pages.address(changed, "webhook"))
    return _form(request, form, "webhooks/edit.html", webhook=found, url=pages.address(found, "webhook"))


def _anew(request: ActorRequest, found: Webhook) -> EditForm:
    """What was typed, on top of the webhook as somebody else left it."""
    data = request.POST.copy()
    data["version"] = str(found.version)
    form = EditForm(request.actor, found, data)
    form.full_clean()
    told = _("Somebody changed this webhook while your page was open. Compare, then press Update again.")
    form.add_error(None, told)
    return form


def _say_updated(request: ActorRequest, changed: Webhook, dropped: list[str]) -> None:
    if not dropped:
        messages.success(request, _("%(name)s is updated.") % {"name": changed.description})
        return
    told = _(
        "%(name)s sends to another server now, so these values were dropped: %(dropped)s. Type them again."
    )
    names = [_("Password") if name == "password" else name for name in dropped]
    messages.warning(request, told % {"name": changed.description, "dropped": ", ".join(names)})
