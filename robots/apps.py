"""Wires robots at start: they tell the ground floor about themselves through hooks."""

from typing import Any

from django.apps import AppConfig


class RobotsConfig(AppConfig):
    """Robots, secrets, shares."""

    name = "robots"

    def ready(self) -> None:
        """Register with the ground's hooks."""
        from accounts import hooks
        from robots import living, metrics, panels

        hooks.top_bar_counts.register(panels.waiting)
        hooks.overview_cards.register(panels.cards)
        hooks.overview_attention.register(panels.attention)
        hooks.consequences.register(panels.consequences)
        hooks.leaving_lines.register(panels.leaving_lines)
        hooks.membership_ended.register(panels.membership_ended)
        hooks.actors_of.register(living.actors_of)
        hooks.group_members.register(panels.group_members)
        hooks.metrics.register(metrics.rows)
        hooks.error_shape.register(_oauth_shape)


def _oauth_shape(path: str) -> Any:
    """Errors under /oauth2/ are RFC 6749's."""
    from robots import machine

    return machine.refusal if path.startswith("/oauth2/") else None
