"""A missing or malformed variable stops the start with one sentence that names it and shows an example that works."""

import functools
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from config.environment import made_once, new_key
from tests.accounts.conftest import together

ROOT = Path(__file__).resolve().parent.parent.parent
KEY = "k1:" + "A" * 43 + "="
PRODUCTION = {
    "GATEHOUSE_ENV": "production",
    "GATEHOUSE_URL": "https://gatehouse.example.com",
    "EMAIL_URL": "smtp+tls://user:password@mail.example.com:587",
    "SECRET_KEY": "s" * 60,
    "GATEHOUSE_KEYS": KEY,
}
BOTH = {"DATABASE_URL": "postgres://a:b@127.0.0.1:5432/c", "REDIS_URL": "redis://127.0.0.1:6379/0"}


def start(var: Path, export: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    """`manage.py check` with these variables, and `export` as a person would type it."""
    clean = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    env = clean | {"GATEHOUSE_VAR": str(var)} | variables
    command = f"{f'export {export};' if export else ''} exec {sys.executable} manage.py check"
    return subprocess.run(
        ["sh", "-c", command], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60
    )


def sentence(done: subprocess.CompletedProcess[str]) -> str:
    """The one line that it ends with."""
    assert done.returncode == 2, done.stderr[-2000:]
    assert done.stderr.startswith("gatehouse: ") and done.stderr.count("\n") == 1, done.stderr[-2000:]
    return done.stderr.strip()


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """What a start in development complains about with this example as its only variable; asked once for each."""

    @functools.cache
    def complaint(example: str) -> str:
        done = start(tmp_path_factory.mktemp("var"), example)
        return done.stderr if done.returncode else ""

    return complaint


BAD = [
    ("GATEHOUSE_ENV", "staging"),
    ("GATEHOUSE_ENV", "Production"),
    ("PORT", "http"),
    ("PORT", "0"),
    ("PORT", "70000"),
    ("PORT", "８０"),
    ("PORT", "80.5"),
    ("HOST", "0.0.0.0"),
    ("HOST", "gatehouse.example.com"),
    ("GATEHOUSE_URL", "gatehouse.example.com"),
    ("GATEHOUSE_URL", "https://gatehouse.example.com"),
    ("GATEHOUSE_URL", "ftp://127.0.0.1"),
    ("GATEHOUSE_URL", "http://127.0.0.1:8000/gatehouse"),
    ("GATEHOUSE_URL", "http://127.0.0.1/?a=b"),
    ("GATEHOUSE_URL", "http://olga:secret@127.0.0.1"),
    ("GATEHOUSE_URL", "http://[::1"),
    ("GATEHOUSE_URL", "http://127.0.0.1:99999"),
    ("GATEHOUSE_URL", "http://127.0.0.1:port"),
    ("GATEHOUSE_TRUSTED_PROXIES", "1"),
    ("GATEHOUSE_TRUSTED_PROXIES", "-1"),
    ("GATEHOUSE_TRUSTED_PROXIES", "yes"),
    ("GATEHOUSE_WEBHOOK_ALLOW", "10.0.0.0/33"),
    ("GATEHOUSE_WEBHOOK_ALLOW", "intranet"),
    ("GATEHOUSE_WEBHOOK_IN_FLIGHT", "0"),
    ("GATEHOUSE_KEYS", "k1"),
    ("GATEHOUSE_KEYS", "k1:c2VjcmV0"),
    ("GATEHOUSE_KEYS", "k1:####"),
    ("GATEHOUSE_KEYS", f"{KEY},{KEY}"),
    ("GATEHOUSE_KEYS", f"{KEY},"),
    ("GATEHOUSE_KEYS", KEY.replace("k1", "k:1")),
    ("WEB_CONCURRENCY", "0"),
    ("WEB_CONCURRENCY", "many"),
    ("WEB_CONCURRENCY", "1000"),
    ("EMAIL_URL", "mail.example.com"),
    ("EMAIL_URL", "http://mail.example.com"),
    ("EMAIL_URL", "smtp+tls://user:secret@mail.example.com:port"),
    ("EMAIL_URL", "smtp://"),
    ("GATEHOUSE_LOG_LEVEL", "LOUD"),
    ("GATEHOUSE_VAR", "/dev/null"),
    ("GATEHOUSE_VAR", "/proc/gatehouse"),
]


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_malformed_variable_is_named_with_an_example_that_works(
    tmp_path: Path, works: Callable[[str], str], name: str, value: str
) -> None:
    told = sentence(start(tmp_path, **{name: value}))
    assert f" {name} " in told and f"{name}=" in told
    assert "secret" not in told and "c2VjcmV0" not in told
    if name != "GATEHOUSE_VAR":
        assert works(told[told.rindex(f"{name}=") :]) == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "mysql://a:b@c/d"),
        ("DATABASE_URL", "postgres://a:secret@127.0.0.1:port/c"),
        ("DATABASE_URL", "postgres://"),
        ("DATABASE_URL", "postgres://a:secret@127.0.0.1"),
        ("REDIS_URL", "nonsense"),
        ("REDIS_URL", "http://127.0.0.1"),
        ("REDIS_URL", "redis://:secret@127.0.0.1:port/0"),
    ],
)
def test_a_malformed_server_address_is_named_too(tmp_path: Path, name: str, value: str) -> None:
    told = sentence(start(tmp_path, **BOTH | {name: value}))
    assert f" {name} " in told and f"{name}=" in told and "secret" not in told


