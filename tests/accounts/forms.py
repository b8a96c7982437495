"""Reads the forms of a page as a browser would: what it would send if a person pressed the button."""

from html.parser import HTMLParser
from typing import Any


class Page(HTMLParser):
    """`Page(html).form("/update/")`: the fields of the form whose action ends so, as they are filled in now."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: dict[str, dict[str, Any]] = {}
        self._form: dict[str, Any] = {}
        self._select = self._textarea = ""
        self.feed(html)

    def form(self, ending: str) -> dict[str, Any]:
        """Name → value (a list where there are several)."""
        return next(dict(fields) for action, fields in self.forms.items() if action.endswith(ending))

    def _add(self, name: str, value: str) -> None:
        if name in self._form:
            before = self._form[name]
            self._form[name] = [*(before if isinstance(before, list) else [before]), value]
        elif name:
            self._form[name] = value

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One field."""
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = self.forms.setdefault(told.get("action", ""), {})
        elif tag == "input" and told.get("type") in ("checkbox", "radio"):
            if "checked" in told:
                self._add(told["name"], told.get("value", "on"))
        elif tag == "input":
            self._add(told.get("name", ""), told.get("value", ""))
        elif tag == "textarea" and "name" in told:
            self._textarea = told["name"]
            self._form[self._textarea] = ""
        elif tag == "select":
            self._select = told.get("name", "")
        elif tag == "option" and "selected" in told:
            self._form[self._select] = told.get("value", "")
        elif tag == "option":
            self._form.setdefault(self._select, told.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        """The end of a form or of its text."""
        if tag == "form":
            self._form = {}
        elif tag == "textarea":
            # HTML drops the line break right after the tag.
            if self._textarea:
                self._form[self._textarea] = self._form[self._textarea].removeprefix("\n")
            self._textarea = ""

    def handle_data(self, data: str) -> None:
        """What a textarea holds."""
        if self._textarea:
            self._form[self._textarea] += data
