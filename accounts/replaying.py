"""`Idempotency-Key`: a POST that is repeated with the same key is answered as the first time, and happens once."""

import functools
import hashlib
import hmac
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.events import action, writing
from accounts.models import KeptAnswer
from accounts.permissions import Actor
from accounts.problems import problem

HEADER = "Idempotency-Key"
# Visible ASCII, as in the draft for this header; quotes around it belong to it.
_KEY = re.compile(r"[!-~]{1,255}")
KEPT = timedelta(hours=24)
# What the document says about it.
PARAMETER: dict[str, Any] = {
    "in": "header",
    "name": HEADER,
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]{1,255}$"},
    "description": "the same key and call again within 24 hours: the same answer, and nothing happens twice",
}

View = Callable[..., HttpResponse]


def once(view: View) -> View:
    """Below `@router.post`: with the header, the deed and its answer are one transaction, and repeating it replays.

    For answers that are bytes already and hold no secret: they are kept. What fails is not kept, so it can be repeated.
    """

    @functools.wraps(view)
    def replaying(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # A function: without the header nobody needs the body here.
        return answered(request, lambda: view(request, *args, **kwargs), lambda: request.body)

    return replays(replaying)


def replays(view: View) -> View:
    """Marks a view that calls `answered` itself, for the document."""
    view.replays = True  # type: ignore[attr-defined]
    return view


def answered(
    request: HttpRequest, deed: Callable[[], HttpResponse], body: Callable[[], bytes]
) -> HttpResponse:
    """What `once` does, for views that read their body themselves; `body` stands for what was sent."""
    key = request.headers.get(HEADER)
    if key is None:
        return deed()
    if not _KEY.fullmatch(key):
        errors = [{"field": HEADER, "message": "must be 1 to 255 visible ASCII characters"}]
        return problem(422, "invalid", "Some fields are not valid.", errors=errors)
    actor: Actor = request.auth  # type: ignore[attr-defined]
    fingerprint = _fingerprint(request, body())
    with action(actor):
        kept, is_new = _claim(actor, key, fingerprint)
        if not is_new:
            return _replay(kept, fingerprint)
        response = deed()
        if response.status_code >= 400:
            transaction.set_rollback(True)
            return response
        kept.status, kept.body = response.status_code, response.content.decode()
        kept.etag = response.headers.get("ETag", "")
        kept.save(update_fields=["status", "body", "etag"])
    return response


def is_kept(request: HttpRequest) -> bool:
    """Whether a call with this key was answered: what has changed since must not refuse it before it is read."""
    actor: Actor = request.auth  # type: ignore[attr-defined]
    key, since = request.headers.get(HEADER), timezone.now() - KEPT
    whose = {"organization": actor.home, "actor_kind": actor.kind.value, "actor_key": actor.key, "key": key}
    return KeptAnswer.objects.filter(created_at__gte=since, **whose).exists()


def _fingerprint(request: HttpRequest, body: bytes) -> bytes:
    called = f"{request.method} {request.get_full_path()}\n".encode("utf-8", "surrogateescape")
    return hashlib.sha256(called + body).digest()


def _claim(actor: Actor, key: str, fingerprint: bytes) -> tuple[KeptAnswer, bool]:
    """The row of this key, and whether it is ours to fill; whoever comes second waits here until the first has ended."""
    whose = {"organization": actor.home, "actor_kind": actor.kind.value, "actor_key": actor.key, "key": key}
    rows = KeptAnswer.objects.filter(**whose)
    rows.filter(created_at__lt=timezone.now() - KEPT).delete()
    try:
        with transaction.atomic():
            return KeptAnswer.objects.create(fingerprint=fingerprint, **whose), True
    except IntegrityError:
        return rows.get(), False


def _replay(kept: KeptAnswer, fingerprint: bytes) -> HttpResponse:
    if not hmac.compare_digest(bytes(kept.fingerprint), fingerprint):
        return problem(422, "key_reused", f"This {HEADER} was sent with another call. Use a new one.")
    response = HttpResponse(
        kept.body.encode(), status=kept.status, content_type="application/json; charset=utf-8"
    )
    response.headers["Idempotency-Replayed"] = "true"
    if kept.etag:
        response.headers["ETag"] = kept.etag
    return response


def sweep() -> None:
    """Forget what nobody can ask for any more."""
    with writing():
        KeptAnswer.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
