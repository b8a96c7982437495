"""The world behind an address, and its visitors: a browser context each, kept from page to page."""

import time
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext
from playwright.sync_api import Page as Tab

from accounts import reauthentication
from accounts.models import User
from tests.browser import chrome, complaints
from tests.browser.world import World, address


@dataclass
class Visitor:
    """One person's browser: a tab, and what its pages complained about."""

    context: BrowserContext
    tab: Tab
    heard: list[str]


@dataclass
class Site:
    """A running product with everybody in it."""

    browser: Browser
    url: str
    world: World
    options: dict[str, Any] = field(default_factory=dict)
    _visitors: dict[str, Visitor] = field(default_factory=dict)

    def visitor(self, who: str) -> Visitor:
        """Their browser, signed in; "visitor" is nobody."""
        if who not in self._visitors:
            self._visitors[who] = self._arrive(who)
        return self._visitors[who]

    def tab(self, who: str) -> Tab:
        """Their tab."""
        return self.visitor(who).tab

    def speaks(self, language: str) -> None:
        """Everybody reads in this language from now on; those without an account say so by cookie."""
        self.world.speaks(language)
        visitor = self.visitor("visitor")
        chrome.cookie(visitor.context, self.url, settings.LANGUAGE_COOKIE_NAME, language)

    def close(self) -> None:
        """Everybody leaves."""
        for visitor in self._visitors.values():
            visitor.context.close()

    def _arrive(self, who: str) -> Visitor:
        context = chrome.context(self.browser, self.url, **self.options)
        heard = complaints.listen(context)
        if who != "visitor":
            chrome.cookie(context, self.url, settings.SESSION_COOKIE_NAME, session_of(who))
        return Visitor(context, context.new_page(), heard)


def session_of(who: str) -> str:
    """The key of a fresh session of theirs, which stays fresh however long the pages take to look at."""
    client = Client()
    client.force_login(User.objects.get(email=address(who)))
    session = client.session
    session[reauthentication.SIGNED_IN] = time.time() + 3600
    session.save()
    return client.cookies[settings.SESSION_COOKIE_NAME].value
