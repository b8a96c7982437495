"""What we only recognise is fingerprinted, what we must say again is sealed (house.md, idea 3).

The only file that imports cryptography. Every value that leaves the house as a secret is made here:
prefix, base62 of 32 random bytes (43 characters), base62 CRC-32 of all before it (6 characters).
"""

import base64
import hashlib
import secrets
import zlib
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
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


def base64url(raw: bytes) -> str:
    """Without padding (RFC 7515 section 2)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def new_rs256_key(name: str) -> tuple[str, dict[str, object]]:
    """A fresh RSA key of 2048 bits: the private half as PEM, a secret, and the public half as a JWK (RFC 7517).

    `x5t` and `x5c` are a certificate of `name` that the key signed itself: there are clients that look a key up by it.
    """
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    called = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(called, called, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    encoded = certificate.public_bytes(serialization.Encoding.DER)
    # SHA-1 is what RFC 7517 section 4.8 asks for; nothing is decided by it.
    mark = hashlib.sha1(encoded, usedforsecurity=False).digest()
    numbers = key.public_key().public_numbers()
    jwk: dict[str, object] = {
        "kty": "RSA",
        "use": "sig",
        "kid": f"{mark.hex().upper()}RS256",
        "x5t": base64url(mark),
        "e": base64url(numbers.e.to_bytes(3)),
        "n": base64url(numbers.n.to_bytes(256)),
        "x5c": [base64.b64encode(encoded).decode()],
        "alg": "RS256",
    }
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private.decode(), jwk


def sign_rs256(private: str, message: bytes) -> bytes:
    """RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 section 3.3) of `message` under a key of new_rs256_key()."""
    # It was sealed by us and opened unchanged: checking the numbers again would take longer than signing.
    key = serialization.load_pem_private_key(private.encode(), None, unsafe_skip_rsa_key_validation=True)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key.sign(message, padding.PKCS1v15(), hashes.SHA256())
