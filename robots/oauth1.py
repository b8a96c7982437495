"""OAuth1 for older programs: signed requests (RFC 5849) with client id/secret and the robot's token pair.

The token names the generation, and the client secret of that same generation must have signed. A nonce is spent only
after the signature was right, so strangers can't fill the store. docs/api/oauth1.md gives each client's settings.
"""

import base64
import hashlib
import hmac
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from oauthlib.oauth1 import (
    SIGNATURE_HMAC_SHA1,
    SIGNATURE_HMAC_SHA256,
    RequestValidator,
)
from oauthlib.oauth1.rfc5849.endpoints.base import BaseEndpoint
from oauthlib.oauth1.rfc5849.errors import OAuth1Error
from oauthlib.oauth1.rfc5849.utils import UNICODE_ASCII_CHARACTER_SET

from accounts.permissions import Actor, ActorKind, machine_powers
from accounts.sealing import fingerprint, is_well_formed
from accounts.usage import note_use
from robots.credentials import Credentials, open_sealed
from robots.models import Robot, Secret
from robots.networks import is_allowed
from robots.nonces import spend

WINDOW_SECONDS = 300
FORM = "application/x-www-form-urlencoded"
NOBODY = Credentials("0" * 32, "x" * 57, "x" * 57, "x" * 57)


class BadSignature(Exception):
    """Why a signed request is refused: HTTP status and a sentence for whoever debugs the client."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status, self.words = status, words


class Rules(RequestValidator):
    """What a well-formed request looks like here, and the secrets that its signature is checked with."""

    allowed_signature_methods = (SIGNATURE_HMAC_SHA1, SIGNATURE_HMAC_SHA256)
    client_key_length = (32, 32)
    access_token_length = (57, 57)
    nonce_length = (1, 128)
    timestamp_lifetime = WINDOW_SECONDS
    safe_characters = set(UNICODE_ASCII_CHARACTER_SET) | set("-_.~+/=")
    enforce_ssl = False

    def __init__(self, values: Credentials = NOBODY) -> None:
        super().__init__()
        self.values = values

    def get_client_secret(self, client_key: str, request: Any) -> str:
        """The generation's, or as much of nobody's."""
        return self.values.client_secret

    def get_access_token_secret(self, client_key: str, token: str, request: Any) -> str:
        """As get_client_secret()."""
        return self.values.oauth1_token_secret


def is_signed(request: HttpRequest) -> bool:
    """Whether this request claims an OAuth1 signature: in the header, the address or a form body."""
    if request.META.get("HTTP_AUTHORIZATION", "")[:6].lower() == "oauth ":
        return True
    if "oauth_signature=" in request.META.get("QUERY_STRING", ""):
        return True
    return _is_form(request) and b"oauth_signature=" in request.body


def _is_form(request: HttpRequest) -> bool:
    return bool((request.content_type or "").lower() == FORM)


def _addresses(request: HttpRequest) -> list[str]:
    """What a client may have signed: the public base address first, then the one it really called."""
    path = request.get_full_path()
    called = f"{request.scheme}://{request.get_host()}"
    return list(dict.fromkeys([settings.GATEHOUSE_URL + path, called + path]))


def _parsed(endpoint: BaseEndpoint, request: HttpRequest, address: str) -> Any:
    """oauthlib's view of the request, well-formed. Raises BadSignature in plain words."""
    given = request.META.get("HTTP_AUTHORIZATION", "")
    # An empty header is malformed to the library; none is fine for parameters in the address or the form.
    headers = {"Authorization": given} if given else {}
    body = ""
    try:
        if _is_form(request):
            headers["Content-Type"] = FORM
            body = request.body.decode("utf-8")
        signed = endpoint._create_request(address, request.method, body, headers)
        endpoint._check_mandatory_parameters(signed)
    except OAuth1Error as error:
        raise BadSignature(401, f"{error.description or 'The OAuth1 parameters are not valid.'}") from error
    except ValueError as error:
        raise BadSignature(
            400, "The OAuth1 parameters can't be read: check quotes and percent-encoding."
        ) from error
    if not signed.resource_owner_key:
        raise BadSignature(401, "oauth_token is missing: robots sign with their token pair, too.")
    return signed


def _generation(client_id: str, token: str) -> Secret | None:
    """The living generation of a working robot with OAuth1 on that this token names."""
    if not is_well_formed(token, "gate_o1_"):
        return None
    rows = Secret.objects.alive(timezone.now()).select_related("robot__organization", "robot__application")
    found = rows.filter(
        oauth1_token_fingerprint=fingerprint(token), robot__application__client_id=client_id
    ).first()
    usable = found is not None and found.robot.oauth1 and found.robot.is_working()
    return (
        found
        if usable and found and found.client_secret_sealed and found.oauth1_token_secret_sealed
        else None
    )


def verify(request: HttpRequest) -> Actor:
    """The robot that signed. Raises BadSignature."""
    endpoint = BaseEndpoint(Rules())
    signed = [_parsed(endpoint, request, address) for address in _addresses(request)]
    first = signed[0]
    secret = _generation(first.client_key, first.resource_owner_key)
    values = open_sealed(secret.robot, secret) if secret else NOBODY
    # Nobody's secrets are checked as well: an unknown token takes as long as a wrong signature.
    checking = BaseEndpoint(Rules(values))
    right = any([checking._check_signature(one) for one in signed])  # noqa: C419
    if secret is None or not right:
        raise BadSignature(
            401, "The signature does not match, or the Client ID or token is unknown or renewed."
        )
    _check_body(request, secret.robot, first)
    if not is_allowed(secret.robot.networks, getattr(request, "client_address", "")):
        raise BadSignature(403, "This robot may not be used from this address.")
    if not spend(f"{secret.pk}:{first.timestamp}:{first.nonce}", 2 * WINDOW_SECONDS + 60):
        raise BadSignature(401, "This nonce was used before: every request needs a fresh one.")
    note_use(request, (Robot, secret.robot_id))
    note_use(request, (Secret, secret.pk), also="oauth1_used_at")
    return _actor(secret.robot, request)


def _check_body(request: HttpRequest, robot: Robot, signed: Any) -> None:
    """`oauth_body_hash` whenever it is there, and where the robot requires one for a body that nothing else covers."""
    given = signed.oauth_params.get("oauth_body_hash")
    if given is None:
        has_body = bool(request.META.get("CONTENT_LENGTH") not in (None, "", "0"))
        if robot.require_body_hash and has_body and not _is_form(request):
            raise BadSignature(401, "This robot requires oauth_body_hash: nothing else protects a JSON body.")
        return
    hashes = (
        [hashlib.sha1, hashlib.sha256] if signed.signature_method == SIGNATURE_HMAC_SHA256 else [hashlib.sha1]
    )
    wanted = [base64.b64encode(make(request.body).digest()) for make in hashes]
    if not any([hmac.compare_digest(given.encode("utf-8"), one) for one in wanted]):  # noqa: C419
        raise BadSignature(401, "oauth_body_hash is not the hash of this body.")


def _actor(robot: Robot, request: HttpRequest) -> Actor:
    scopes = robot.all_scopes()
    return Actor(
        kind=ActorKind.ROBOT,
        key=robot.public_id,
        name=robot.name,
        organization=robot.organization,
        powers=machine_powers(scopes),
        scopes=scopes,
        read_only=robot.read_only,
        address=getattr(request, "client_address", ""),
        request_id=getattr(request, "request_id", ""),
    )
