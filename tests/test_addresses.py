"""Slugs never collide with addresses; headers are strict on every page; health is told honestly."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models.people import RESERVED_SLUGS
from accounts.views import health
from tests.cast import Cast
from tests.test_access import addresses


def test_no_slug_is_the_first_part_of_an_address() -> None:
    first = {route.split("/")[0] for _name, route, _view in addresses()}
    slugs = {part for part in first if part and part[0].isalpha() and "<" not in part}
    assert slugs <= RESERVED_SLUGS, sorted(slugs - RESERVED_SLUGS)


@pytest.mark.parametrize(
    "path", ["/accounts/login/", "/o/halden/", "/o/halden/settings/robots/", "/nothing/"]
)
def test_headers_are_strict_on_every_page(cast: Cast, path: str) -> None:
    headers = cast.client("olga").get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff" and headers["X-Frame-Options"] == "DENY"
    assert "no-store" in headers["Cache-Control"] and headers["Referrer-Policy"] == "same-origin"
    assert (
        headers["Cross-Origin-Opener-Policy"] == "same-origin"
        and "camera=()" in headers["Permissions-Policy"]
    )
    assert len(headers["X-Request-ID"]) == 32


def test_answers_with_secrets_tell_nobody_where_they_were(cast: Cast) -> None:
    answer = cast.client("olga").post(
        "/o/halden/settings/robots/", {"understand": "on", "creation_key": "c" * 32}
    )
    assert answer.status_code == 200 and b"gate_cs_" in answer.content
    assert (
        answer.headers["Referrer-Policy"] == "no-referrer" and answer.headers["Cache-Control"] == "no-store"
    )


def test_healthz_asks_nothing(queries: Any, client: Client) -> None:
    assert queries(lambda: client.get("/healthz")) == 0
    assert client.get("/healthz").content == b"ok" and client.post("/healthz").status_code == 405


def test_readyz_says_which_part_is_not_well(client: Client) -> None:
    cache.delete(health.TIMETABLE_KEY)
    told = client.get("/readyz").json()
    assert told["status"] == "degraded" and told["timetable"] == "never seen" and told["database"] == "ok"
    health.note_timetable()
    assert client.get("/readyz").json()["timetable"] == "ok"


def test_readyz_answers_503_without_a_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> str:
        raise OSError("no route")

    monkeypatch.setitem(health.CHECKS, "database", gone)
    answer = client.get("/readyz")
    assert answer.status_code == 503 and answer.json()["status"] == "down"


def test_the_outbox_page_is_for_the_developer_at_this_machine(client: Client, settings: Any) -> None:
    settings.EMAIL_URL, settings.PRODUCTION = "", False
    assert client.get("/outbox/").status_code == 200
    assert client.get("/outbox/", REMOTE_ADDR="203.0.113.5").status_code == 404
    assert client.get("/outbox/", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404
    settings.PRODUCTION = True
    assert client.get("/outbox/").status_code == 404


def test_language_and_theme_are_chosen_by_a_form_and_go_back_to_a_page_of_ours(cast: Cast) -> None:
    mia = cast.client("mia")
    answer = mia.post("/language/", {"language": "pl", "next": "https://evil.example/"})
    assert answer.headers["Location"] == "/" and mia.get("/o/halden/").headers["Content-Language"] == "pl"
    answer = mia.post("/theme/", {"theme": "dark", "next": "/o/halden/"})
    assert answer.headers["Location"] == "/o/halden/"
    assert 'data-bs-theme="dark"' in mia.get("/o/halden/").content.decode()
    assert mia.post("/theme/", {"theme": "<script>"}).cookies["theme"].value == ""


@pytest.mark.parametrize("path", ["/accounts/login/", "/api/v1/me", "/oauth2/token", "/nothing"])
def test_a_foreign_host_header_is_400(client: Client, path: str) -> None:
    assert client.get(path, headers={"Host": "evil.example"}).status_code == 400
    assert client.get("/healthz", headers={"Host": "10.0.0.7:8000"}).status_code == 200
