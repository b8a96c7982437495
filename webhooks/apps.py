"""Wires webhooks at start."""

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    """Tell other programs what happened, signed, and lose nothing of it."""

    name = "webhooks"

    def ready(self) -> None:
        """Listen to what is recorded; /readyz says how long deliveries have waited; pages of the ground show webhooks."""
        from accounts import hooks
        from accounts.events import recorded
        from accounts.views import health
        from webhooks import metrics, panels, ready, receivers

        recorded.connect(receivers.plan, dispatch_uid="webhooks.plan")
        health.CHECKS["webhooks"] = ready.CHECK
        hooks.metrics.register(metrics.rows)
        panels.register()
