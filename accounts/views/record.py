"""The record: reading it, verifying it, taking it along. Owners and co-owners; a GET changes nothing."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts import checking, exports
from accounts import record_reading as reading
from accounts.permissions import ActorRequest, Power, requires
from accounts.record_forms import Chosen, RecordForm
from accounts.record_pages import checked, record_page


def _page(request: ActorRequest, asked: dict[str, Any], **more: Any) -> HttpResponse:
    form = RecordForm(asked)
    told = record_page(request.actor, form, asked) | more
    status = 422 if form.errors or more else 200
    return render(request, "accounts/record.html", told, status=status)


@requires(Power.READ_RECORD)
@require_GET
def record(request: ActorRequest) -> HttpResponse:
    """Newest first, with filters."""
    return _page(request, request.GET.dict())


@requires(Power.READ_RECORD)
@require_POST
def record_verify(request: ActorRequest) -> HttpResponse:
    """Begin to verify; pressed twice, or by two people, it is done once."""
    checking.ask(request.actor)
    return redirect("accounts:record", org=request.actor.home.slug)


@requires(Power.READ_RECORD)
@require_GET
def record_check(request: ActorRequest) -> HttpResponse:
    """How "Verify" stands: the part of the page that is fetched again while it runs."""
    where = reading.state(request.actor.home.pk, Chosen())
    told = checked(where.check) | {"head": where.head, "lines": where.seq}
    return render(request, "accounts/record_check.html", told)


@requires(Power.READ_RECORD)
@require_POST
def record_export(request: ActorRequest) -> HttpResponseBase:
    """A file with what the filter shows, all pages of it. Taking it along is recorded, so it is a POST."""
    asked = request.POST.dict()
    form, kind = RecordForm(asked), asked.get("format", "")
    if not form.is_valid() or kind not in exports.KINDS:
        return _page(request, asked, no_format=kind not in exports.KINDS)
    filters = {name: asked[name] for name in form.fields if asked.get(name)}
    head, parts = exports.export(request.actor, form.chosen(), kind, filters)
    response = StreamingHttpResponse(parts, content_type=f"{exports.KINDS[kind]}; charset=utf-8")
    name = exports.file_name(request.actor, kind, timezone.localtime())
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Record-Head"] = head
    return response
