"""Wires workspaces at start."""

from django.apps import AppConfig


class WorkspacesConfig(AppConfig):
    """What robots and tokens work on."""

    name = "workspaces"

    def ready(self) -> None:
        """Register with the ground's hooks."""
        from accounts import hooks
        from workspaces import panels

        hooks.overview_cards.register(panels.cards)
        hooks.membership_ended.register(panels.membership_ended)
