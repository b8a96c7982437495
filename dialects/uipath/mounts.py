"""Where this dialect is mounted: below an organization, below an organization and a tenant, or below neither."""

import re
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.urls import URLPattern, re_path

from accounts.models import Organization
from accounts.models.people import SLUG

# As few parts as lead to one of that system's own: Django does not try again with fewer.
BEFORE = r"^(?:[^/]+/){0,2}?(?=(?i:identity_?|audit_|portal_)/)"
_mount = re.compile(r"/(?:([^/]+)/(?:[^/]+/)??)??(?i:identity_?|audit_|portal_)(?:/|\Z)")
_token = re.compile(r"(?i)/connect/token/?\Z")
_uuid = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")


def is_here(path: str) -> bool:
    """Whether an address is this dialect's."""
    return _mount.match(path) is not None


def is_token(path: str) -> bool:
    """Whether it is the token endpoint, whose errors are OAuth's."""
    return is_here(path) and _token.search(path) is not None


def is_uuid(value: str) -> bool:
    """Whether .NET would read it as a Guid."""
    return _uuid.match(value) is not None


def canonical(value: str) -> str:
    """An id as it is stored: Guids may be written in either case, other ids are taken as they are."""
    return value.lower() if is_uuid(value) else value


def fits(rule: RegexValidator, value: str) -> bool:
    """Whether the rule lets `value` pass."""
    try:
        rule(value)
    except ValidationError:
        return False
    return True


def leads_elsewhere(path: str, home: Organization) -> str:
    """The organization that the address names when it is not `home`, "" when it is or names none.

    What can be no organization's short name and no id of ours is ignored, as the tenant is: the credential decides. And
    whether another organization of that name exists makes no difference, so nobody learns of it here.
    """
    found = _mount.match(path)
    named = (found[1] if found else "") or ""
    if canonical(named) in ("", home.slug, home.public_id):
        return ""
    return named if fits(SLUG, named) or is_uuid(named) else ""


def in_any_case(regex: str, view: Any, name: str) -> URLPattern:
    """An address that is found in any case; a flag in its text would make it one that Django can't write down."""
    made = re_path(regex, view, name=name)
    made.pattern.regex = re.compile(regex, re.IGNORECASE)
    return made


def tolerant(patterns: list[Any]) -> Iterator[URLPattern]:
    """The API's addresses in any case, with or without a slash at the end, `identity` with or without its low line."""
    for one in patterns:
        if one.name != "api-root":
            regex = one.pattern.regex.pattern.replace("identity_/", "identity_?/").replace(r"\Z", r"/?\Z")
            yield in_any_case(regex, one.callback, one.name)
