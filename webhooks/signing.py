"""Standard Webhooks: the header that proves who sent a body and when."""

import base64
import hashlib
import hmac
from collections.abc import Iterable

from webhooks.credentials import PREFIX


def key(secret: str) -> bytes:
    """The bytes that sign. Raises ValueError for anything but `whsec_` and base64."""
    try:
        found = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except ValueError:
        found = b""
    if not found or not secret.startswith(PREFIX):
        raise ValueError("not a signing secret")
    return found


def signature(keys: Iterable[bytes], message_id: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`: one `v1,<base64>` for each key; `timestamp` in seconds since 1970."""
    content = f"{message_id}.{timestamp}.".encode() + body
    made = (base64.b64encode(hmac.digest(one, content, hashlib.sha256)).decode() for one in keys)
    return " ".join(f"v1,{value}" for value in made)
