"""Wires tokens at start."""

from django.apps import AppConfig


class TokensConfig(AppConfig):
    """Personal access tokens and the machine door."""

    name = "tokens"

    def ready(self) -> None:
        """Register with the ground's hooks."""
        from accounts import hooks
        from accounts.views import health
        from tokens import limit_pages, limits, living, metrics, panels

        hooks.person_panels.register(panels.person_panels)
        hooks.overview_attention.register(panels.attention)
        hooks.leaving_lines.register(panels.leaving_lines)
        hooks.membership_ended.register(panels.membership_ended)
        hooks.actors_of.register(living.actors_of)
        hooks.reactivation_choices.register(panels.reactivation_choices)
        hooks.reactivated.register(panels.reactivated)
        hooks.overview_attention.register(limit_pages.attention)
        hooks.operator_waiting.register(limit_pages.operator_waiting)
        hooks.metrics.register(metrics.rows)
        health.CHECKS["limits"] = limits.readiness
