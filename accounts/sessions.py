"""Django's database sessions, with the key stored as its fingerprint and the payload sealed.

Libraries keep things in a session that must not be readable in a database (allauth: mailed codes, set-up secrets),
and a session key is a credential itself: whoever reads the table can neither use nor read what is in it.
Each row also knows whose it is and from where, so that people can see and end theirs.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import Session, User
from accounts.sealing import SealBroken, seal, unseal


def stored_key(session_key: str | None) -> str:
    """The primary key of a session's row: 40 hex digits of its SHA-256."""
    return hashlib.sha256((session_key or "").encode()).hexdigest()[:40]


# A visit is noted at most this often, in one UPDATE.
NOTED_EVERY = timedelta(minutes=5)


class SessionStore(DatabaseStore):
    """See the module; everything else is Django's."""

    # What a sign-in just told, for the row that is saved next; and when the row's visit was last noted.
    visit: dict[str, Any] | None = None
    seen_at: datetime | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Our row, which knows whose it is."""
        return Session

    def _place(self) -> dict[str, str]:
        return {
            "table": "accounts_session",
            "column": "session_data",
            "organization": "",
            "row": stored_key(self.session_key),
        }

    def encode(self, session_dict: dict[str, Any]) -> str:
        """Signed by Django as ever, then sealed for this session's row."""
        return seal(super().encode(session_dict), **self._place())

    def decode(self, session_data: Any) -> dict[str, Any]:
        """The payload; an envelope that does not open is an empty session, as Django does for a bad signature."""
        try:
            return super().decode(unseal(session_data, **self._place()))
        except SealBroken:
            return {}

    def _get_session_from_db(self) -> Any:
        row = self.model.objects.filter(
            session_key=stored_key(self.session_key), expire_date__gt=timezone.now()
        )
        if (found := row.first()) is None:
            self._session_key = None
        else:
            self.seen_at = found.last_seen_at  # type: ignore[attr-defined]
        return found

    def exists(self, session_key: str) -> bool:
        """Whether a session with this (plain) key is stored."""
        return self.model.objects.filter(session_key=stored_key(session_key)).exists()

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        """The row to save, under the fingerprint."""
        row = super().create_model_instance(data)
        row.session_key = stored_key(row.session_key)
        return self._whose(row, data)

    def _whose(self, row: Any, data: dict[str, Any]) -> Any:
        """The row with its person, and with what was noted about their visits (saving writes every column)."""
        user = data.get("_auth_user_id")
        row.user_id = int(user) if user else None
        before = Session.objects.filter(pk=row.session_key).values(
            "created_at", "last_seen_at", "address", "client"
        )
        for name, value in ((before.first() or {}) | (self.visit or {})).items():
            setattr(row, name, value)
        return row

    def delete(self, session_key: str | None = None) -> None:
        """Forget the session with this (plain) key, or this one."""
        if key := session_key or self.session_key:
            self.model.objects.filter(session_key=stored_key(key)).delete()


def _visit(request: HttpRequest) -> dict[str, Any]:
    return {
        "last_seen_at": timezone.now(),
        "address": getattr(request, "client_address", "")[:64],
        "client": request.META.get("HTTP_USER_AGENT", "").replace("\0", "")[:200],
    }


def note_sign_in(request: HttpRequest) -> None:
    """The session that is about to be saved belongs to a sign-in from here."""
    request.session.visit = _visit(request)  # type: ignore[attr-defined]


def note_visit(request: HttpRequest) -> None:
    """When, from where and with what a session is used; a note that cannot be written now is written later."""
    seen_at, now = request.session.seen_at, timezone.now()  # type: ignore[attr-defined]
    if seen_at is not None and now - seen_at < NOTED_EVERY:
        return
    try:
        Session.objects.filter(pk=stored_key(request.session.session_key)).update(**_visit(request))
    except DatabaseError:
        return


def of(user: User) -> list[Session]:
    """Where somebody is signed in, the latest first."""
    rows = Session.objects.filter(user=user, expire_date__gt=timezone.now()).defer("session_data")
    return sorted(rows, key=lambda row: row.last_seen_at or row.created_at, reverse=True)


def end(user: User, stored: str) -> bool:
    """End one of somebody's sessions; False when it had ended already. The next request with it is a visitor's."""
    return Session.objects.filter(user=user, pk=stored).delete()[0] > 0


def end_others(user: User, session_key: str | None) -> int:
    """End all of somebody's sessions but the one with this (plain) key."""
    return Session.objects.filter(user=user).exclude(pk=stored_key(session_key)).delete()[0]


# Looked for in this order: most browsers also name the ones they descend from.
BROWSERS = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
]
SYSTEMS = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
]


def device(client: str) -> tuple[str, str]:
    """(browser, system) of a user agent, each "" if unknown."""
    browser, system = (
        next((name for mark, name in table if mark in client), "") for table in (BROWSERS, SYSTEMS)
    )
    return browser, system
