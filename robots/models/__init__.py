"""Robots, their secrets, who may see them once, and the six tables of django-oauth-toolkit."""

from robots.models.application import AccessToken, Application, DeviceGrant, Grant, IDToken, RefreshToken
from robots.models.robot import NEW_ROBOT, Robot, Secret
from robots.models.share import Reveal, Share, SpentNonce
from robots.models.signing import SigningKey

__all__ = [
    "NEW_ROBOT",
    "AccessToken",
    "Application",
    "DeviceGrant",
    "Grant",
    "IDToken",
    "RefreshToken",
    "Reveal",
    "Robot",
    "Secret",
    "Share",
    "SigningKey",
    "SpentNonce",
]
