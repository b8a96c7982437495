"""Answers kept for a while, so that a call which is repeated with the same key changes nothing twice."""

from django.db import models
from django.utils import timezone

from accounts.models.people import Organization


class KeptAnswer(models.Model):
    """What the API answered to an `Idempotency-Key` of one credential; written in the transaction of the deed itself."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    actor_kind = models.CharField(max_length=16)
    actor_key = models.CharField(max_length=64)
    key = models.CharField(max_length=255)
    # Of method, address and body: the same key with something else is a mistake.
    fingerprint = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField(default=0)
    etag = models.CharField(max_length=32, blank=True)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "actor_kind", "actor_key", "key"], name="kept_answer_is_one"
            )
        ]
        indexes = [models.Index(fields=["created_at"], name="kept_answer_by_age")]

    def __str__(self) -> str:
        return f"{self.actor_kind} {self.actor_key} {self.key}"
