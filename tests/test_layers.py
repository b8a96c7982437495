"""The house's floors hold: a module imports from its own app and from floors below, never up, never sideways."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# app → the apps of ours that it may import.
FLOORS = {
    "accounts": set(),
    "workspaces": {"accounts"},
    "robots": {"accounts"},
    "tokens": {"accounts", "workspaces", "robots"},
    "webhooks": {"accounts", "workspaces"},
    "dialects": {"accounts", "workspaces", "robots", "tokens", "webhooks"},
    "config": {"accounts", "workspaces", "robots", "tokens", "webhooks", "dialects"},
}
FLOORS["tokens"].discard("workspaces")
# Inside an app: a module may not import from those after it.
STAIRS = ["models", "credentials", "actions", "renewal", "forms", "pages", "api", "tasks", "views", "urls"]
ONLY_IN = {
    "cryptography": {"accounts/sealing.py"},
    "oauth2_provider": {"robots/oauth.py", "robots/models/application.py"},
    # The one door to strangers.
    "aiohttp": {"webhooks/sender.py"},
    "uvloop": {"webhooks/sender.py"},
}


def sources() -> Iterator[Path]:
    for app in FLOORS:
        yield from (path for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts)


def imported(path: Path) -> Iterator[str]:
    """Every module a file imports, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_a_module_imports_downwards() -> None:
    for path in sources():
        app = path.relative_to(ROOT).parts[0]
        for module in imported(path):
            other = module.partition(".")[0]
            assert other == app or other not in FLOORS or other in FLOORS[app], (
                f"{name(path)} imports {module}"
            )


def test_actions_do_not_know_their_doors() -> None:
    for path in sources():
        app, *rest = path.relative_to(ROOT).parts
        step = rest[0].removesuffix(".py")
        if step not in ("models", "actions", "renewal", "credentials"):
            continue
        above = set(STAIRS[STAIRS.index("forms") :])
        for module in imported(path):
            parts = module.split(".")
            assert parts[0] != app or len(parts) < 2 or parts[1] not in above, (
                f"{name(path)} imports {module}"
            )


@pytest.mark.parametrize("library", ONLY_IN)
def test_a_sharp_library_is_held_in_few_hands(library: str) -> None:
    users = {name(path) for path in sources() if any(m.partition(".")[0] == library for m in imported(path))}
    assert users == ONLY_IN[library]


def test_only_the_sender_connects_out() -> None:
    ways = {"socket", "http.client", "urllib.request", "requests", "httpx", "urllib3", "smtplib", "ftplib"}
    for path in (ROOT / "webhooks").rglob("*.py"):
        if path.name == "here.py":
            # It asks a name server and its own machine for addresses, and reaches out to none of them.
            assert ".connect" not in path.read_text()
        elif path.name != "sender.py":
            assert not ways.intersection(imported(path)), name(path)


def test_a_file_says_what_it_is_for_and_stays_small() -> None:
    for path in sources():
        text = path.read_text("utf-8")
        if text:
            assert ast.get_docstring(ast.parse(text)), f"{name(path)} opens without a sentence"
        if path.name != "settings.py":
            assert len(text.splitlines()) <= 300, f"{name(path)} wants a second noun"


def test_a_function_stays_small() -> None:
    for path in sources():
        is_view = "views" in path.parts or path.name == "views.py"
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                assert lines <= (25 if is_view else 40), f"{name(path)}: {node.name} has {lines} lines"


def test_templates_have_no_inline_script_or_style() -> None:
    for path in (ROOT / "templates").rglob("*.html"):
        if "mail" in path.parts or "email" in path.parts:
            continue
        text = path.read_text("utf-8").lower()
        assert " style=" not in text and "<style" not in text, name(path)
        assert " onclick=" not in text and "javascript:" not in text, name(path)
        assert text.count("<script") == text.count("<script src") + text.count('<script type="module" src'), (
            name(path)
        )


def test_templates_stay_small() -> None:
    for path in (ROOT / "templates").rglob("*.html"):
        assert len(path.read_text("utf-8").splitlines()) <= 120, name(path)
