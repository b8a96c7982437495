"""Is it still you? Before what shows or cuts something, a proof within 15 minutes; a fresh sign-in is one.

Asked on the GET of the verb's own page; a POST whose proof lapsed goes back there. Nothing is ever suspended and replayed.
"""

import functools
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.core import ratelimit
from allauth.core.internal.cryptokit import compare_user_code
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _

View = Callable[..., HttpResponseBase]

WINDOW = 15 * 60
SIGNED_IN = "signed_in_at"
MAILED = "mailed_proof"
CODE_LIVES = 10 * 60
TRIES = 3


def note_sign_in(request: HttpRequest) -> None:
    """Signing in is a proof, whichever way it was done."""
    request.session[SIGNED_IN] = time.time()


def is_fresh(request: HttpRequest) -> bool:
    """Whether this session saw a proof within the window."""
    proofs = get_authentication_records(request, request.user)
    times = [proof["at"] for proof in proofs if proof.get("reauthenticated")]
    return time.time() - max(times, default=0) < WINDOW or (
        time.time() - request.session.get(SIGNED_IN, 0) < WINDOW
    )


def ask(request: HttpRequest, come_back: str) -> HttpResponse:
    """To the page that asks for a proof, and from there to `come_back`, which a GET opens."""
    if request.method == "POST":
        said = _("Nothing has been changed yet. Confirm that it is you, then do it once more.")
        messages.warning(request, said)
    methods = get_adapter().get_reauthentication_methods(request.user)
    return redirect(f"{methods[0]['url']}?{urlencode({'next': come_back})}")


def recently_authenticated(
    view: View | None = None,
    *,
    asks: Callable[[HttpRequest], bool] | None = None,
    back: str | Callable[[HttpRequest], str] = "",
) -> Any:
    """Put below @requires on every view that shows or cuts something; tests/test_access.py reads the attribute.

    `asks(request)` narrows which GETs are asked (a list that is also the create page); `back` is what a lapsed POST adds
    to its own path to come back to the page with the button; as a function it may carry what was typed.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            reads = request.method in ("GET", "HEAD")
            if (reads and asks is not None and not asks(request)) or is_fresh(request):
                return view(request, *args, **kwargs)
            ending = back(request) if callable(back) else back
            return ask(request, request.get_full_path() if reads else request.path + ending)

        guarded.recently_authenticated = True  # type: ignore[attr-defined]
        return guarded

    return decorate if view is None else decorate(view)


def code_waits(request: HttpRequest) -> bool:
    """Whether a mailed code can still be typed."""
    waiting = request.session.get(MAILED)
    return waiting is not None and time.time() - waiting["at"] < CODE_LIVES and waiting["tries"] < TRIES


def mail_code(request: HttpRequest) -> bool:
    """Mail a code to somebody who has neither password nor factor; False when they asked too often."""
    if not ratelimit.consume(request, action="reauthenticate", user=request.user):
        return False
    adapter = get_adapter()
    code = adapter.generate_login_code()
    request.session[MAILED] = {"code": code, "at": time.time(), "tries": 0}
    adapter.send_mail("account/email/proof_code", request.user.email, {"code": code})  # type: ignore[union-attr]
    return True


def check_code(request: HttpRequest, typed: str) -> bool:
    """Whether `typed` is the mailed code; if so, that was the proof. Three tries a code."""
    if not code_waits(request):
        return False
    waiting = request.session[MAILED]
    request.session[MAILED] = waiting | {"tries": waiting["tries"] + 1}
    if not compare_user_code(actual=typed, expected=waiting["code"]):
        return False
    del request.session[MAILED]
    record_authentication(request, request.user, method="code", reauthenticated=True)
    return True
