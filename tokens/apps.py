"""Wires tokens at start."""

from django.apps import AppConfig


class TokensConfig(AppConfig):
    """Personal access tokens and the machine door."""

    name = "tokens"
