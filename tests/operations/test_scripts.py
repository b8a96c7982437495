"""What the Makefile calls: the translations' check, the browser finder, the throw-away servers."""

import contextlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from scripts import chromium, debian, servers, translations

ROOT = Path(__file__).resolve().parent.parent.parent
HEADER = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
needs_gettext = pytest.mark.skipif(not shutil.which("msgfmt"), reason="gettext's tools are not installed")


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A tree with one translatable template, to which tests add a Polish catalogue."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text('{% load i18n %}{% translate "Create robot" %}')
    monkeypatch.setattr(translations, "ROOT", tmp_path)
    return tmp_path


def problems(tree, catalogue):
    """What the check says about `catalogue`, compiled as it stands."""
    folder = tree / "locale" / "pl" / "LC_MESSAGES"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "django.po").write_text(HEADER + catalogue)
    subprocess.run(["msgfmt", folder / "django.po", "-o", folder / "django.mo"], check=True)
    return check(tree)


def check(tree):
    """What the check says."""
    with servers.scratch() as folder:
        return list(translations.problems("pl", translations.extract(folder, ["pl"])))


@needs_gettext
def test_complete_translation_passes(tree):
    assert problems(tree, 'msgid "Create robot"\nmsgstr "Utwórz robota"\n') == []


@needs_gettext
@pytest.mark.parametrize(
    ("catalogue", "complaint"),
    [
        ("", "is not translated"),
        ('msgid "Create robot"\nmsgstr ""\n', "is not translated"),
        ('#, fuzzy\nmsgid "Create robot"\nmsgstr "Utwórz robota"\n', "fuzzy"),
        ('msgid "Create robots"\nmsgstr "Utwórz roboty"\n', "fuzzy"),
    ],
)
def test_incomplete_translation_is_named(tree, catalogue, complaint):
    (problem,) = problems(tree, catalogue)
    assert problem.startswith('pl: "Create robot"')
    assert complaint in problem


@needs_gettext
def test_stale_compiled_catalogue_is_named(tree):
    assert problems(tree, 'msgid "Create robot"\nmsgstr "Utwórz robota"\n') == []
    source = tree / "locale" / "pl" / "LC_MESSAGES" / "django.po"
    source.write_text(source.read_text().replace("Utwórz", "Stwórz"))
    assert check(tree) == ["pl: the compiled django.mo is not in step with django.po"]


@needs_gettext
def test_missing_catalogue_is_named(tree):
    assert check(tree) == ["locale/pl/LC_MESSAGES/django.po is missing"]


def test_chromium_that_is_found_starts():
    assert chromium.starts(os.environ.get("GATEHOUSE_CHROMIUM") or chromium.find())


def test_no_browser_ends_with_how_to_get_one(monkeypatch):
    for way in ("on_path", "of_playwright", "download"):
        monkeypatch.setattr(chromium, way, lambda: None)
    monkeypatch.setattr(debian, "install", lambda *packages: False)
    with pytest.raises(SystemExit, match="apt-get install chromium"):
        chromium.find()


def test_missing_tool_that_cannot_be_installed_is_named(monkeypatch):
    monkeypatch.setattr(debian, "install", lambda *packages: False)
    with pytest.raises(SystemExit, match="A kettle is needed.*apt-get install kettle"):
        debian.need(lambda: None, "kettle", "A kettle")


@pytest.mark.scale
@pytest.mark.parametrize("server", [servers.postgres, servers.redis])
def test_throw_away_server_leaves_nothing(server, monkeypatch):
    made = []

    @contextlib.contextmanager
    def noted_scratch(scratch=servers.scratch):
        with scratch() as folder:
            made.append(folder)
            yield folder

    monkeypatch.setattr(servers, "scratch", noted_scratch)
    with server() as url:
        assert url
        assert any(made[0].iterdir())
    assert [folder.exists() for folder in made] == [False]


def test_make_alone_lists_the_commands():
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for command in ("run", "demo", "test", "test-scale", "check", "bench"):
        assert f"make {command} " in listed
