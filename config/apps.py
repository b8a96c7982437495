"""Start-up wiring that belongs to no other app."""

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.management import call_command
from django.db.models.signals import post_migrate


def make_cache_table(using: str, **kwargs: Any) -> None:
    """The embedded cache's table, beside `migrate`; nothing to do with Redis or when it is there."""
    if using == "default" and "ephemeral" in settings.DATABASES:
        call_command("createcachetable", database="ephemeral", verbosity=0)


class ConfigConfig(AppConfig):
    """Wires."""

    name = "config"

    def ready(self) -> None:
        """After every migrate."""
        post_migrate.connect(make_cache_table, sender=self, dispatch_uid="config.cache_table")
