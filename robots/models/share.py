"""Who a robot is shared with, and who has seen which generation."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import Membership, OutgoingMail
from accounts.permissions import Actor
from robots.models.robot import Robot, Secret


class ShareQuerySet(models.QuerySet["Share"]):
    """A holder's side."""

    def visible_to(self, actor: Actor) -> "ShareQuerySet":
        """What is shared with this person in this organization, of robots that are still there."""
        if actor.membership is None:
            return self.none()
        return self.filter(membership=actor.membership, robot__retired_at=None)


class Share(models.Model):
    """A person who may see a robot's present secrets once. Unsharing deletes the row; Reveal rows stay."""

    robot = models.ForeignKey(Robot, on_delete=models.CASCADE, related_name="shares")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="shares")
    shared_at = models.DateTimeField(default=timezone.now)
    shared_by_key = models.CharField(max_length=64)
    shared_by_name = models.CharField(max_length=120)
    # When the holder first opened the page of the present secrets; renewal sets it back.
    opened_at = models.DateTimeField(null=True)
    mail = models.ForeignKey(OutgoingMail, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = ShareQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["robot", "membership"], name="one_share_per_person")]

    def __str__(self) -> str:
        return f"{self.robot} → {self.membership}"


class Reveal(models.Model):
    """One view per person and generation, whatever becomes of share and membership."""

    secret = models.ForeignKey(Secret, on_delete=models.CASCADE, related_name="reveals")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    address = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["secret", "user"], name="one_view_per_person_and_secret")
        ]

    def __str__(self) -> str:
        return f"{self.user} saw {self.secret}"


def seen_by(secret: Secret | None, **by: Any) -> models.QuerySet[Reveal]:
    """Who has seen this generation, first look first."""
    return Reveal.objects.filter(secret=secret, **by).select_related("user").order_by("at")


class SpentNonce(models.Model):
    """An OAuth1 nonce that was used; may be lost with the embedded `ephemeral` database, where it lives."""

    key = models.BinaryField(max_length=32, primary_key=True)
    expires_at = models.BigIntegerField(db_index=True, help_text="Seconds since 1970.")

    def __str__(self) -> str:
        return f"until {self.expires_at}"
