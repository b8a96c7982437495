"""What becomes of a webhook when somebody wants it otherwise: what changes, what is replaced, and what is dropped because
the target is another server now. A password is for one server: whoever may change the target may not carry it elsewhere.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError

from accounts.permissions import Actor
from accounts.refusals import NotValid
from webhooks import credentials, headers, hearing, targets
from webhooks.models import Header, Webhook
from workspaces.models import Workspace

PLAIN = ("description", "username")
# Names in a line of the record.
NAMED = 20


@dataclass
class Change:
    """What is to be written."""

    fields: dict[str, Any] = field(default_factory=dict)
    # As the record keeps it: names, never values; of the target no path.
    told: dict[str, Any] = field(default_factory=dict)
    replaced: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    headers: list[Header] | None = None
    workspaces: list[Workspace] | None = None

    def is_any(self) -> bool:
        """Whether anything is other than before."""
        written = self.headers is not None or self.workspaces is not None
        return bool(self.fields or self.replaced or self.dropped or written)

    def facts(self) -> dict[str, Any]:
        """For the record."""
        lists = {"replaced": self.replaced, "dropped": self.dropped}
        return self.told | {name: ", ".join(told) for name, told in lists.items() if told}


def change(actor: Actor, webhook: Webhook, given: Mapping[str, Any]) -> Change:
    """What `given` makes of `webhook`, whose row may be new and unsaved; what is not given stays.

    description, target_url, events, username, workspaces (ids, None: all), password (None: the stored one stays) and
    headers (headers.Wanted). Raises NotValid.
    """
    told = Change()
    for name in PLAIN:
        if name in given and given[name] != getattr(webhook, name):
            told.fields[name] = given[name]
    _described(webhook, told)
    moved = _target(webhook, given, told)
    if "events" in given and (wanted := hearing.events(actor, given["events"])) != webhook.events:
        told.fields["events"], told.told["hears"] = wanted, [webhook.events, wanted]
    if "workspaces" in given:
        _workspaces(actor, webhook, given["workspaces"], told)
    _password(webhook, given.get("password"), moved, told)
    wanted_headers = given.get("headers", headers.stored(webhook) if webhook.pk else ())
    _headers(webhook, wanted_headers, moved, told)
    return told


def _described(webhook: Webhook, told: Change) -> None:
    if "description" in told.fields:
        told.told["name"] = [webhook.description, told.fields["description"]]
    if "username" in told.fields:
        pair = ["basic" if name else "none" for name in (webhook.username, told.fields["username"])]
        if pair[0] != pair[1]:
            told.told["authentication"] = pair
        else:
            told.replaced.append("user name")


def _target(webhook: Webhook, given: Mapping[str, Any], told: Change) -> bool:
    """Whether it is on another server now: scheme, host or port."""
    if "target_url" not in given:
        return False
    try:
        url = targets.check(given["target_url"])
    except ValidationError as error:
        raise NotValid("target_url", error.messages[0]) from error
    if url == webhook.target_url:
        return False
    before = targets.origin(webhook.target_url) if webhook.target_url else None
    after = targets.origin(url)
    told.fields["target_url"] = url
    if before == after:
        told.told["path"] = "changed"
        return False
    told.told["target"] = [str(before or ""), str(after)]
    return before is not None


def named(rows: Sequence[Workspace]) -> str:
    """Workspaces as the record keeps them: the names of some of them; "all" for none."""
    some = ", ".join(row.name for row in rows[:NAMED])
    return f"{some}, … ({len(rows)})" if len(rows) > NAMED else some or "all"


def _workspaces(actor: Actor, webhook: Webhook, wanted: Iterable[str] | None, told: Change) -> None:
    found = hearing.workspaces(actor, wanted) if wanted is not None else []
    before = (
        []
        if webhook.pk is None or webhook.all_workspaces
        else list(webhook.workspaces.order_by("name", "pk"))
    )
    if found == before and webhook.all_workspaces == (wanted is None) and webhook.pk:
        return
    if webhook.all_workspaces != (wanted is None):
        told.fields["all_workspaces"] = wanted is None
    told.workspaces = found
    pair = [named(rows) for rows in (before, found)]
    if pair[0] != pair[1]:
        told.told["workspaces"] = pair


def _password(webhook: Webhook, typed: str | None, moved: bool, told: Change) -> None:
    basic = told.fields.get("username", webhook.username)
    if not basic or typed == "":
        if webhook.sealed_password:
            told.fields["sealed_password"] = None
        return
    if typed is None:
        if moved and webhook.sealed_password:
            told.fields["sealed_password"] = None
            told.dropped.append("password")
        return
    if moved or not webhook.sealed_password or credentials.password_of(webhook) != typed:
        told.fields["sealed_password"] = credentials.seal_password(webhook, typed)
        if webhook.pk:
            told.replaced.append("password")


def _headers(webhook: Webhook, wanted: Iterable[headers.Wanted], moved: bool, told: Change) -> None:
    rows = list(webhook.headers.all()) if webhook.pk else []
    before = {row.name.lower(): row for row in rows}
    listed = list(wanted)
    basic = bool(told.fields.get("username", webhook.username))
    kept = [key for key, row in before.items() if row.is_hidden]
    if problems := headers.problems(listed, basic, kept):
        place, problem = min(problems.items())
        raise NotValid(f"headers.{place}", problem)
    opened = dict(credentials.header_values(webhook)) if kept else {}
    made = [_header(webhook, place, one, before, opened, moved, told) for place, one in enumerate(listed)]
    if [_seen(row) for row in made] != [_seen(row) for row in sorted(rows, key=lambda row: row.position)]:
        told.headers = made
        pair = [
            ", ".join(row.name for row in some) for some in (sorted(rows, key=lambda r: r.position), made)
        ]
        if pair[0] != pair[1]:
            told.told["headers"] = pair


def _header(
    webhook: Webhook,
    place: int,
    wanted: headers.Wanted,
    before: Mapping[str, Header],
    opened: Mapping[str, str],
    moved: bool,
    told: Change,
) -> Header:
    """One row; a hidden value is kept, sealed anew, or dropped."""
    row = Header(webhook=webhook, position=place, name=wanted.name, is_hidden=wanted.is_hidden)
    stored = before.get(wanted.name.lower())
    was_hidden = stored is not None and stored.is_hidden
    if not wanted.is_hidden:
        # What was hidden is not shown by switching that off: it is gone, unless typed again.
        row.value = wanted.value or ""
    elif wanted.value:
        same = was_hidden and not moved and stored is not None and opened.get(stored.name) == wanted.value
        row.sealed_value = stored.sealed_value if same and stored else None
        if not same:
            row.sealed_value = credentials.seal_header(webhook, wanted.name, wanted.value)
            if was_hidden:
                told.replaced.append(wanted.name)
    elif stored is not None:
        if moved and stored.sealed_value:
            told.dropped.append(wanted.name)
        row.sealed_value = None if moved else stored.sealed_value
    return row


def _seen(row: Header) -> tuple[Any, ...]:
    return row.name, row.is_hidden, row.value, row.sealed_value
