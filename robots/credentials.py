"""Making a generation of secrets, and opening it again: plaintext is a return value and never an attribute of a row."""

import secrets
from dataclasses import dataclass, fields
from typing import Any

from accounts.permissions import Actor
from accounts.sealing import fingerprint, hint, new_secret, seal, unseal
from robots.models import Robot, Secret

# Column prefix in Secret, our prefix for the value.
PARTS = {"client_secret": "gate_cs_", "oauth1_token": "gate_o1_", "oauth1_token_secret": "gate_o1_"}


@dataclass(frozen=True)
class Credentials:
    """The four values that a program needs, in clear: shown once, then forgotten."""

    client_id: str
    client_secret: str
    oauth1_token: str
    oauth1_token_secret: str

    def __repr__(self) -> str:
        """Says nothing: representations end in logs and error reports."""
        return "Credentials(•••)"

    def rows(self) -> list[dict[str, str]]:
        """What the page shows: label, name in a .env file, value, group."""
        labels = ("Client ID", "Client Secret", "OAuth1 Token", "OAuth1 Token Secret")
        names = [field.name for field in fields(self)]
        return [
            {
                "label": label,
                "name": f"GATEHOUSE_{name.upper()}",
                "value": getattr(self, name),
                "group": "OAuth1" if name.startswith("oauth1") else "OAuth2",
            }
            for label, name in zip(labels, names, strict=True)
            if getattr(self, name)
        ]


def _place(robot: Robot, number: int, part: str) -> dict[str, str]:
    return {
        "table": "robots_secret",
        "column": f"{part}_sealed",
        "organization": robot.organization.public_id,
        "row": f"{robot.public_id}/{number}",
    }


def new_client_id() -> str:
    """32 lower-case hex digits; an identifier, not a secret."""
    return secrets.token_hex(16)


def make(robot: Robot, actor: Actor) -> tuple[Secret, Credentials]:
    """The robot's next generation, saved and current; the one before must have ended or be dying."""
    last = robot.secrets.order_by("-number").values_list("number", flat=True).first()
    number = (last or 0) + 1
    values = {part: new_secret(prefix) for part, prefix in PARTS.items()}
    columns: dict[str, Any] = {}
    for part, value in list(values.items()):
        columns[f"{part}_fingerprint"] = fingerprint(value)
        columns[f"{part}_hint"] = hint(value)
        if robot.oauth1 or part == "client_secret":
            columns[f"{part}_sealed"] = seal(value, **_place(robot, number, part))
        else:
            # OAuth1 is off: a pair that nobody ever sees.
            values[part] = ""
    secret = Secret.objects.create(
        robot=robot, number=number, made_by_key=actor.key, made_by_name=actor.name, **columns
    )
    return secret, Credentials(client_id=robot.client_id, **values)


def open_sealed(robot: Robot, secret: Secret) -> Credentials:
    """The generation's values; parts that were destroyed are empty. Called by reveal and OAuth1 only."""
    values = {}
    for part in PARTS:
        envelope = getattr(secret, f"{part}_sealed")
        values[part] = unseal(envelope, **_place(robot, secret.number, part)) if envelope else ""
    return Credentials(client_id=robot.client_id, **values)
