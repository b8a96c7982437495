"""Which database a model lives in: everything in `default`, but for what may be lost (`ephemeral`)."""

from typing import Any

from django.conf import settings

# django_cache: the label Django's own database cache gives its table.
EPHEMERAL = {"django_cache"}


class EphemeralRouter:
    """Sends the cache table to `ephemeral` where that database exists (embedded; Redis otherwise)."""

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        """`ephemeral` for what may be lost."""
        return "ephemeral" if model._meta.app_label in EPHEMERAL and "ephemeral" in settings.DATABASES else None

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        """Nothing but the ephemeral labels in `ephemeral`, and those nowhere else."""
        if db == "ephemeral":
            return app_label in EPHEMERAL
        return False if app_label in EPHEMERAL else None
