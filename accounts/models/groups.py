"""Groups of people; what else is in a group (robots) upper apps add by a table of their own."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.people import PUBLIC_ID, Membership, Organization, new_public_id


class Group(models.Model):
    """Carries no powers; other systems assign robots to them. Retired, never removed.

    The built-in "Everyone" follows the membership by itself: it has no rows in `members` and holds people only.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="groups")
    public_id = models.CharField(max_length=64, default=new_public_id, validators=[PUBLIC_ID])
    name = models.CharField(_("Name"), max_length=120)
    description = models.TextField(_("Description"), max_length=2000, blank=True)
    is_everyone = models.BooleanField(default=False, editable=False)
    members = models.ManyToManyField(Membership, related_name="groups", blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "public_id"], name="group_public_id_is_unique"),
            models.UniqueConstraint(
                fields=["organization", "name"], condition=Q(retired_at=None), name="group_name_is_unique"
            ),
            models.UniqueConstraint(
                fields=["organization"], condition=Q(is_everyone=True), name="one_everyone"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OwnershipOffer(models.Model):
    """The owner's offer to hand the organization over; ends when it is accepted, withdrawn, declined or late."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="ownership_offers")
    public_id = models.CharField(max_length=64, default=new_public_id, editable=False)
    to = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    offered_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    offered_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    mail = models.ForeignKey("accounts.OutgoingMail", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "public_id"], name="offer_public_id_is_unique"),
            models.UniqueConstraint(
                fields=["organization"], condition=Q(ended_at=None), name="one_open_offer"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} → {self.to.user}"
