"""Checks that every translation is complete and compiled; `--write` brings the catalogues in step instead.

The sources are read in a copy of the tree, so that a check changes nothing here.
"""

import gettext
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts import debian, servers

ROOT = Path(__file__).resolve().parent.parent
# Nothing in these is shown to a user of the product (and static/ is large).
LEFT_OUT = shutil.ignore_patterns(
    ".*",
    "var",
    "static",
    "tests",
    "benchmarks",
    "scripts",
    "docs",
    "node_modules",
    "__pycache__",
    "*.sqlite3*",
)
DOMAIN = Path("LC_MESSAGES") / "django.po"


def languages() -> list[str]:
    """The languages of the settings, but for the one that the sources are written in."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.conf import settings

    return [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


def extract(folder: Path, codes: list[str]) -> Path:
    """Copy the sources into `folder` and merge their texts into the catalogues there; gives its locale folder."""
    tree = Path(shutil.copytree(ROOT, folder / "tree", ignore=LEFT_OUT))
    (tree / "locale").mkdir(exist_ok=True)
    command = [
        sys.executable,
        "-m",
        "django",
        "makemessages",
        "--no-obsolete",
        "--no-wrap",
        "--add-location",
        "file",
    ]
    command += [f"--locale={code}" for code in codes]
    # In the copy without settings: Django then takes the folder it stands in, and only that.
    done = subprocess.run(command, cwd=tree, env=tool_environment(), capture_output=True, text=True)
    if done.returncode:
        raise debian.Missing(f"The texts could not be read from the sources: {done.stderr.strip()}")
    return tree / "locale"


def tool_environment() -> dict[str, str]:
    """The environment without settings, and with messages of the tools in English."""
    return {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"} | {
        "LC_ALL": "C.UTF-8"
    }


def problems(code: str, fresh: Path) -> Iterator[str]:
    """What is wrong with one language, a sentence each."""
    committed = ROOT / "locale" / code / DOMAIN
    if not committed.exists():
        yield f"{committed.relative_to(ROOT)} is missing"
        return
    for flag, what in (("--untranslated", "is not translated"), ("--only-fuzzy", "is only guessed (fuzzy)")):
        entries = tool("msgattrib", flag, "--no-obsolete", "--no-wrap", fresh / code / DOMAIN).stdout
        for line in entries.splitlines():
            if line.startswith("msgid ") and line != 'msgid ""':
                yield f"{code}: {line.removeprefix('msgid ')} {what}"
    compiled = fresh / "compiled.mo"
    done = tool("msgfmt", "--check", "-o", compiled, committed)
    if done.returncode:
        yield f"{code}: {done.stderr.strip()}"
    elif messages(compiled) != messages(committed.with_suffix(".mo")):
        yield f"{code}: the compiled django.mo is not in step with django.po"


def tool(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run one of gettext's programs."""
    return subprocess.run(command, env=tool_environment(), capture_output=True, text=True)


def messages(path: Path) -> dict[object, str] | None:
    """What a compiled catalogue says, without its header (which holds times); None if there is none."""
    if not path.exists():
        return None
    with path.open("rb") as file:
        catalogue = dict(vars(gettext.GNUTranslations(file))["_catalog"])
    catalogue.pop("", None)
    return catalogue


def write(codes: list[str], fresh: Path) -> None:
    """Take over the merged catalogues and compile them."""
    for code in codes:
        target = ROOT / "locale" / code / DOMAIN
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(fresh / code / DOMAIN, target)
        done = tool("msgfmt", "--check", "-o", target.with_suffix(".mo"), target)
        if done.returncode:
            raise debian.Missing(done.stderr.strip())


def main() -> int:
    """0 if all is well; else 1, with a line for each problem."""
    for program in ("xgettext", "msgfmt", "msgattrib", "msgmerge"):
        debian.need(lambda name=program: shutil.which(name), "gettext", f"gettext's {program}")  # type: ignore[misc]
    codes, is_writing = languages(), "--write" in sys.argv[1:]
    with servers.scratch() as folder:
        fresh = extract(folder, codes)
        if is_writing:
            write(codes, fresh)
        found = [problem for code in codes for problem in problems(code, fresh)]
    for problem in found:
        print(problem)
    if found and is_writing:
        print(f"The catalogues are in step with the sources; {len(found)} to translate.")
    elif found:
        print(
            f"{len(found)} to do. `make messages` brings the catalogues in step and lists what to translate."
        )
    return 1 if found and not is_writing else 0


if __name__ == "__main__":
    sys.exit(main())
