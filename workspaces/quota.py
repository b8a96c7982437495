"""How much the photos and files of an organization may take together (GATEHOUSE_STORAGE_LIMIT)."""

from django.conf import settings
from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.actions import NotPossible
from accounts.models import Organization
from workspaces.models import Attachment

MB = 1_000_000


class StorageFull(NotPossible):
    """507."""


def used(home: Organization) -> int:
    """Bytes in the storage, also of what was removed a moment ago; previews do not count."""
    kept = Attachment.objects.filter(organization=home).exclude(storage_key=None)
    return kept.aggregate(sum=Sum("size"))["sum"] or 0


def check(home: Organization, more: int) -> None:
    """Raises StorageFull when `more` bytes go beyond the limit. What is sent in the same moment does not see each other."""
    if settings.STORAGE_LIMIT and used(home) + more > settings.STORAGE_LIMIT:
        said = _(
            "The photos and files of %(name)s may take %(limit)d MB together, and there is no room for this one. "
            "Remove some, or ask whoever runs this server for more."
        )
        raise StorageFull(said % {"name": home.name, "limit": settings.STORAGE_LIMIT // MB})
