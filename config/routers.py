"""Which database a model lives in: everything in `default`, but for what may be lost (`ephemeral`)."""

from typing import Any

from django.conf import settings

# (app label, model name): the table of Django's own database cache, and what OAuth1 has spent.
EPHEMERAL = {("django_cache", "cacheentry"), ("robots", "spentnonce")}


class EphemeralRouter:
    """Sends what may be lost to `ephemeral` where that database exists (embedded; nothing to route otherwise)."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        """`ephemeral` for what may be lost."""
        mine = (model._meta.app_label, model._meta.model_name) in EPHEMERAL
        return "ephemeral" if mine and "ephemeral" in settings.DATABASES else None

    db_for_write = db_for_read

    def allow_migrate(
        self, db: str, app_label: str, model_name: str | None = None, **hints: Any
    ) -> bool | None:
        """Nothing but those in `ephemeral`, and those nowhere else where it exists."""
        mine = (app_label, (model_name or "").lower()) in EPHEMERAL
        if db == "ephemeral":
            return mine
        return False if mine and "ephemeral" in settings.DATABASES else None
