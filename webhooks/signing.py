"""Standard Webhooks: the header that proves who sent a body and when."""

import base64
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
    content = b"%b.%d.%b" % (message_id.encode(), timestamp, body)
    return " ".join(["v1," + base64.b64encode(hmac.digest(one, content, "sha256")).decode() for one in keys])
