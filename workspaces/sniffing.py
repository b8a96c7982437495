"""What a file is, from its first bytes; and whether it says that it is something else."""

import codecs
import os
import unicodedata

import filetype
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.forms import one_line
from accounts.refusals import NotValid

# As much as the library looks at.
HEAD = 8192
NAME_LENGTH = 200
UNKNOWN, TEXT = "application/octet-stream", "text/plain"
# Pictures of which a preview can be drawn; each decoder is a door, so there are few.
PHOTOS = frozenset({"image/jpeg", "image/png", "image/apng", "image/gif", "image/webp"})
_ZIP = frozenset({"application/zip", "application/epub+zip"})
# A text in an older encoding is nothing that the library knows.
_WORDS = frozenset({TEXT, UNKNOWN})
_DOCUMENTS = ("application/vnd.openxmlformats-", "application/vnd.oasis.")
# Names whose ending promises something that can be checked → what the content may be.
PROMISES: dict[str, frozenset[str]] = (
    dict.fromkeys("jpg jpeg jpe jfif png apng gif webp".split(), PHOTOS)
    | {"pdf": frozenset({"application/pdf"})}
    | dict.fromkeys("zip docx xlsx pptx odt ods odp epub".split(), _ZIP)
    | dict.fromkeys("txt csv tsv md json xml html htm svg log yaml yml css js".split(), _WORDS)
)
# Endings that the library could have told apart by the content.
ENDINGS = frozenset(kind.extension for kind in filetype.types)
# Media types that a program may announce, and the ending that promises the same.
ANNOUNCED = {
    "image/jpeg": "jpg",
    "image/jpg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "application/pdf": "pdf",
    "application/zip": "zip",
}


def media_type(head: bytes) -> str:
    """The media type that the content begins like; text is one of ours, as the library knows binary formats only."""
    if _is_text(head):
        return TEXT
    found = filetype.guess(head)
    return found.mime if found else UNKNOWN


def _is_text(head: bytes) -> bool:
    if head.startswith((b"%PDF", b"{\\rtf", b"%!PS")):
        return False
    try:
        # Not final: the last character may be cut.
        words = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return all(one in "\t\r\n\f" or unicodedata.category(one) != "Cc" for one in words)


def file_name(given: str) -> str:
    """The last part of what was given, NFC. Raises NotValid for what can't be shown or is too long."""
    name = unicodedata.normalize("NFC", given.replace("\\", "/").rpartition("/")[2].strip())
    if name.strip(". ") == "":
        raise NotValid("name", _("The file has no name. Give it one."))
    if len(name) > NAME_LENGTH:
        raise NotValid("name", _("The file's name is too long. Use at most %d characters.") % NAME_LENGTH)
    try:
        one_line(name)
    except ValidationError as error:
        raise NotValid("name", error.messages[0]) from error
    return name


def check_promises(name: str, announced: str, found: str) -> None:
    """Raises NotValid when the name or the announced media type is of something else than the content."""
    ending = os.path.splitext(name)[1][1:].lower()
    for promised in (ending, ANNOUNCED.get(announced.partition(";")[0].strip().lower(), "")):
        if promised in PROMISES and not _fits(found, PROMISES[promised]):
            raise _lie(name, promised)
    if found in PHOTOS and ending in ENDINGS and ending not in PROMISES:
        raise _lie(name, ending)


def _fits(found: str, allowed: frozenset[str]) -> bool:
    return found in allowed or (allowed is _ZIP and found.startswith(_DOCUMENTS))


def _lie(name: str, promised: str) -> NotValid:
    words = _(
        "%(name)s is not what it says: its content is no %(kind)s. "
        "Give it the ending that fits, or save it again as %(kind)s."
    )
    return NotValid("file", words % {"name": name, "kind": promised.upper()})
