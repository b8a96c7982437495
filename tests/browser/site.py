"""The world behind an address, and its visitors: a browser context each, kept from page to page."""

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from playwright.sync_api import Browser, BrowserContext
from playwright.sync_api import Page as Tab

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
            client = self.world.cast.client(who) if who in self.world.cast.users else _client(who)
            key = client.cookies[settings.SESSION_COOKIE_NAME].value
            chrome.cookie(context, self.url, settings.SESSION_COOKIE_NAME, key)
        return Visitor(context, context.new_page(), heard)


def _client(who: str) -> Any:
    from django.test import Client

    client = Client()
    client.force_login(User.objects.get(email=address(who)))
    return client
