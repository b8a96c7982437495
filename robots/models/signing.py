"""Keys that sign the access tokens which other systems' clients read."""

from django.db import models
from django.utils import timezone


class SigningKey(models.Model):
    """An RS256 key of the whole instance. Only clients decide by signatures: we find a token by its fingerprint.

    `number` is unique, so that of two processes that make the next key at once one uses the other's.
    """

    number = models.PositiveIntegerField(unique=True)
    # NULL: its successor signs, nobody can sign with it any more.
    private_sealed = models.TextField(null=True)
    # The public half, as the key set shows it (RFC 7517).
    jwk = models.JSONField()
    made_at = models.DateTimeField(default=timezone.now)
    # In the key set from the beginning, so that clients know it before they meet it.
    signs_from = models.DateTimeField()

    def __str__(self) -> str:
        return f"#{self.number}"
