"""Personal access tokens: a person's powers in one organization, narrowed."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Membership, Organization
from accounts.models.people import PUBLIC_ID, new_public_id


class PersonalToken(models.Model):
    """Belongs to a membership; recognised by fingerprint, shown once, never sealed."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="tokens")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="tokens")
    public_id = models.CharField(max_length=64, default=new_public_id, validators=[PUBLIC_ID])
    name = models.CharField(max_length=120)
    fingerprint = models.BinaryField(max_length=32, unique=True)
    hint = models.CharField(max_length=40)
    # null: everything I may do.
    scopes = models.JSONField(null=True)
    creation_key = models.CharField(max_length=64, null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    last_used_from = models.CharField(max_length=64, blank=True)
    last_used_client = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "public_id"], name="token_public_id_is_unique"),
            models.UniqueConstraint(
                fields=["organization", "creation_key"], name="token_creation_key_is_unique"
            ),
        ]
        indexes = [
            models.Index(fields=["membership", "id"], condition=Q(revoked_at=None), name="token_live"),
        ]

    def __str__(self) -> str:
        return self.name
