"""A workspace with a board, made through the API by robby."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.cast import Cast
from tests.tokens.conftest import WORKSPACES, call
from workspaces.storage import attachments

API = "/api/v1"


def made(path: str, token: str, body: Any, status: int = 201) -> dict[str, Any]:
    """What the API answers to this POST."""
    answer = call(path, token, "post", body)
    assert answer.status_code == status, (answer.status_code, answer.content)
    return answer.json()


@dataclass
class Place:
    """Robby's workspace "Bridge": its addresses, and ids of its three columns."""

    token: str
    id: str
    board: str = ""
    columns: list[str] = field(default_factory=list)

    @property
    def here(self) -> str:
        """Its address."""
        return f"{WORKSPACES}/{self.id}"

    @property
    def tasks(self) -> str:
        """Where its tasks are listed and made."""
        return f"{self.here}/tasks"

    def task(self, title: str = "Paint it", **more: Any) -> dict[str, Any]:
        """A new one."""
        return made(self.tasks, self.token, {"title": title, **more})


@pytest.fixture
def robby(cast: Cast, token_for) -> str:
    """An access token of robby's."""
    return token_for(cast.robby_values)


@pytest.fixture
def bridge(robby: str) -> Place:
    """The workspace "Bridge"."""
    return place(robby, "Bridge")


def place(token: str, name: str) -> Place:
    """A new workspace."""
    found = Place(token, made(WORKSPACES, token, {"name": name})["id"])
    board = call(f"{found.here}/boards", token).json()["items"][0]
    found.board, found.columns = board["id"], [column["id"] for column in board["columns"]]
    return found


def patched(path: str, token: str, **body: Any) -> dict[str, Any]:
    """What the API answers to this PATCH."""
    answer = call(path, token, "patch", body)
    assert answer.status_code == 200, answer.content
    return answer.json()


@pytest.fixture
def storage() -> Iterator[Path]:
    """Where the files of attachments lie: empty before and after."""
    root = Path(attachments().location)  # type: ignore[attr-defined]
    shutil.rmtree(root, ignore_errors=True)
    yield root
    shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
def task(bridge: Place, storage: Path) -> str:
    """A task's id, and nothing in the storage."""
    found: str = bridge.task("Photograph the piers")["id"]
    return found
