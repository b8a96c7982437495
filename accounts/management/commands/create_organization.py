"""`manage.py create_organization`: an organization, its owner's user and the one-time welcome link."""

import re
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from accounts import actions
from accounts.forms import NameField
from accounts.models import Organization
from accounts.models.people import PUBLIC_ID, SLUG, not_reserved


class Command(BaseCommand):
    """Prints the link; with --resend a new one for an organization that is there."""

    help = "Create an organization and print its owner's one-time welcome link."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See the contract in docs/operators/."""
        parser.add_argument("--name")
        parser.add_argument("--slug", required=True)
        parser.add_argument("--owner", metavar="EMAIL")
        parser.add_argument("--id", dest="public_id")
        parser.add_argument("--resend", action="store_true", help="make a new link; the earlier one ends")

    def handle(self, *args: Any, **options: Any) -> None:
        """Create or resend; every problem is one sentence."""
        try:
            self.stdout.write(self._resend(options["slug"]) if options["resend"] else self._create(options))
        except (actions.NotPossible, ValidationError) as error:
            raise CommandError(" ".join(getattr(error, "messages", [str(error)]))) from error

    def _resend(self, slug: str) -> str:
        organization = Organization.objects.select_related("owner").filter(slug=slug).first()
        if organization is None:
            raise CommandError(f"there is no organization {slug!r}")
        return actions.welcome(organization)

    def _create(self, options: dict[str, Any]) -> str:
        if not options["name"] or not options["owner"]:
            raise CommandError("--name and --owner are needed, unless --resend")
        for validator in (SLUG, not_reserved):
            validator(options["slug"])
        if options["public_id"]:
            PUBLIC_ID(options["public_id"])
            # Its page under /operator/ would be taken for an address of a dialect.
            if re.match(settings.MACHINE_PATHS, f"/{options['public_id']}/"):
                raise CommandError(f"the id {options['public_id']!r} is an address of Gatehouse itself")
        validate_email(options["owner"])
        name = NameField().clean(options["name"])
        return actions.create_organization(name, options["slug"], options["owner"], options["public_id"])[1]
