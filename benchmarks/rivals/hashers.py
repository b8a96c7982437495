"""The cheapest honest password hasher: what is left of a library once PBKDF2 is out of the way."""

import hashlib
import secrets
from typing import Any

from django.contrib.auth.hashers import BasePasswordHasher


class OnePass(BasePasswordHasher):
    """One pass of SHA-256 over salt and secret; for random secrets only, never for people's passwords."""

    algorithm = "one_pass"

    def salt(self) -> str:
        """Fresh."""
        return secrets.token_hex(16)

    def encode(self, password: str, salt: str) -> str:
        """`one_pass$salt$hex`."""
        return f"{self.algorithm}${salt}${hashlib.sha256((salt + password).encode()).hexdigest()}"

    def decode(self, encoded: str) -> dict[str, Any]:
        """Its parts."""
        algorithm, salt, digest = encoded.split("$", 2)
        return {"algorithm": algorithm, "salt": salt, "hash": digest}

    def verify(self, password: str, encoded: str) -> bool:
        """In constant time."""
        return secrets.compare_digest(encoded, self.encode(password, self.decode(encoded)["salt"]))

    def harden_runtime(self, password: str, encoded: str) -> None:
        """Nothing to harden: there is one pass."""
