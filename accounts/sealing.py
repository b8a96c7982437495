"""What we only recognise is fingerprinted, what we must say again is sealed (house.md, idea 3).

The only file that imports cryptography. Every value that leaves the house as a secret is made here:
prefix, base62 of 32 random bytes (43 characters), base62 CRC-32 of all before it (6 characters).
"""

import base64
import hashlib
import secrets
import zlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
PREFIXES = ("gate_cs_", "gate_at_", "gate_pat_", "gate_o1_", "gate_inv_")


class SealBroken(Exception):
    """The envelope was made for another row, under a key we no longer have, or was changed."""


def _base62(number: int, width: int) -> str:
    digits = []
    for _ in range(width):
        number, digit = divmod(number, 62)
        digits.append(BASE62[digit])
    return "".join(reversed(digits))


def new_secret(prefix: str) -> str:
    """A fresh value: `prefix`, 256 random bits in base62, checksum. Raises ValueError for an unknown prefix."""
    if prefix not in PREFIXES:
        raise ValueError(f"unknown prefix {prefix}")
    body = prefix + _base62(int.from_bytes(secrets.token_bytes(32)), 43)
    return body + _base62(zlib.crc32(body.encode()), 6)


def is_well_formed(value: str, prefix: str) -> bool:
    """Whether `value` has that prefix, the length and the right checksum: typos fail without a look-up."""
    if not value.startswith(prefix) or len(value) != len(prefix) + 49 or not value.isascii():
        return False
    return value[-6:] == _base62(zlib.crc32(value[:-6].encode()), 6)


def fingerprint(value: str) -> bytes:
    """SHA-256, 32 bytes: enough for values of at least 256 random bits, which all of ours are."""
    return hashlib.sha256(value.encode()).digest()


def hint(value: str) -> str:
    """The prefix, then the first three and the last three characters of the rest."""
    prefix = next((prefix for prefix in PREFIXES if value.startswith(prefix)), "")
    return f"{prefix}{value[len(prefix) :][:3]}…{value[-3:]}"


def _associated(table: str, column: str, organization: str, row: str) -> bytes:
    # Lengths first, so that no two different tuples give the same bytes.
    return b"".join(
        len(part.encode()).to_bytes(2) + part.encode() for part in (table, column, organization, row)
    )


def seal(plain: str, *, table: str, column: str, organization: str, row: str) -> str:
    """`v1:<key id>:<base64>` of `plain` under the first key of GATEHOUSE_KEYS (AES-256-GCM).

    The envelope opens only for the same table, column, organization id and row id (all text).
    """
    key_id, key = next(iter(settings.GATEHOUSE_KEYS.items()))
    nonce = secrets.token_bytes(12)
    bound = _associated(table, column, organization, row) + key_id.encode()
    return (
        f"v1:{key_id}:{base64.b64encode(nonce + AESGCM(key).encrypt(nonce, plain.encode(), bound)).decode()}"
    )


def unseal(envelope: str, *, table: str, column: str, organization: str, row: str) -> str:
    """What `seal()` was given. Raises SealBroken.

    Who may call this is a closed list: tests/test_secrets.py holds it.
    """
    version, _, rest = envelope.partition(":")
    key_id, _, encoded = rest.partition(":")
    key = settings.GATEHOUSE_KEYS.get(key_id)
    if version != "v1" or key is None:
        raise SealBroken(f"no key {key_id!r} for {table}.{column}")
    bound = _associated(table, column, organization, row) + key_id.encode()
    try:
        raw = base64.b64decode(encoded, validate=True)
        return AESGCM(key).decrypt(raw[:12], raw[12:], bound).decode()
    except (InvalidTag, ValueError) as error:
        # ValueError: cut short, or no base64 at all.
        raise SealBroken(f"{table}.{column} of {row} does not open") from error
