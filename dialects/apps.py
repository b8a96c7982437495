"""Wires dialects at start: errors below their addresses are in their own shapes."""

from typing import Any

from django.apps import AppConfig
from django.conf import settings


class DialectsConfig(AppConfig):
    """Our verbs in other systems' wire formats; which ones: settings.GATEHOUSE_DIALECTS."""

    name = "dialects"

    def ready(self) -> None:
        """Register with the ground's hooks."""
        from accounts import hooks

        if "uipath" in settings.GATEHOUSE_DIALECTS:
            hooks.error_shape.register(_uipath_shape)


def _uipath_shape(path: str) -> Any:
    from dialects.uipath import errors

    return errors.shape(path)
