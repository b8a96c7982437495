"""A webhook as the engine needs it: opened once, kept until its version changes."""

import base64
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from yarl import URL

from accounts.sealing import SealBroken
from webhooks import credentials, signing
from webhooks.masking import MASK, Mask
from webhooks.models import Webhook

log = logging.getLogger(__name__)
# Sent with every request, unless a header of one's own has that name.
OURS = (
    ("Content-Type", "application/json"),
    ("User-Agent", "Gatehouse-Webhooks/1"),
    ("Accept", "*/*"),
    # Answers are stored as they come.
    ("Accept-Encoding", "identity"),
)


@dataclass(slots=True)
class Recipient:
    """Where to send, what with, and what to hide afterwards. Plaintext lives here, in memory, as long as an engine runs."""

    id: int
    version: int
    url: URL | None
    # None when the seals did not open: nothing can be sent.
    key: bytes | None
    previous_key: bytes | None
    previous_until: datetime | None
    headers: list[tuple[str, str]]
    shown: list[list[str]]
    mask: Mask

    def signed(self, message_id: str, now: datetime, body: bytes) -> list[tuple[str, str]]:
        """The three headers of Standard Webhooks. Raises SealBroken without a key."""
        if self.key is None:
            raise SealBroken("no key")
        keys = [self.key]
        if self.previous_key is not None and self.previous_until is not None and self.previous_until > now:
            keys.append(self.previous_key)
        at = int(now.timestamp())
        return [
            ("webhook-id", message_id),
            ("webhook-timestamp", str(at)),
            ("webhook-signature", signing.signature(keys, message_id, at, body)),
        ]

    def __repr__(self) -> str:
        return f"<Recipient {self.id} v{self.version}>"


def load(ids: Iterable[int]) -> dict[int, Recipient]:
    """Those webhooks, opened. Two queries."""
    rows = Webhook.objects.select_related("organization").prefetch_related("headers").filter(pk__in=ids)
    return {webhook.pk: _opened(webhook) for webhook in rows}


def _opened(webhook: Webhook) -> Recipient:
    try:
        # Credentials in an address are refused where it is typed; here they would become a header.
        url = URL(webhook.target_url).with_user(None)
    except ValueError:
        url = None
    try:
        return _recipient(webhook, url)
    except (SealBroken, ValueError, TypeError) as error:
        log.error("webhook %s can't be opened: %s", webhook.public_id, error)
        return Recipient(webhook.pk, webhook.version, url, None, None, None, [], [], Mask([]))


def _recipient(webhook: Webhook, url: URL | None) -> Recipient:
    now = timezone.now()
    key, *previous = (signing.key(secret) for secret in credentials.signing_secrets(webhook, now))
    own = credentials.header_values(webhook)
    hidden = {header.name for header in webhook.headers.all() if header.is_hidden}
    taken = {name.lower() for name, _ in own}
    headers = [pair for pair in OURS if pair[0].lower() not in taken]
    shown = [list(pair) for pair in headers]
    if webhook.username:
        pair = f"{webhook.username}:{credentials.password_of(webhook)}".encode()
        headers.append(("Authorization", f"Basic {base64.b64encode(pair).decode()}"))
        shown.append(["Authorization", f"Basic {MASK}"])
    headers += own
    mask = Mask(credentials.sealed_values(webhook))
    shown += [[name, MASK if name in hidden else mask.text(value)] for name, value in own]
    return Recipient(
        id=webhook.pk,
        version=webhook.version,
        url=url,
        key=key,
        previous_key=next(iter(previous), None),
        previous_until=webhook.previous_secret_until,
        headers=headers,
        shown=shown,
        mask=mask,
    )
