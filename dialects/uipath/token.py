"""`…/connect/token` and the key set: a robot's access token as the JWT that clients of that system read (wire.md, A6)."""

import secrets
import time
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from accounts.permissions import SCOPE_ALIASES
from dialects.uipath.mounts import leads_elsewhere
from dialects.uipath.scopes import theirs
from robots import machine, oauth, signing
from robots.models import Robot

# A client's clock may be so many seconds behind.
EARLIER = 300


def issuer() -> str:
    """The same under every mount."""
    return f"{settings.GATEHOUSE_URL}/identity_"


def issue(client: oauth.Client, form: dict[str, str], path: str) -> dict[str, Any]:
    """Store a fresh JWT's checksum, as of any access token, and return the answer. Raises OAuthError.

    The scopes it names are those that were asked for, in the asker's words: clients compare them.
    """
    # One client sends them under the wrong name.
    asked = form.get("scope") or form.get("client_scopes", "")
    scopes = oauth.granted(client, asked)
    robot = Robot.objects.select_related("organization", "application").get(pk=client.robot_id)
    if leads_elsewhere(path, robot.organization):
        raise oauth.OAuthError("invalid_client", "This client belongs to another organization.", 401)
    names = list(dict.fromkeys(asked.split())) or theirs(scopes)
    now = int(time.time())
    token = signing.signed(
        {
            "iss": issuer(),
            "nbf": now - EARLIER,
            "iat": now,
            "exp": now + oauth.LIFE_SECONDS,
            "aud": [settings.GATEHOUSE_URL],
            "scope": names,
            "client_id": robot.client_id,
            "sub_type": "service.external",
            "prt_id": robot.organization.public_id,
            # 256 random bits: what is found by its fingerprint can't be guessed, whoever has the key.
            "jti": secrets.token_hex(32).upper(),
        }
    )
    oauth.keep(client, scopes, token)
    return {
        "access_token": token,
        "expires_in": oauth.LIFE_SECONDS,
        "token_type": "Bearer",
        "scope": " ".join(names),
    }


@login_not_required
def token(request: HttpRequest) -> HttpResponse:
    """Client credentials, by Basic or in the body; what else a client sends is ignored."""
    return machine.endpoint(
        request, machine.is_client_credentials, lambda client, form: issue(client, form, request.path_info)
    )


@login_not_required
@require_safe
def configuration(request: HttpRequest) -> JsonResponse:
    """OpenID Connect Discovery 1.0, as far as there is something to discover."""
    mount = settings.GATEHOUSE_URL + request.path_info[: request.path_info.index("/.well-known/")]
    return _public(
        {
            "issuer": issuer(),
            "jwks_uri": f"{mount}/.well-known/openid-configuration/jwks",
            "token_endpoint": f"{mount}/connect/token",
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "grant_types_supported": ["client_credentials"],
            "scopes_supported": sorted(SCOPE_ALIASES),
            "response_types_supported": [],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }
    )


@login_not_required
@require_safe
def keys(request: HttpRequest) -> JsonResponse:
    """RFC 7517 section 5."""
    return _public({"keys": signing.key_set()})


def _public(told: dict[str, Any]) -> JsonResponse:
    response = JsonResponse(told)
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response
