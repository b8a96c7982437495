"""`manage.py verify_record`: walk every organization's chain, or one's; the first broken line is named, and exit is 1."""

import re
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Organization, RecordHead
from accounts.record import begin, compare, verify
from accounts.sealing import SealBroken

HEAD = re.compile(r"\A([0-9]{1,18}):([0-9a-fA-F]{64})\Z")


class Command(BaseCommand):
    """For operators, and for whoever keeps heads elsewhere."""

    help = "Verify the record of one organization, or of all; exit status 1 when a line is broken."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See the contract in docs/operators/."""
        parser.add_argument("--organization", metavar="SLUG")
        parser.add_argument(
            "--head", metavar="SEQ:HASH", help="a head noted earlier, as the page and each export print it"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """One line for each organization; what is wrong goes to stderr."""
        rows = Organization.objects.order_by("slug")
        if options["organization"]:
            rows = rows.filter(slug=options["organization"])
            if not rows:
                raise CommandError(f"there is no organization {options['organization']!r}")
        if options["head"] and len(rows) != 1:
            raise CommandError("--head is one organization's: name it with --organization SLUG")
        noted = HEAD.match(options["head"] or "")
        if options["head"] and not noted:
            raise CommandError(
                "--head wants a line's number and its hash, as in 18204:5f3a… (64 hexadecimal digits)"
            )
        told = [self._verify(organization, noted) for organization in rows]
        if broken := [sentence for sentence in told if sentence]:
            raise CommandError("\n".join(broken))

    def _verify(self, organization: Organization, noted: re.Match[str] | None) -> str:
        """What is wrong with this one, or ""."""
        slug = organization.slug
        try:
            found = verify(organization)
        except SealBroken as error:
            return f"{slug}: the key of the record does not open ({error})"
        if found.broken_at is not None:
            return (
                f"{slug}: broken at line {found.broken_at} ({found.reason}), after {found.checked} good lines"
            )
        if noted and (wrong := compare(organization, int(noted[1]), noted[2])):
            return f"{slug}: {wrong}"
        pruned = begin(organization.pk)[0]
        since = f", pruned up to line {pruned}" if pruned else ""
        head = RecordHead.objects.get(pk=organization.pk)
        self.stdout.write(
            f"{slug}: {found.checked} lines, unbroken, {found.erased} erased{since}; "
            f"head {head.seq}:{bytes(head.hash).hex()}"
        )
        return ""
