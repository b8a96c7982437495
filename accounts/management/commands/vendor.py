"""Keeps `static/vendor/` and `tests/vendor/` honest: every file there is the one its package published."""

import hashlib
import json
import subprocess
import tarfile
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

HERE = Path(__file__).resolve().parents[3]
VENDOR = HERE / "static" / "vendor"
# Where the tests are left out of an installation, so are theirs.
FOLDERS = [folder for folder in (VENDOR, HERE / "tests" / "vendor") if (folder / "manifest.json").is_file()]
Entry = dict[str, Any]


def read_manifest(folder: Path) -> dict[str, Entry]:
    """The files of the manifest, by their path below the folder."""
    files: dict[str, Entry] = json.loads((folder / "manifest.json").read_text("utf-8"))["files"]
    return files


def problems(folder: Path) -> list[str]:
    """One sentence for each file that is missing, changed or not in the manifest."""
    files = read_manifest(folder)
    said = []
    for name, entry in files.items():
        file = folder / name
        if not file.is_file():
            said.append(f"{name} is in the manifest but not in the folder.")
        elif hashlib.sha256(file.read_bytes()).hexdigest() != entry["sha256"]:
            said.append(f"{name} is not what the manifest says ({entry['package']} {entry['version']}).")
    present = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}
    return said + [
        f"{name} is in the folder but not in the manifest."
        for name in sorted(present - set(files) - {"manifest.json"})
    ]


def published(entries: dict[str, Entry], spec: str) -> dict[str, bytes]:
    """What the package `spec` (name@version) holds for these entries, fetched with npm."""
    with tempfile.TemporaryDirectory() as scratch:
        pack = ["npm", "pack", spec, "--silent", "--pack-destination", scratch]
        subprocess.run(pack, check=True, stdout=subprocess.DEVNULL)
        with tarfile.open(next(Path(scratch).glob("*.tgz"))) as archive:
            found = {}
            for name, entry in entries.items():
                try:
                    member = archive.extractfile(f"package/{entry['path']}")
                except KeyError:
                    member = None
                if member is None:
                    raise CommandError(f"{spec} has no file {entry['path']}.")
                found[name] = member.read()
    for name, entry in entries.items():
        if "without" in entry:  # a pointer to a source map that we do not ship
            found[name] = found[name].replace(entry["without"].encode(), b"").rstrip() + b"\n"
    return found


class Command(BaseCommand):
    """`vendor --check` compares with the manifest, `vendor --fetch` gets the packages again."""

    help = "Check the vendored files against their manifest, or fetch them again with npm."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Exactly one of the two ways."""
        way = parser.add_mutually_exclusive_group(required=True)
        way.add_argument("--check", action="store_true", help="compare with the manifest; needs no network")
        way.add_argument("--fetch", action="store_true", help="fetch with npm pack, compare, write")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the way that was asked for."""
        if options["fetch"]:
            for folder in FOLDERS:
                self.fetch(folder)
        if said := [one for folder in FOLDERS for one in problems(folder)]:
            raise CommandError(" ".join(said))
        count = sum(len(read_manifest(folder)) for folder in FOLDERS)
        self.stdout.write(f"{count} vendored files are as published.")

    def fetch(self, folder: Path) -> None:
        """Write what the packages hold; refuse a version whose bytes are not those of the manifest."""
        specs: dict[str, dict[str, Entry]] = {}
        for name, entry in read_manifest(folder).items():
            if entry["path"]:
                specs.setdefault(f"{entry['package']}@{entry['version']}", {})[name] = entry
        for spec, entries in specs.items():
            for name, content in published(entries, spec).items():
                if hashlib.sha256(content).hexdigest() != entries[name]["sha256"]:
                    raise CommandError(f"{name}: {spec} now holds other bytes than the manifest says.")
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(content)
            self.stdout.write(f"{spec}: {len(entries)} files.")
