"""Bodies that come in chunks (RFC 9112 section 7.1), as .NET sends JSON: Django reads what a Content-Length announces.

Only what programs send as JSON or as a form, and only as much as Django takes anyway; files announce their size.
"""

import io
import re
from typing import Any

from django.conf import settings

KINDS = ("application/json", "text/json", "application/x-www-form-urlencoded")
_machine = re.compile(settings.MACHINE_PATHS)


def counted(environ: dict[str, Any]) -> dict[str, Any]:
    """The request, with the Content-Length that its body turned out to have.

    Of a body that is too large one byte too many is announced: whoever reads it says so (413).
    """
    # Nearly every request ends here.
    if environ.get("CONTENT_LENGTH") or "HTTP_TRANSFER_ENCODING" not in environ:
        return environ
    kind = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if (
        "chunked" not in environ["HTTP_TRANSFER_ENCODING"].lower()
        or not (kind in KINDS or kind.endswith("+json"))
        or not _machine.match(environ.get("PATH_INFO", ""))
    ):
        return environ
    most: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
    body = environ["wsgi.input"].read(most + 1)
    kept = body if len(body) <= most else b""
    return environ | {"wsgi.input": io.BytesIO(kept), "CONTENT_LENGTH": str(len(body))}
