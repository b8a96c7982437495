"""Wires webhooks at start."""

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    """Tell other programs what happened, signed, and lose nothing of it."""

    name = "webhooks"
