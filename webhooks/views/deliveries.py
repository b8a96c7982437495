"""A test event, one delivery with its attempts, and sending once more: one, or all that failed since a moment."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actions import NotPossible
from accounts.permissions import ActorRequest, Power, requires
from webhooks import listing, pages, resending
from webhooks.forms import SinceForm, TestForm
from webhooks.models import Webhook
from webhooks.views.settings import fetch


@requires(Power.MANAGE_WEBHOOKS)
@require_POST
def test(request: ActorRequest, webhook: str) -> HttpResponse:
    """A realistic example goes out; its page shows what came back."""
    found = fetch(request, webhook)
    form = TestForm(found, request.POST)
    if form.is_valid():
        try:
            made = resending.send_test(request.actor, webhook, form.cleaned_data["event"])
        except NotPossible as problem:
            form.add_error("event", str(problem))
        else:
            return redirect(pages.address(found, "delivery", made.public_id))
    told = pages.webhook_page(request.actor, found, request.GET, test_form=form)
    return render(request, "webhooks/webhook.html", told, status=422)


@requires(Power.MANAGE_WEBHOOKS)
@require_GET
def delivery(request: ActorRequest, webhook: str, delivery: str) -> HttpResponse:
    """Request and answer of every attempt."""
    found = fetch(request, webhook)
    row = resending.delivery_of(request.actor, found, delivery)
    told = listing.delivery_page(found, row) | {"url": pages.address(found, "webhook")}
    return render(request, "webhooks/delivery.html", told)


@requires(Power.MANAGE_WEBHOOKS)
@require_GET
def delivery_state(request: ActorRequest, webhook: str, delivery: str) -> HttpResponse:
    """How it stands, for the page that waits for it."""
    found = fetch(request, webhook)
    row = resending.delivery_of(request.actor, found, delivery)
    return render(request, "webhooks/delivery_state.html", listing.delivery_page(found, row))


@requires(Power.MANAGE_WEBHOOKS)
@require_POST
def resend(request: ActorRequest, webhook: str, delivery: str) -> HttpResponse:
    """This one, once more."""
    found = fetch(request, webhook)
    try:
        resending.resend(request.actor, webhook, delivery)
    except NotPossible as problem:
        messages.warning(request, str(problem))
    else:
        messages.success(request, _("It goes out once more, under the same webhook-id."))
    return redirect(pages.address(found, "delivery", delivery))


@requires(Power.MANAGE_WEBHOOKS)
@require_http_methods(["GET", "POST"])
def resend_failed(request: ActorRequest, webhook: str) -> HttpResponse:
    """GET: how many, or how far it is; POST: all of them, once more."""
    found = fetch(request, webhook)
    if request.method == "POST":
        return _resend_failed(request, found)
    asked = "since" in request.GET
    form = SinceForm(request.GET if asked else None, initial={"since": timezone.now() - timedelta(days=1)})
    count = None
    if asked and form.is_valid():
        try:
            rows = resending.failed_since(request.actor, found, form.cleaned_data["since"])
            count = rows[: pages.COUNTED + 1].count()
        except NotPossible as problem:
            form.add_error("since", str(problem))
    return _page(request, found, form, 422 if asked and count is None else 200, count=count)


def _resend_failed(request: ActorRequest, found: Webhook) -> HttpResponse:
    form = SinceForm(request.POST)
    if form.is_valid():
        try:
            made = resending.resend_failed(request.actor, found.public_id, form.cleaned_data["since"])
        except NotPossible as problem:
            form.add_error("since", str(problem))
        else:
            here = pages.address(found, "resend_failed")
            return redirect(f"{here}?started={made.public_id}")
    return _page(request, found, form, 422)


def _page(
    request: ActorRequest, found: Webhook, form: SinceForm, status: int, count: int | None = None
) -> HttpResponse:
    progress = resending.progress(found.deliveries.all(), request.GET.get("started", ""))
    told = pages.verbs(found) | {
        "webhook": found,
        "url": pages.address(found, "webhook"),
        "form": form,
        "count": count,
        "count_words": pages.counted(count) if count is not None else "",
        "progress": progress,
    }
    part = "resend_progress" if request.headers.get("HX-Request") and progress else "resend_failed"
    return render(request, f"webhooks/{part}.html", told, status=status)
