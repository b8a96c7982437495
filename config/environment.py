"""Reads the environment for settings.py; whatever is wrong stops the start with one sentence.

Which variables exist and what they mean: docs/operators/environment.md.
"""

import base64
import contextlib
import ipaddress
import os
import secrets
import sys
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

# Commands, not values: what stands in a manual or a log must be nobody's key.
SECRET_EXAMPLE = '"$(openssl rand -base64 48)"'  # noqa: S105
KEYS_EXAMPLE = '"k1:$(openssl rand -base64 32)"'
DATABASE_EXAMPLE = "postgres://gatehouse:password@127.0.0.1:5432/gatehouse"
REDIS_EXAMPLE = "redis://127.0.0.1:6379/0"
EMAIL_EXAMPLE = "smtp+tls://user:password@mail.example.com:587"


class EnvironmentProblem(ImproperlyConfigured):
    """A variable is missing or malformed; the message names it and shows a working example."""


def problem(name: str, why: str, example: str) -> EnvironmentProblem:
    """The one sentence an operator reads when `name` stops the start."""
    return EnvironmentProblem(f"{name} {why}; a working example: {name}={example}")


def text(name: str, default: str = "") -> str:
    """The variable's value, stripped; empty counts as unset."""
    return os.environ.get(name, "").strip() or default


def number(name: str, default: int, low: int, high: int) -> int:
    """An integer from `low` to `high`."""
    value = text(name, str(default))
    if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
        raise problem(name, f"must be a whole number from {low} to {high}", str(default))
    return int(value)


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    """One of a few words."""
    value = text(name, default)
    if value not in allowed:
        raise problem(name, f"must be one of {', '.join(allowed)}", default)
    return value


def several(name: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
    """Some of a few words, comma separated; all when unset, none for `none`."""
    words = tuple(part.strip() for part in text(name, ",".join(allowed)).split(",") if part.strip())
    if words == ("none",):
        return ()
    if not set(words) <= set(allowed):
        raise problem(
            name, f"must be none, or some of {', '.join(allowed)}, comma separated", ",".join(allowed)
        )
    return words


def is_loopback(host: str) -> bool:
    """Whether `host` (a name or an address) can only be reached from this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def base_url(name: str, default: str) -> str:
    """An absolute http(s) address without path, query or credentials."""
    value = text(name, default)
    parts = address(value, ("http", "https"))
    if not parts or "@" in parts.netloc or parts.path.strip("/") or parts.query or parts.fragment:
        example = default or "https://gatehouse.example.com"
        raise problem(name, "must be the public base address and nothing behind it", example)
    return value.rstrip("/")


def address(value: str, schemes: tuple[str, ...]) -> SplitResult | None:
    """The parts of an absolute address with one of these schemes, a host, and a port that is one; else None."""
    try:
        parts = urlsplit(value)
        return parts if parts.scheme in schemes and parts.hostname and parts.port != 0 else None
    except ValueError:
        return None


def server(name: str, schemes: tuple[str, ...], example: str) -> str:
    """The address of a server, "" when unset; the sentence never repeats it, it may hold a password."""
    value = text(name)
    parts = address(value, schemes)
    if value and (not parts or (name == "DATABASE_URL" and not parts.path.strip("/"))):
        told = " or ".join(f"{scheme}://" for scheme in schemes)
        raise problem(name, f"must be an address like the example, beginning with {told}", example)
    return value


def networks(name: str) -> tuple[str, ...]:
    """Comma separated IPv4 and IPv6 networks (CIDR)."""
    values = [part.strip() for part in text(name).split(",") if part.strip()]
    try:
        return tuple(str(ipaddress.ip_network(value)) for value in values)
    except ValueError as error:
        raise problem(name, f"is not a list of networks ({error})", "10.1.0.0/16,fd00::/8") from error


def keyring(value: str) -> dict[str, bytes]:
    """`id:base64 of 32 bytes`, comma separated, the first one seals; returns id → key in that order."""
    ring: dict[str, bytes] = {}
    for part in value.split(","):
        key_id, _, encoded = part.strip().partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except ValueError:
            key = b""
        if not key_id.isalnum() or len(key) != 32 or key_id in ring:
            # The value itself is a secret: the sentence never repeats it.
            raise problem("GATEHOUSE_KEYS", "must be id:base64-of-32-bytes, comma separated", KEYS_EXAMPLE)
        ring[key_id] = key
    return ring


def made_once(path: Path, make: str) -> str:
    """The text kept in `path`; written on first use, by exactly one of several processes starting at once."""
    if not path.exists():
        draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(make + "\n")
        # The whole file at once: whoever starts at the same moment never reads half of it.
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()


def new_key() -> str:
    """A fresh entry for GATEHOUSE_KEYS."""
    return "k1:" + base64.b64encode(secrets.token_bytes(32)).decode()


def private_folder(path: Path) -> Path:
    """Make `path` (mode 0700) unless it is there."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        why = f"is no folder that can be made ({error.strerror})"
        raise problem("GATEHOUSE_VAR", why, "/var/lib/gatehouse") from error
    return path


def refuse_exposed_development(host: str, url: str, proxies: int) -> None:
    """Development has open doors (/outbox/, made-up keys): it starts on loopback only."""
    if not is_loopback(host):
        raise problem("HOST", "must be a loopback address unless GATEHOUSE_ENV=production", "127.0.0.1")
    if not is_loopback(urlsplit(url).hostname or ""):
        raise problem(
            "GATEHOUSE_URL", "must be loopback or unset unless GATEHOUSE_ENV=production", url_example()
        )
    if proxies:
        raise problem("GATEHOUSE_TRUSTED_PROXIES", "must be 0 unless GATEHOUSE_ENV=production", "0")


def url_example() -> str:
    """A base address that works on a developer's machine."""
    return "http://127.0.0.1:8000"


def required_in_production(name: str, example: str) -> str:
    """The value of a variable that production can't do without."""
    value = text(name)
    if not value:
        raise problem(name, "is required when GATEHOUSE_ENV=production", example)
    return value


def stop(error: EnvironmentProblem) -> None:
    """End the process with the sentence alone, no traceback (exit status 2)."""
    sys.stderr.write(f"gatehouse: {error}\n")
    raise SystemExit(2)


def postgresql(url: str) -> dict[str, Any]:
    """Django's settings for that database: connections live with their thread.

    Only the cursors of accounts/statements.py prepare, and at once; a pool between us and PostgreSQL may forbid it
    (`?prepare_threshold=-1` in DATABASE_URL).
    """
    told: dict[str, Any] = dict(environ.Env.db_url_config(url))
    options = dict(told.get("OPTIONS") or {})
    threshold = int(options.get("prepare_threshold", 0))
    options["prepare_threshold"] = None if threshold < 0 else threshold
    return told | {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True, "OPTIONS": options}
