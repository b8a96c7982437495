"""`manage.py demo`: load the demo organization and print its sign-ins."""

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config import demo


class Command(BaseCommand):
    """Calling it again renews the demo's secrets, tokens and passwords."""

    help = "Load the demo organization (never in production) and print its sign-ins."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One switch."""
        parser.add_argument(
            "--json", action="store_true", help="everything, secrets included, as one JSON object"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load and print."""
        if settings.PRODUCTION:
            raise CommandError("the demo is not for production: GATEHOUSE_ENV=production is set")
        told = demo.load()
        if options["json"]:
            self.stdout.write(json.dumps(told, indent=2))
            return
        self.stdout.write(f"Demo organization: {settings.GATEHOUSE_URL}/o/{told['organization']['slug']}/")
        for name, person in told["people"].items():
            elsewhere = "  (of another organization)" if name == "stan" else ""
            self.stdout.write(f"  {person['role']:<14} {person['email']:<24} {person['password']}{elsewhere}")
