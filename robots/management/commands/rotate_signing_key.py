"""`manage.py rotate_signing_key`: a new key signs access tokens from now on."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from robots import signing


class Command(BaseCommand):
    """For when somebody may have seen the old key; otherwise the timetable does it every 90 days."""

    help = "Sign access tokens (JWT) with a new key from now on; the old one stays in the key set for a day."

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it; where there is none yet, the first token makes it."""
        signing.rotate(timezone.now(), at_once=True)
        key = signing.current(timezone.now())
        self.stdout.write(f"Key {key.jwk['kid']} signs now." if key else "There is no key yet.")
