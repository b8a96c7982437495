"""Who wants to hear of what (webhooks, headers), what is on its way (deliveries, attempts), how it went (tallies)."""

from webhooks.models.deliveries import Attempt, Delivery
from webhooks.models.tallies import Tally
from webhooks.models.webhooks import Header, Webhook

__all__ = ["Attempt", "Delivery", "Header", "Tally", "Webhook"]
