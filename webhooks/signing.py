"""Standard Webhooks: secrets `whsec_…`, and the header that proves who sent a body and when."""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Iterable

PREFIX = "whsec_"


def new_secret() -> str:
    """A fresh signing secret: `whsec_` and 32 random bytes in base64, as the libraries for receivers take it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def key(secret: str) -> bytes:
    """The bytes that sign. Raises ValueError for what new_secret() could not have made."""
    if not secret.startswith(PREFIX):
        raise ValueError("not a signing secret")
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("not a signing secret") from error


def signature(keys: Iterable[bytes], message_id: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`: one `v1,<base64>` for each key; `timestamp` in seconds since 1970."""
    content = f"{message_id}.{timestamp}.".encode() + body
    made = (base64.b64encode(hmac.digest(one, content, hashlib.sha256)).decode() for one in keys)
    return " ".join(f"v1,{value}" for value in made)
