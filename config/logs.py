"""One line per log entry, with every credential of ours cut out of it."""

import copy
import logging
import re
import time
from contextvars import ContextVar

# Every value we make has one of these prefixes (docs: formats); path parts like /welcome/gate_inv_… count too.
CREDENTIAL = re.compile(r"(gate_(?:cs|at|pat|o1|inv)_)[A-Za-z0-9]+|(whsec_)[A-Za-z0-9+/=]+")
HEADER = re.compile(r"(?i)(authorization|x-api-key|cookie)(['\"]?\s*[:=]\s*['\"]?)[^\r\n'\"]+")


def redact(text: str) -> str:
    """`text` with credentials, authorization and cookie headers replaced by dots."""
    return HEADER.sub(r"\1\2•••", CREDENTIAL.sub(r"\1\2•••", text))


# Set for the time of a request by config/middleware.py, and quoted by people who report an error.
request_id: ContextVar[str] = ContextVar("request_id", default="-")


class RedactingFormatter(logging.Formatter):
    """`time level request-id logger message`, in UTC, redacted after formatting so that arguments and tracebacks count."""

    converter = staticmethod(time.gmtime)

    def __init__(self) -> None:
        super().__init__(
            "%(asctime)s %(levelname)s %(request_id)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%SZ"
        )

    def format(self, record: logging.LogRecord) -> str:
        """The redacted line."""
        record = copy.copy(record)
        record.request_id = request_id.get()
        refused = record.name == "django.request" and record.levelno < logging.ERROR
        if refused or record.name.startswith("django.security."):
            # Django hands over the exception behind a 403, 400 or 413: an answer, and no accident to be traced.
            record.exc_info = record.exc_text = None
        return redact(super().format(record))
