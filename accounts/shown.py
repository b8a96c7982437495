"""What a settings form showed when it was opened: an old page must not quietly undo what a colleague decided since."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from accounts.actions import NotPossible


def stamp(row: Any, fields: Iterable[str]) -> str:
    """These fields as they are now, as text for a hidden input."""
    return "|".join(str(getattr(row, field)) for field in fields)


def still(row: Any, fields: Iterable[str], shown: str) -> None:
    """Raises NotPossible when they are others by now; `row` is locked. An empty `shown` saw nothing: any will do."""
    if shown and shown != stamp(row, fields):
        raise NotPossible(
            _("Somebody changed this policy while your page was open. Compare, then press Update again.")
        )


class ShownForm(forms.Form):
    """With the stamp of what it showed."""

    shown = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)

    def show_anew(self, row: Any, fields: Iterable[str]) -> None:
        """What was typed is compared with the present state the next time."""
        typed = self.data.copy()  # type: ignore[attr-defined]
        typed["shown"] = stamp(row, fields)
        self.data = typed
