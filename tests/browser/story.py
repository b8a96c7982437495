"""What the story is told with: the product, two people's browsers, the mailbox, a program."""

import re
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

import requests
from playwright.sync_api import Locator, Page

from tests.conftest import Mailbox
from tests.operations.product import Product, wait_until

PASSWORD = "correct-horse-battery"
OWNER, MEMBER = "olga@halden.example", "mia@halden.example"
INVITED = "Olga Lindqvist invites you to Halden Construction"
SHARED = "Olga Lindqvist shared the robot Robby with you"
NAMES = ("CLIENT_SECRET", "OAUTH1_TOKEN", "OAUTH1_TOKEN_SECRET")


@dataclass
class Story:
    """The product, the two people's browsers, the mailbox, and what happened so far."""

    product: Product
    owner: Page
    member: Page
    mailbox: Mailbox
    robot_page: str = ""
    values: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.product.port}"

    def secrets(self) -> list[str]:
        """The three values that must be nowhere but on the pages that show them."""
        return [self.values[f"GATEHOUSE_{name}"] for name in NAMES]

    def shows(self, tab: Page) -> bool:
        """Whether any of them is in the page, seen or unseen."""
        return any(secret in tab.content() for secret in self.secrets())


def mail(story: Story, subject: str) -> EmailMessage:
    """The newest mail with that subject, once it has arrived."""
    found: list[EmailMessage] = []

    def has_come() -> bool:
        found[:] = [message for message in story.mailbox.received if message["Subject"] == subject]
        return bool(found)

    wait_until(has_come, f"a mail {subject!r}")
    return found[-1]


def text_of(message: EmailMessage, kind: str = "plain") -> str:
    """One of its parts."""
    return message.get_body((kind,)).get_content()  # type: ignore[union-attr]


def link_in(message: EmailMessage, path: str) -> str:
    """The address below `path` that it holds."""
    found = re.search(rf"https?://[^/\s]+{path}\S+", text_of(message))
    assert found, text_of(message)
    return found[0]


def sign_out(tab: Page) -> None:
    """As people do."""
    tab.locator(".gh-menu-end > summary").click()
    tab.get_by_role("button", name="Sign out").click()


def read_values(tab: Page) -> dict[str, str]:
    """Name and value of everything that the page would put into a download."""
    lines = "(ones) => Object.fromEntries(ones.map((one) => [one.dataset.env, one.textContent]))"
    return tab.locator("[data-env]").evaluate_all(lines)


def update(tab: Page) -> None:
    """Press the button below details and access."""
    tab.get_by_role("form", name="Details").get_by_role("button", name="Update").click()


def receipt(tab: Page) -> Locator:
    """Mia's line on the robot's page."""
    return tab.get_by_role("row", name="Mia Sørensen").locator(".gh-receipt")


def ask_token(values: dict[str, str]) -> requests.Response:
    """As a program would."""
    pair = (values["GATEHOUSE_CLIENT_ID"], values["GATEHOUSE_CLIENT_SECRET"])
    grant = {"grant_type": "client_credentials"}
    return requests.post(values["GATEHOUSE_TOKEN_URL"], grant, auth=pair, timeout=60)


def call(story: Story, token: str, method: str, path: str, **body: Any) -> requests.Response:
    """The API."""
    headers = {"Authorization": f"Bearer {token}"}
    return requests.request(method, story.url + path, headers=headers, json=body or None, timeout=60)
