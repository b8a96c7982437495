"""Polish: counts have three forms, the manual's labels stand on their pages, and mails speak the recipient's language."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from allauth.account.adapter import get_adapter
from django.test import Client
from django.utils.translation import gettext, ngettext, npgettext, override

from accounts import mail
from accounts.models import OutgoingMail, User
from accounts.templatetags.look import when
from tests.cast import Cast

ROOT = Path(__file__).resolve().parent.parent
MAILS = ROOT / "templates" / "mail"
# Names that no language changes, and the facts of an example.
FACTS: dict[str, Any] = {
    "robot_name": "Robby",
    "sharer_name": "Olga",
    "inviter_name": "Olga",
    "offerer_name": "Olga",
    "owner_name": "Carl",
    "by_name": "Carl",
    "what": "",
    "token_name": "Grafana",
    "home_name": "Halden",
    "names": ["Grafana"],
    "n": 1,
    "why": "—",
    "expires_at": datetime(2027, 2, 22, 12, tzinfo=UTC),
    "ends": datetime(2027, 2, 22, 12, tzinfo=UTC),
    "unused_since": datetime(2026, 11, 1, 12, tzinfo=UTC),
    "days": 7,
    "url": "https://gatehouse.example/",
    "url_words": "https://gatehouse.example/",
    "code": "K7Q-2FX",
    "email": "mia@halden.example",
    "from_email": "mia@halden.example",
    "to_email": "mia@nordic.example",
    "deleted_email": "mia@nordic.example",
    "ip": "203.0.113.9",
    "user_agent": "Firefox",
}
# What may stand in a Polish heading as it is.
KEPT = {
    "gatehouse",
    "halden",
    "robby",
    "olga",
    "carl",
    "mia",
    "test",
    "token",
    "webhook",
    "connect",
    "api",
    "grafana",
}


@pytest.mark.parametrize(
    ("one", "many", "expected"),
    [
        ("%(n)s robot", "%(n)s robots", ["1 robot", "2 roboty", "5 robotów", "22 roboty"]),
        ("%(n)s person", "%(n)s people", ["1 osoba", "2 osoby", "5 osób", "22 osoby"]),
        (
            "%(n)d minute ago",
            "%(n)d minutes ago",
            ["1 minutę temu", "2 minuty temu", "5 minut temu", "22 minuty temu"],
        ),
    ],
)
def test_counts_have_three_forms(one: str, many: str, expected: list[str]) -> None:
    with override("pl"):
        assert [ngettext(one, many, n) % {"n": n} for n in (1, 2, 5, 22)] == expected
        assert ngettext(one, many, 12) % {"n": 12} == expected[2].replace("5", "12")


def test_the_same_words_differ_where_polish_needs_it() -> None:
    with override("pl"):
        shared = [npgettext("shared with", "%(n)s person", "%(n)s people", n) % {"n": n} for n in (1, 2, 5)]
    assert shared == ["1 osobie", "2 osobom", "5 osobom"]


def test_months_are_small_letters() -> None:
    with override("pl"):
        assert ">29 lis 2025<" in when(date(2025, 11, 29))


def test_a_count_on_a_page_is_inflected(cast: Cast) -> None:
    page = polish(cast, "olga").get("/o/halden/settings/robots/").content.decode()
    assert "2 roboty" in page and "2 robots" not in page


def polish(cast: Cast, name: str) -> Client:
    """A signed-in browser of somebody who reads Polish."""
    User.objects.filter(pk=cast.users[name].pk).update(language="pl")
    cast.users[name].refresh_from_db()
    client = cast.client(name)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "pl"
    return client


# The manual's labels and the page on which each stands; {robby} and {mia} are their public ids.
LABELS = [
    ("/o/halden/", ["Przegląd", "Zarządzanie użytkownikami", "Obszary robocze", "Ustawienia", "Rejestr"]),
    ("/o/halden/", ["Administracja kontem", "Udostępnione Tobie", "Wyloguj się"]),
    ("/o/halden/people/", ["Zarządzanie użytkownikami", "Użytkownicy", "Grupy", "Zaproś"]),
    ("/o/halden/people/{mia}/", ["Rola", "Uprawnienia", "Dostęp do API", "Zapisz zmiany"]),
    ("/o/halden/settings/robots/", ["Ustawienia", "Konto", "Profil", "Ustawienia integracji (roboty)"]),
    (
        "/o/halden/settings/robots/?create",
        ["Warunki korzystania z API", "Tak, rozumiem i chcę kontynuować", "Utwórz"],
    ),
    (
        "/o/halden/settings/robots/{robby}/",
        ["Client ID", "Client Secret", "OAuth1 Token", "OAuth1 Token Secret", "Dane uwierzytelniające"],
    ),
    (
        "/o/halden/settings/robots/{robby}/",
        ["Odnów sekrety", "Udostępniono", "Wybierz członka", "Dodaj członka", "Może zmieniać dane"],
    ),
    ("/o/halden/settings/robots/{robby}/", ["Rozumiem, że tego nie można cofnąć", "Usuń", "Opiekun"]),
    ("/o/halden/settings/connect/", ["Ustawienia", "Konto", "Connect", "Poproś o dostęp"]),
    ("/o/halden/record/", ["Rejestr", "Sprawdź", "Filtruj"]),
    (
        "/profile/tokens/?create",
        [
            "Ustawienia",
            "Profil",
            "Token dostępu osobistego",
            "Utwórz token dostępu",
            "Uprawnienia",
            "Tylko odczyt",
        ],
    ),
    (
        "/profile/tokens/?create",
        ["Wszystko, co mogę ja", "Tylko to, co wybiorę", "Wygasa", "Anuluj", "Utwórz"],
    ),
    ("/o/halden/settings/api/", ["Zasady API", "Najdłuższa ważność", "Zapisz zmiany"]),
    ("/profile/security/", ["Bezpieczeństwo", "Sesje", "Hasło"]),
]


@pytest.mark.parametrize(("address", "labels"), LABELS)
def test_the_manuals_labels_stand_on_their_pages(cast: Cast, address: str, labels: list[str]) -> None:
    named = address.format(robby=cast.robby.public_id, mia=cast.users["mia"].public_id)
    answer = polish(cast, "olga").get(named)
    page = unescape(answer.content.decode())
    assert (answer.status_code, answer["Content-Language"]) == (200, "pl")
    assert '<html lang="pl"' in page
    assert [label for label in labels if label not in page] == []


def test_a_visitors_browser_decides() -> None:
    page = Client(HTTP_ACCEPT_LANGUAGE="pl").get("/accounts/login/").content.decode()
    assert "Zaloguj się" in page and "Nie pamiętasz hasła?" in page and ">Sign in<" not in page


# The manual's words, for pages that may not have them yet: a text that exists says it this way.
TERMS = {
    "Account": "Konto",
    "Settings": "Ustawienia",
    "Profile": "Profil",
    "Personal access tokens": "Token dostępu osobistego",
    "Create access token": "Utwórz token dostępu",
    "Webhooks": "Webhooki",
    "Add new webhook": "Dodaj nowy Webhook",
    "Authentication": "Uwierzytelnianie",
    "Headers": "Nagłówki",
    "User management": "Zarządzanie użytkownikami",
    "Users": "Użytkownicy",
    "API access": "Dostęp do API",
    "Request access": "Poproś o dostęp",
    "Revoke": "Wycofaj",
    "Cancel": "Anuluj",
    "Update": "Zapisz zmiany",
}


@pytest.mark.parametrize(("english", "manual"), TERMS.items())
def test_a_term_of_the_manual_is_translated_as_the_manual_does(english: str, manual: str) -> None:
    with override("pl"):
        assert gettext(english) in (manual, english)
    catalogue = (ROOT / "locale" / "pl" / "LC_MESSAGES" / "django.po").read_text("utf-8")
    if f'\nmsgid "{english}"\nmsgstr ' in catalogue:
        assert f'\nmsgid "{english}"\nmsgstr "{manual}"\n' in catalogue


def written(row: OutgoingMail) -> tuple[str, str, str]:
    """Subject, heading and text of a mail that waits."""
    message = mail.open_message(row)
    [(html, _kind)] = message.alternatives
    heading = re.search(r"<h1[^>]*>(.*?)</h1>", str(html), re.DOTALL)
    assert heading is not None and 'lang="' in str(html)
    return str(message.subject), unescape(heading[1]).strip(), str(message.body)


def words(text: str) -> set[str]:
    """Its words of three letters and more."""
    return set(re.findall(r"[^\W\d_]{3,}", text.casefold())) - KEPT


def in_polish_only(polish_mail: tuple[str, str, str], english_mail: tuple[str, str, str]) -> None:
    """Subject and heading are there, and share no word with their English."""
    for told, english in zip(polish_mail[:2], english_mail[:2], strict=True):
        assert told and english and not words(told) & words(english), told
    assert "Hello" not in polish_mail[2]


KINDS = sorted(path.name.removesuffix("_subject.txt") for path in MAILS.glob("*_subject.txt"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_mail_is_in_the_recipients_language(cast: Cast, kind: str) -> None:
    mia, carl = cast.users["mia"], cast.users["carl"]
    mia.language, carl.language = "pl", "en"
    with override("en"):
        told = written(mail.post(kind, mia, FACTS, cast.home))
    with override("pl"):
        english = written(mail.post(kind, carl, FACTS, cast.home))
    in_polish_only(told, english)


PREFIXES = sorted(
    path.relative_to(ROOT / "templates").as_posix().removesuffix("_subject.txt")
    for app in ("account", "mfa")
    for path in (ROOT / "templates" / app / "email").glob("*_subject.txt")
)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_mail_of_the_account_is_in_the_recipients_language(cast: Cast, prefix: str) -> None:
    User.objects.filter(pk=cast.users["mia"].pk).update(language="pl")
    for name in ("mia", "carl"):
        get_adapter().send_mail(prefix, f"{name}@halden.example", FACTS)
    told, english = (written(row) for row in OutgoingMail.objects.order_by("pk"))
    in_polish_only(told, english)


def translating_names() -> Iterator[tuple[str, str, str]]:
    """(file, function, the name it is called by) of every import from Django's translation."""
    for app in ("accounts", "workspaces", "robots", "tokens", "webhooks", "dialects", "config"):
        for path in (ROOT / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
                    yield from (
                        (path.relative_to(ROOT).as_posix(), alias.name, alias.asname or alias.name)
                        for alias in node.names
                    )


def test_a_text_is_found_by_its_functions_name() -> None:
    """`makemessages` knows gettext's own names and `_`; under another name a text never reaches the translator."""
    for file, function, called in translating_names():
        assert "gettext" not in function or called in (function, "_"), f"{file}: {called}(…) is not read"
        assert called != "_" or function in ("gettext", "gettext_lazy"), f"{file}: _ is {function}"
