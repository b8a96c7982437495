"""What a program presents at /oauth2/: one form, one pair of credentials, read strictly (RFC 6749 sections 2.3.1 and 3.2)."""

import base64
import binascii
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote_plus

MAX_BODY = 16 * 1024
FORM = "application/x-www-form-urlencoded"
# Whose names an error may repeat.
PARAMETERS = ("grant_type", "scope", "client_id", "client_secret", "token", "token_type_hint")


@dataclass(frozen=True)
class Presented:
    """A Client ID and what claims to be its secret."""

    client_id: str
    secret: str

    def __repr__(self) -> str:
        return f"Presented({self.client_id!r}, •••)"


class Malformed(ValueError):
    """The request can't be read; the message says what to change."""


def from_basic(encoded: str | None) -> Presented | None:
    """The pair in a Basic header's second half (RFC 7617, each part form-encoded by RFC 6749), or None."""
    if not encoded:
        return None
    try:
        text = base64.b64decode(encoded.encode("ascii"), validate=True).decode("utf-8")
    except (UnicodeError, binascii.Error):
        return None
    client_id, colon, secret = text.partition(":")
    return Presented(unquote_plus(client_id), unquote_plus(secret)) if colon and secret else None


def read_form(content_type: str, body: bytes) -> dict[str, str]:
    """The parameters of a form body, each once. Raises Malformed."""
    if content_type.partition(";")[0].strip().lower() != FORM:
        raise Malformed(f"Send the parameters as {FORM}.")
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=50, errors="strict")
    except ValueError as error:
        raise Malformed("The form is not valid UTF-8, or has too many fields.") from error
    form: dict[str, str] = {}
    for name, value in pairs:
        if name in form:
            told = f"The parameter {name}" if name in PARAMETERS else "A parameter"
            raise Malformed(f"{told} is there twice.")
        if value:
            # RFC 6749 section 3.2: a parameter without a value is as if it were not there.
            form[name] = value
    return form


def find(authorization: str, form: dict[str, str]) -> Presented | None:
    """The one pair of this request, or None. Raises Malformed when it authenticates in two ways at once."""
    scheme, _, rest = authorization.partition(" ")
    if scheme.lower() == "basic":
        if "client_secret" in form:
            raise Malformed("Send the client secret once: in the Authorization header or in the body.")
        pair = from_basic(rest.strip())
        if pair and form.get("client_id", pair.client_id) != pair.client_id:
            raise Malformed("The client_id in the body is not the one in the Authorization header.")
        return pair
    if authorization:
        return None
    if "client_id" in form and "client_secret" in form:
        return Presented(form["client_id"], form["client_secret"])
    return None
