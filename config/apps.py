"""Start-up wiring that belongs to no other app."""

from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.models.signals import post_migrate

from config.routers import EPHEMERAL


def prepare_ephemeral(using: str, **kwargs: Any) -> None:
    """The embedded `ephemeral` database's tables, whenever they are missing: that file may be deleted at any time."""
    if using != "default":
        return
    if "ephemeral" not in settings.DATABASES:
        # Where the cache goes while Redis is away (config/cache.py).
        call_command("createcachetable", "cache", database="default", verbosity=0)
        return
    call_command("createcachetable", database="ephemeral", verbosity=0)
    connection = connections["ephemeral"]
    there = connection.introspection.table_names()
    for model in apps.get_models():
        mine = (model._meta.app_label, model._meta.model_name) in EPHEMERAL
        if mine and model._meta.db_table not in there:
            with connection.schema_editor() as editor:
                editor.create_model(model)


class ConfigConfig(AppConfig):
    """Wires."""

    name = "config"

    def ready(self) -> None:
        """After every migrate."""
        post_migrate.connect(prepare_ephemeral, sender=self, dispatch_uid="config.ephemeral")
