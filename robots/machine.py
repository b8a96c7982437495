"""`/oauth2/token`, `/oauth2/revoke`, `/oauth2/introspect` and their metadata: RFC 6749, 7009, 7662, 8414."""

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from accounts.permissions import SCOPE_POWERS
from accounts.usage import note_use
from robots import oauth
from robots.models import Robot, Secret
from robots.networks import is_allowed
from robots.presented import MAX_BODY, Malformed, find, read_form

Answer = Callable[[oauth.Client, dict[str, str]], dict[str, Any] | None]


def error_answer(error: oauth.OAuthError) -> JsonResponse:
    """RFC 6749 section 5.2; 401 names Basic, as the client may have used it."""
    response = JsonResponse(
        {"error": error.error, "error_description": error.description}, status=error.status
    )
    if error.status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="oauth2", charset="UTF-8"'
    return _uncached(response)


def refusal(status: int, name: str, detail: str, extra: Mapping[str, Any]) -> JsonResponse:
    """What the door or the frame refuses at a token endpoint (hook `error_shape`)."""
    # RFC 6749 has no word for 429; its "temporarily_unavailable" is what clients know to wait for.
    waits = "temporarily_unavailable" if status == 429 else "invalid_request"
    told = {"error": "server_error" if status >= 500 else waits, "error_description": detail or name}
    return JsonResponse(told, status=status)


def _uncached(response: JsonResponse) -> JsonResponse:
    response.headers["Cache-Control"] = "no-store"
    response.headers["Pragma"] = "no-cache"
    return response


def _read(request: HttpRequest) -> dict[str, str]:
    if request.META.get("QUERY_STRING"):
        raise Malformed("Send the parameters in the body, never in the address: addresses end in logs.")
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdigit()) or int(length) > MAX_BODY:
        raise oauth.OAuthError("invalid_request", f"The body is larger than {MAX_BODY} bytes.", 413)
    return read_form(request.META.get("CONTENT_TYPE", ""), request.read(MAX_BODY))


def endpoint(request: HttpRequest, check: Callable[[dict[str, str]], None], answer: Answer) -> HttpResponse:
    """Read, check, authenticate, answer: the order in which errors are told."""
    if request.method != "POST":
        refusal = error_answer(oauth.OAuthError("invalid_request", "Use POST.", 405))
        refusal.headers["Allow"] = "POST"
        return refusal
    try:
        form = _read(request)
        check(form)
        client = oauth.authenticate(find(request.META.get("HTTP_AUTHORIZATION", ""), form))
        if client is None:
            raise oauth.OAuthError("invalid_client", "Unknown client, wrong secret, or secret renewed.", 401)
        if not is_allowed(client.networks, getattr(request, "client_address", "")):
            raise oauth.OAuthError(
                "unauthorized_client", "This robot may not be used from this address.", 403
            )
        told = answer(client, form)
    except Malformed as error:
        return error_answer(oauth.OAuthError("invalid_request", str(error)))
    except oauth.OAuthError as error:
        return error_answer(error)
    note_use(request, (Robot, client.robot_id), (Secret, client.secret_id))
    return _uncached(JsonResponse(told)) if told is not None else HttpResponse(status=200)


def is_client_credentials(form: dict[str, str]) -> None:
    """The one grant there is. Raises OAuthError."""
    if "grant_type" not in form:
        raise oauth.OAuthError("invalid_request", "grant_type is missing; use client_credentials.")
    if form["grant_type"] != "client_credentials":
        raise oauth.OAuthError("unsupported_grant_type", "Only client_credentials is supported.")


def _has_token(form: dict[str, str]) -> None:
    if "token" not in form:
        raise oauth.OAuthError("invalid_request", "token is missing.")


@login_not_required
def token(request: HttpRequest) -> HttpResponse:
    """RFC 6749 section 4.4: client credentials by Basic or in the body."""
    return endpoint(
        request,
        is_client_credentials,
        lambda client, form: oauth.issue(client, oauth.granted(client, form.get("scope", ""))),
    )


@login_not_required
def revoke(request: HttpRequest) -> HttpResponse:
    """RFC 7009."""
    return endpoint(request, _has_token, lambda client, form: oauth.revoke(client, form["token"]))


@login_not_required
def introspect(request: HttpRequest) -> HttpResponse:
    """RFC 7662, own tokens only."""
    return endpoint(request, _has_token, lambda client, form: oauth.introspect(client, form["token"]))


@login_not_required
@require_safe
def metadata(request: HttpRequest) -> HttpResponse:
    """RFC 8414."""
    base = settings.GATEHOUSE_URL
    ways = ["client_secret_basic", "client_secret_post"]
    told = {
        "issuer": base,
        "token_endpoint": f"{base}/oauth2/token",
        "token_endpoint_auth_methods_supported": ways,
        "revocation_endpoint": f"{base}/oauth2/revoke",
        "revocation_endpoint_auth_methods_supported": ways,
        "introspection_endpoint": f"{base}/oauth2/introspect",
        "introspection_endpoint_auth_methods_supported": ways,
        "grant_types_supported": ["client_credentials"],
        "response_types_supported": [],
        "scopes_supported": list(SCOPE_POWERS),
        "service_documentation": f"{base}/help/robots/oauth/",
    }
    response = JsonResponse(told)
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response
