"""What people fill in and read on the pages of their tokens."""

import re
import uuid
from html import unescape
from typing import Any

from tokens.models import PersonalToken

TOKENS = "/profile/tokens/"


def filled(**changed: Any) -> dict[str, Any]:
    """The create form as a careful person fills it."""
    told = {"org": "halden", "name": "Grafana", "expires": "90", "date": "", "may": "read"}
    return told | {"creation_key": uuid.uuid4().hex} | changed


def value_in(answer: Any) -> str:
    """The token that is shown."""
    return re.search(r"gate_pat_[A-Za-z0-9]{49}", answer.content.decode())[0]  # type: ignore[index]


def words(answer: Any) -> str:
    """The page, as its text reads."""
    return unescape(answer.content.decode())


def verb(token: PersonalToken, name: str) -> str:
    """The address of a verb."""
    return f"{TOKENS}{token.organization.slug}/{token.public_id}/{name}/"