@pytest.mark.parametrize(("given", "missing"), [("DATABASE_URL", "REDIS_URL"), ("REDIS_URL", "DATABASE_URL")])
def test_one_server_alone_names_the_other(tmp_path: Path, given: str, missing: str) -> None:
    told = sentence(start(tmp_path, **{given: BOTH[given]}))
    assert f"{missing} is missing" in told
    assert start(tmp_path, told[told.rindex(f"{missing}=") :], **{given: BOTH[given]}).returncode == 0


@pytest.mark.parametrize("name", sorted(set(PRODUCTION) - {"GATEHOUSE_ENV"}))
@pytest.mark.parametrize("how", ["missing", "blank"])
def test_production_says_what_it_needs_with_an_example_that_works(
    tmp_path: Path, name: str, how: str
) -> None:
    given = {key: value for key, value in PRODUCTION.items() if key != name} | (
        {} if how == "missing" else {name: "  "}
    )
    told = sentence(start(tmp_path, **given))
    assert f" {name} " in told
    assert start(tmp_path, told[told.rindex(f"{name}=") :], **given).returncode == 0


def test_production_starts_with_what_it_needs_on_sqlite_and_any_host(tmp_path: Path) -> None:
    done = start(tmp_path, **PRODUCTION, HOST="0.0.0.0", GATEHOUSE_TRUSTED_PROXIES="1")
    assert done.returncode == 0, done.stderr


def test_no_example_is_a_key_that_the_world_knows(tmp_path: Path) -> None:
    for given in (
        {"GATEHOUSE_KEYS": "x"},
        {key: PRODUCTION[key] for key in PRODUCTION if key != "GATEHOUSE_KEYS"},
    ):
        told = sentence(start(tmp_path, **given))
        assert "AAAA" not in told


def test_development_needs_nothing_and_keeps_its_keys(tmp_path: Path) -> None:
    var = tmp_path / "var"
    assert start(var).returncode == 0
    made = (var / "keys").read_text(), (var / "secret_key").read_text()
    assert start(var).returncode == 0
    assert made == ((var / "keys").read_text(), (var / "secret_key").read_text())
    assert {oct(path.stat().st_mode & 0o777) for path in (var / "keys", var / "secret_key")} == {"0o600"}
    assert oct(var.stat().st_mode & 0o777) == "0o700"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.3.4.5"])
def test_development_starts_on_loopback(tmp_path: Path, host: str) -> None:
    assert start(tmp_path, HOST=host).returncode == 0, start(tmp_path, HOST=host).stderr


def test_a_file_that_is_made_once_is_read_whole_by_everybody(tmp_path: Path) -> None:
    for number in range(40):
        path = tmp_path / str(number)
        read = together(*(lambda path=path: made_once(path, new_key()) for _ in range(8)))
        assert len(set(read)) == 1 and str(read[0]).startswith("k1:")
    assert len(list(tmp_path.iterdir())) == 40
