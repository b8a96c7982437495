"""`manage.py prune_record`: remove what is older than an organization keeps, behind a checkpoint that `verify` begins at."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import Organization
from accounts.retention import prune


class Command(BaseCommand):
    """For operators; run it once a day for a standing retention."""

    help = "Remove lines of the record that are older than so many days; this cannot be undone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See the contract in docs/operators/."""
        parser.add_argument("--organization", metavar="SLUG", required=True)
        parser.add_argument("--keep-days", type=int, required=True, metavar="DAYS")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prune and say how much went."""
        organization = Organization.objects.filter(slug=options["organization"]).first()
        if organization is None:
            raise CommandError(f"there is no organization {options['organization']!r}")
        if not 1 <= options["keep_days"] <= 36_500:
            raise CommandError("--keep-days wants a number from 1 to 36500")
        gone = prune(organization, timezone.now() - timedelta(days=options["keep_days"]))
        self.stdout.write(f"{organization.slug}: {gone} lines removed")
