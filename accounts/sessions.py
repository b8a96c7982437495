"""Django's database sessions, with the key stored as its fingerprint and the payload sealed.

Libraries keep things in a session that must not be readable in a database (allauth: mailed codes, set-up secrets),
and a session key is a credential itself: whoever reads the table can neither use nor read what is in it.
"""

import hashlib
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone

from accounts.models import Session
from accounts.sealing import SealBroken, seal, unseal


def stored_key(session_key: str | None) -> str:
    """The primary key of a session's row: 40 hex digits of its SHA-256."""
    return hashlib.sha256((session_key or "").encode()).hexdigest()[:40]


class SessionStore(DatabaseStore):
    """See the module; everything else is Django's."""

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
        return found

    def exists(self, session_key: str) -> bool:
        """Whether a session with this (plain) key is stored."""
        return self.model.objects.filter(session_key=stored_key(session_key)).exists()

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        """The row to save, under the fingerprint."""
        row = super().create_model_instance(data)
        row.session_key = stored_key(row.session_key)
        return self._whose(row, data)

    @staticmethod
    def _whose(row: Any, data: dict[str, Any]) -> Any:
        """The row with its person, and with what was noted about their visits (saving writes every column)."""
        user = data.get("_auth_user_id")
        row.user_id = int(user) if user else None
        before = Session.objects.filter(pk=row.session_key).values(
            "created_at", "last_seen_at", "address", "client"
        )
        for name, value in (before.first() or {}).items():
            setattr(row, name, value)
        return row

    def delete(self, session_key: str | None = None) -> None:
        """Forget the session with this (plain) key, or this one."""
        if key := session_key or self.session_key:
            self.model.objects.filter(session_key=stored_key(key)).delete()
