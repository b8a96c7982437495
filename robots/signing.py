"""Keys that sign access tokens for clients of other systems: made when first needed, sealed, replaced with an overlap.

A new key is in the key set for a day before it signs, the old one for a day after it did: nobody meets a token whose
key they could not have fetched. No access of ours is decided by a signature (docs/decisions/0018).
"""

import json
import logging
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError
from django.utils import timezone

from accounts.events import writing
from accounts.sealing import SealBroken, base64url, new_rs256_key, seal, sign_rs256, unseal
from robots.models import SigningKey

log = logging.getLogger(__name__)
EVERY = timedelta(days=90)
AHEAD = KEPT = timedelta(days=1)
# Header, claims, and the signature of a key of 2048 bits.
_signed = re.compile(r"eyJ[A-Za-z0-9_-]{8,1000}\.[A-Za-z0-9_-]{8,3000}\.[A-Za-z0-9_-]{342}")


def looks_signed(value: str) -> bool:
    """Whether `value` could be a token of signed(): everything else needs no look-up."""
    return _signed.fullmatch(value) is not None


def _place(number: int) -> dict[str, str]:
    return {"table": "robots_signingkey", "column": "private_sealed", "organization": "", "row": str(number)}


def make(number: int, signs_from: datetime) -> SigningKey:
    """The key after the one that was seen. When another process makes it first, that one."""
    private, jwk = new_rs256_key("Gatehouse")
    sealed = seal(private, **_place(number))
    try:
        with writing():
            return SigningKey.objects.create(
                number=number, private_sealed=sealed, jwk=jwk, signs_from=signs_from
            )
    except IntegrityError:
        return SigningKey.objects.get(number=number)


def current(now: datetime) -> SigningKey | None:
    """The key that signs at `now`."""
    return SigningKey.objects.filter(signs_from__lte=now).order_by("-number").first()


def _opened(now: datetime) -> tuple[SigningKey, str]:
    """The key that signs, with its private half; a fresh one when there is none that opens."""
    key = current(now)
    if key is not None and key.private_sealed is not None:
        try:
            return key, unseal(key.private_sealed, **_place(key.number))
        except SealBroken:
            log.warning("Signing key %s was sealed with a key that is gone: a new one signs now", key)
    key = make(key.number + 1 if key else 1, now)
    assert key.private_sealed is not None
    return key, unseal(key.private_sealed, **_place(key.number))


def signed(claims: Mapping[str, Any]) -> str:
    """`claims` as a JWT (RFC 7519, RS256), with the header `alg`, `kid`, `x5t`, `typ` (RFC 9068)."""
    key, private = _opened(timezone.now())
    header = {"alg": "RS256", "kid": key.jwk["kid"], "x5t": key.jwk["x5t"], "typ": "at+jwt"}
    message = f"{_part(header)}.{_part(claims)}"
    return f"{message}.{base64url(sign_rs256(private, message.encode()))}"


def _part(told: Mapping[str, Any]) -> str:
    return base64url(json.dumps(told, separators=(",", ":"), ensure_ascii=False).encode())


def key_set() -> list[dict[str, Any]]:
    """The public halves of every key that a living token may be signed with, or soon will be (RFC 7517 section 5)."""
    return list(SigningKey.objects.order_by("-number").values_list("jwk", flat=True))


def rotate(now: datetime, at_once: bool = False) -> None:
    """Make the next key when the newest has signed for 90 days, or `at_once`; end the old ones.

    A key whose successor signs loses its private half; a day later it leaves the key set. The first key is made when the
    first token is asked for.
    """
    newest = SigningKey.objects.order_by("-number").first()
    if newest is None:
        return
    if at_once:
        make(newest.number + 1, now)
    elif newest.signs_from + EVERY <= now:
        make(newest.number + 1, now + AHEAD)
    signing = current(now)
    if signing is None:
        return
    with writing():
        old = SigningKey.objects.filter(number__lt=signing.number)
        old.update(private_sealed=None)
        if signing.signs_from + KEPT <= now:
            old.delete()
