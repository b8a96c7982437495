"""What tests about Connect share: a wish as it is typed, and what a page's form would send."""

from typing import Any

from django.test import Client

from accounts import connect
from accounts.models import ConnectRequest, Record
from tests.accounts.forms import Page
from tests.cast import Cast

PAGE = "/o/halden/settings/connect/"
WISH = {
    "platforms": "Power BI\nSAP S/4HANA",
    "purpose": "Nightly figures for the board",
    "contact_name": "Olga Lind",
    "contact_email": "olga@halden.example",
    "contact_phone": "+47 22 00 00 00",
}


def asked(cast: Cast, who: str = "olga", **other: str) -> ConnectRequest:
    """An open request."""
    return connect.ask(cast.actor(who), **WISH | other)


def typed(client: Client, **over: Any) -> dict[str, Any]:
    """What the form of the open request would send."""
    return Page(client.get(PAGE).content.decode()).form("/update/") | over


def types() -> list[str]:
    """What the record holds about Connect, in order."""
    return list(
        Record.objects.filter(type__startswith="connect.").order_by("pk").values_list("type", flat=True)
    )
