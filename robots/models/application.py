"""django-oauth-toolkit's six tables, all swapped in the first migration (swapping later is painful).

Columns that would hold a readable or blank secret are removed by setting them to None. Never import its validator here:
it reads these models at import time.
"""

from typing import Any

from django.db import models
from django.utils import timezone
from oauth2_provider.models import (
    AbstractAccessToken,
    AbstractApplication,
    AbstractDeviceGrant,
    AbstractGrant,
    AbstractIDToken,
    AbstractRefreshToken,
)


class Application(AbstractApplication):
    """A robot's Client ID; its secrets are generations in a table of their own."""

    client_secret = None
    hash_client_secret = None

    def is_usable(self, request: Any) -> bool:
        """Consulted by the library when a token is issued and when it is used."""
        return self.robot.is_working()


class AccessToken(AbstractAccessToken):
    """Stored as `token_checksum` (hex) only; counts while its generation lives, so renewal is one UPDATE."""

    token = None
    robot = models.ForeignKey("robots.Robot", on_delete=models.CASCADE, related_name="access_tokens")
    secret = models.ForeignKey("robots.Secret", on_delete=models.CASCADE, related_name="access_tokens")

    class Meta(AbstractAccessToken.Meta):
        # The library filters expired tokens without an index of its own.
        indexes = [models.Index(fields=["expires"], name="access_token_expires")]

    def __str__(self) -> str:
        return f"access token {self.pk}"

    def is_valid(self, scopes: Any = None) -> bool:
        """Not expired, of a living generation of a working robot, and within `scopes`."""
        alive = self.secret.is_alive(timezone.now()) and self.robot.is_working()
        return alive and super().is_valid(scopes)


class Grant(AbstractGrant):
    """Unused: no authorization codes here."""


class RefreshToken(AbstractRefreshToken):
    """Unused: client credentials come without refresh tokens (RFC 6749 section 4.4.3)."""


class IDToken(AbstractIDToken):
    """Unused: a robot is nobody's identity."""


class DeviceGrant(AbstractDeviceGrant):
    """Unused."""
