"""Wires the ground floor at start."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    """People, powers, seals, the record."""

    name = "accounts"

    def ready(self) -> None:
        """Connect receivers; triggers are reinstalled after every migrate, the cache table is made."""
        from accounts import connect_pages, hooks, metrics, overview, signals, triggers  # noqa: F401

        hooks.overview_attention.register(overview.attention)
        hooks.overview_attention.register(connect_pages.attention)
        hooks.metrics.register(metrics.ground)
        post_migrate.connect(triggers.install, sender=self, dispatch_uid="accounts.triggers")
