"""`manage.py operator EMAIL`: let somebody use /operator/ (with a second factor), or `--revoke` it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import operators
from accounts.models import User


class Command(BaseCommand):
    """Only who has a shell on the server makes operators."""

    help = "Make somebody an operator, or not any more."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """An address and a switch."""
        parser.add_argument("email")
        parser.add_argument("--revoke", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it and say so."""
        try:
            user = operators.appoint(options["email"], not options["revoke"])
        except User.DoesNotExist as error:
            raise CommandError(f"nobody here has the address {options['email']}") from error
        self.stdout.write(f"{user.email} is {'no operator any more' if options['revoke'] else 'an operator'}")
