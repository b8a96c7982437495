"""`manage.py erase_details`: what names a person who asked for it leaves the record; the chain still holds."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from accounts.models import User, normalize_email
from accounts.permissions import OPERATOR
from accounts.retention import erase_details


class Command(BaseCommand):
    """For operators."""

    help = "Erase every detail of the record that names this person; this cannot be undone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See the contract in docs/operators/."""
        parser.add_argument("--person", metavar="ID-OR-ADDRESS", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Erase and say how much went."""
        told = options["person"]
        user = User.objects.filter(Q(public_id=told) | Q(email=normalize_email(told))).first()
        if user is None:
            raise CommandError(f"there is nobody with the id or address {told!r}")
        gone = erase_details(OPERATOR, user.public_id)
        self.stdout.write(f"{gone} lines erased")
