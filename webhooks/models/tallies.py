"""How a webhook did, hour by hour: a week of it costs a page 168 rows, however much was sent."""

from django.db import models

from webhooks.models.webhooks import Webhook


class Tally(models.Model):
    """One webhook's attempts that ended in one hour (UTC), and how many deliveries waited then."""

    webhook = models.ForeignKey(
        Webhook, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="tallies"
    )
    hour = models.DateTimeField()
    delivered = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    # Milliseconds, over all attempts of the hour.
    total_ms = models.PositiveBigIntegerField(default=0)
    slowest_ms = models.PositiveIntegerField(default=0)
    # The longest backlog seen in that hour.
    waiting = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "tallies"
        constraints = [
            models.UniqueConstraint(fields=["webhook", "hour"], name="tally_is_one_an_hour"),
        ]
        indexes = [models.Index(fields=["hour"], name="tally_to_sweep")]

    def __str__(self) -> str:
        return f"{self.webhook_id} {self.hour:%Y-%m-%d %H}"
