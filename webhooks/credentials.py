"""What a webhook is trusted with: its signing secret, a password, hidden header values; sealed in its rows, opened to be sent.

Plaintext is a return value and never an attribute of a row (house.md, idea 3).
"""

import base64
import secrets
from datetime import datetime
from typing import Any

from accounts.sealing import seal, unseal

PREFIX = "whsec_"
# Shorter ones are words that an answer has for itself.
LEAST_TOKEN = 6


def new_secret() -> str:
    """A signing secret as Standard Webhooks writes them: `whsec_` and 32 random bytes in base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def hint(secret: str) -> str:
    """The first and the last three characters behind the prefix."""
    body = secret.removeprefix(PREFIX).rstrip("=")
    return f"{PREFIX}{body[:3]}…{body[-3:]}"


def _place(webhook: Any, column: str, header: str | None = None) -> dict[str, str]:
    row = webhook.public_id if header is None else f"{webhook.public_id}/{header.lower()}"
    table = "webhooks_webhook" if header is None else "webhooks_header"
    return {"table": table, "column": column, "organization": webhook.organization.public_id, "row": row}


def seal_secret(webhook: Any, secret: str) -> str:
    """The envelope of its signing secret."""
    return seal(secret, **_place(webhook, "sealed_secret"))


def seal_previous(webhook: Any) -> str:
    """The present signing secret in an envelope for the column of the one before."""
    secret = unseal(webhook.sealed_secret, **_place(webhook, "sealed_secret"))
    return seal(secret, **_place(webhook, "sealed_previous_secret"))


def seal_password(webhook: Any, password: str) -> str:
    """The envelope of its password."""
    return seal(password, **_place(webhook, "sealed_password"))


def seal_header(webhook: Any, name: str, value: str) -> str:
    """The envelope of a hidden value; bound to the header's name in lower case."""
    return seal(value, **_place(webhook, "sealed_value", name))


def signing_secrets(webhook: Any, now: datetime) -> list[str]:
    """The present one, and the one before as long as their overlap runs."""
    found = [unseal(webhook.sealed_secret, **_place(webhook, "sealed_secret"))]
    until = webhook.previous_secret_until
    if webhook.sealed_previous_secret and until is not None and until > now:
        place = _place(webhook, "sealed_previous_secret")
        found.append(unseal(webhook.sealed_previous_secret, **place))
    return found


def password_of(webhook: Any) -> str:
    """Its password; empty without one."""
    envelope = webhook.sealed_password
    return unseal(envelope, **_place(webhook, "sealed_password")) if envelope else ""


def header_values(webhook: Any) -> list[tuple[str, str]]:
    """The headers to send with their values, in order; a hidden one whose value was dropped is not sent."""
    found = []
    for header in sorted(webhook.headers.all(), key=lambda row: row.position):
        if not header.is_hidden:
            found.append((header.name, header.value))
        elif header.sealed_value:
            place = _place(webhook, "sealed_value", header.name)
            found.append((header.name, unseal(header.sealed_value, **place)))
    return found


def sealed_values(webhook: Any) -> list[str]:
    """Everything that must be readable in no answer: signing secrets, password, the pair as Basic sends it, hidden values."""
    found = [unseal(webhook.sealed_secret, **_place(webhook, "sealed_secret"))]
    if webhook.sealed_previous_secret:
        place = _place(webhook, "sealed_previous_secret")
        found.append(unseal(webhook.sealed_previous_secret, **place))
    if password := password_of(webhook):
        pair = f"{webhook.username}:{password}".encode()
        found += [password, base64.b64encode(pair).decode()]
    hidden = {row.name for row in webhook.headers.all() if row.is_hidden}
    for name, value in header_values(webhook):
        if name in hidden:
            found += [value, _behind_scheme(value)]
    return [value for value in found if value]


def _behind_scheme(value: str) -> str:
    """Of `Bearer abc…` the second part, which receivers repeat without the first; nothing of what has no such form."""
    scheme, _space, rest = value.partition(" ")
    return rest if scheme.isalpha() and " " not in rest and len(rest) >= LEAST_TOKEN else ""
