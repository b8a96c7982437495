"""Takes a webhook's secrets out of what is stored about an attempt: receivers echo what they were sent."""

import base64
import html
import json
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

MASK = "•••"
# Shorter ones begin like too many other words to be cut off at the end of a text.
LEAST_BEGINNING = 4


def _base64_cores(value: bytes) -> Iterable[str]:
    """How `value` looks inside the base64 of something longer, at each of the three places where it may begin."""
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + value).decode().rstrip("=")
        first = (0, 2, 3)[before]
        whole = (before + len(value)) * 8 // 6
        core = encoded[first:whole]
        # A few characters would be found everywhere.
        if len(core) >= 6:
            yield core


def spellings(value: str) -> set[str]:
    """`value` as it is, in base64 (both alphabets), percent-encoded, and as JSON (PHP's, too) and HTML write it."""
    raw = value.encode()
    whole = {base64.b64encode(raw).decode().rstrip("="), *_base64_cores(raw)}
    encoded = {one.translate(str.maketrans("+/", "-_")) for one in whole} | whole
    percent = {quote(value, safe=""), quote(value), quote_plus(value)}
    percent |= {re.sub(r"%[0-9A-F]{2}", lambda found: found[0].lower(), one) for one in percent}
    escaped = {json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1], html.escape(value)}
    found = {value} | encoded | percent | escaped
    # PHP's JSON writes every slash so.
    found |= {one.replace("/", "\\/") for one in found}
    return {one for one in found if one}


class Mask:
    """Replaces every spelling of some values by dots."""

    def __init__(self, values: Iterable[str]) -> None:
        self._needles = sorted({one for value in values for one in spellings(value)}, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, self._needles))) if self._needles else None

    def text(self, text: str, is_cut: bool = False) -> str:
        """`text` without them; where it was cut off, also without the beginning of one at its end."""
        if self._pattern is None or not text:
            return text
        masked = self._pattern.sub(MASK, text)
        return self._without_beginning(masked) if is_cut else masked

    def pairs(self, headers: Iterable[tuple[str, str]]) -> list[list[str]]:
        """Headers as [name, value], values without them."""
        return [[name, self.text(value)] for name, value in headers]

    def _without_beginning(self, text: str) -> str:
        for needle in self._needles:
            for length in range(min(len(needle) - 1, len(text)), LEAST_BEGINNING - 1, -1):
                if text.endswith(needle[:length]):
                    return text[:-length] + MASK
        return text
