"""Fixtures everybody uses: the cast, a mailbox behind a real SMTP server, machines that call the API."""

import base64
import email
import email.policy
import socket
import uuid
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.core.cache import cache
from django.db import connection
from django.test import Client

from accounts import mail, usage
from accounts.models import Record, RecordCheckpoint, RecordDetails, RecordHead
from scripts.servers import free_port
from tests import schemas
from tests.cast import Cast, assemble


@pytest.fixture(autouse=True)
def nobody_outside_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names of other systems are not known here; no test waits for somebody's name server."""
    real = socket.getaddrinfo

    def look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        if str(host).endswith(".example"):
            raise socket.gaierror(socket.EAI_NONAME, "not known here")
        return real(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


class Mailbox:
    """What the SMTP server was given; `refuse` makes it answer RCPT with that line."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.refuse = ""

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        """Take or refuse a recipient."""
        if self.refuse:
            return self.refuse
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Keep the message."""
        self.received.append(email.message_from_bytes(envelope.content, policy=email.policy.default))  # type: ignore[arg-type]
        return "250 OK"

    def read(self) -> list[EmailMessage]:
        """Send what is due, then everything that arrived so far."""
        mail.send_due()
        return self.received

    def latest(self) -> str:
        """The text part of the last one."""
        part = self.read()[-1].get_body(("plain",))
        assert part is not None
        return part.get_content()

    def text(self) -> str:
        """All of it, decoded, headers included."""
        parts = []
        for message in self.read():
            parts.append(str(message.items()))
            parts += [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]
        return "\n".join(parts)


@pytest.fixture(scope="session")
def smtp_server() -> Iterator[tuple[Mailbox, int]]:
    """A real SMTP server on a free port, one for the process."""
    box, port = Mailbox(), free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


@pytest.fixture(autouse=True)
def mailbox(smtp_server: tuple[Mailbox, int], settings: Any) -> Mailbox:
    """Empty at the start of every test; the product sends to it."""
    box, port = smtp_server
    box.received.clear()
    box.refuse = ""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    return box


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test may use every database; one that asks for `committed` really commits."""
    for item in items:
        if "operations" not in item.path.parts:
            really = "committed" in getattr(item, "fixturenames", ())
            item.add_marker(pytest.mark.django_db(databases="__all__", transaction=really))


@pytest.fixture
def committed(transactional_db: None) -> Iterator[None]:
    """For tests with threads, races and on-commit work: afterwards the append-only record is emptied by its own rule."""
    yield
    empty_record()


def empty_record() -> None:
    """Prune everything behind a checkpoint, as the product would, so that the test flush finds nothing to refuse."""
    for head in RecordHead.objects.filter(seq__gt=0):
        from django.utils import timezone

        RecordCheckpoint.objects.create(
            organization_id=head.pk, seq=head.seq, hash=head.hash, at=timezone.now(), reason="test"
        )
    RecordDetails.objects.all().delete()
    Record.objects.all().delete()
    RecordHead.objects.all().delete()
    RecordCheckpoint.objects.all().delete()


@pytest.fixture(autouse=True)
def fresh_cache(request: pytest.FixtureRequest) -> None:
    """Sign-in limits of one test are not the next one's."""
    if "operations" not in request.path.parts:
        request.getfixturevalue("transactional_db" if "committed" in request.fixturenames else "db")
        cache.clear()


@pytest.fixture(autouse=True)
def fresh_limits(settings: Any) -> None:
    """Nor are its requests."""
    settings.LIMITS_PREFIX = f"{uuid.uuid4()}:"


@pytest.fixture(scope="session", autouse=True)
def alone_at_the_end(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """PostgreSQL drops no database that somebody is connected to: threads of live servers keep their connections."""
    yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture(autouse=True)
def usage_by_hand() -> Iterator[None]:
    """Uses are written by `usage.flush()` only: a thread of its own would hold the writer's lock while it waits for the
    test's transaction, and at exit it would write to the developer's database."""
    usage._started = True
    yield
    usage._uses.clear()


@pytest.fixture(scope="session", autouse=True)
def every_event_fits_its_schema() -> None:
    """Whatever any test records is held to what the API's document says of it; what does not fit is not recorded."""
    schemas.hold_all()


@pytest.fixture
def cast(request: pytest.FixtureRequest) -> Cast:
    """Everybody."""
    if "committed" in request.fixturenames:
        request.getfixturevalue("committed")
    return assemble()


@pytest.fixture
def queries() -> Callable[[Callable[[], Any]], int]:
    """How many queries a call makes."""
    from django.test.utils import CaptureQueriesContext

    def count(call: Callable[[], Any]) -> int:
        with CaptureQueriesContext(connection) as captured:
            call()
        return len(captured)

    return count


def basic(client_id: str, secret: str) -> dict[str, str]:
    """An Authorization header for the token endpoint."""
    return {"Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}


FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def token_for() -> Callable[..., str]:
    """`token_for(cast.robby_values)`: an access token from the real endpoint."""

    def ask(values: Any, scope: str = "") -> str:
        body = "grant_type=client_credentials" + (f"&scope={scope}" if scope else "")
        headers = basic(values.client_id, values.client_secret)
        answer = Client().post("/oauth2/token", body, content_type=FORM, headers=headers)
        assert answer.status_code == 200, answer.content
        return answer.json()["access_token"]

    return ask


def bearer(token: str) -> dict[str, str]:
    """An Authorization header for the API."""
    return {"Authorization": f"Bearer {token}"}
