"""After every flow: no secret readable in database, files, broker, logs, mails, or any page but the answer that reveals."""

import ast
import logging
import re

import pytest

from robots import renewal
from tests.cast import PASSWORD, Cast, assemble
from tests.conftest import FORM, Mailbox, basic, bearer
from tests.leaks import Visitor, found
from tests.test_layers import ROOT, name, sources
from tests.tokens.conftest import in_a_month
from tokens import actions as tokens

ROBOTS = "/o/halden/settings/robots/"
# Who may say a sealed value again. Adding a line here is a decision (docs/decisions/).
MAY_UNSEAL = {
    "accounts/adapter.py",  # seeds of authenticator apps and recovery codes, to compare a code with them
    "accounts/mail.py",  # outgoing mail
    "accounts/record.py",  # the record's key
    "accounts/sessions.py",  # the session store
    "accounts/views/welcome.py",  # the code of a one-time link on its way from the address to the form
    "robots/credentials.py",  # reveal
    "robots/signing.py",  # the key that signs other systems' access tokens
    "webhooks/credentials.py",  # what the sender sends and signs with
}


@pytest.fixture
def everything_logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Our own loggers at their most talkative; the database's own would only repeat the tables."""
    caplog.set_level(logging.DEBUG)
    logging.getLogger("django.db.backends").setLevel(logging.INFO)
    return caplog


def logged(caplog: pytest.LogCaptureFixture) -> tuple[str, str]:
    """What the product would have written: through its formatter. SMTP's own server log is the test's."""
    from config.logs import RedactingFormatter

    line = RedactingFormatter()
    ours = [record for record in caplog.records if not record.name.startswith(("mail.log", "asyncio"))]
    return "logs", "\n".join(line.format(record) for record in ours)


def secret_in(html: str, prefix: str) -> str:
    return re.search(rf"{prefix}[A-Za-z0-9]{{49}}", html)[0]  # type: ignore[index]


def test_making_a_robot_leaves_nothing_readable(
    committed: None, mailbox: Mailbox, everything_logged: pytest.LogCaptureFixture
) -> None:
    cast = assemble()
    olga = Visitor(cast.client("olga"))
    page = olga.ask("get", ROBOTS + "?create").content.decode()
    form = {"understand": "on", "creation_key": re.search(r'value="([0-9a-f]{32})"', page)[1]}  # type: ignore[index]
    shown = olga.ask("post", ROBOTS, form, reveals=True).content.decode()
    values = [secret_in(shown, "gate_cs_"), *set(re.findall(r"gate_o1_[A-Za-z0-9]{49}", shown))]
    assert len(values) == 3
    again = olga.ask("post", ROBOTS, form)
    assert again.status_code == 200
    robot = cast.home.robots.get(creation_key=form["creation_key"])
    for path in (ROBOTS, f"{ROBOTS}{robot.public_id}/", "/o/halden/", f"{ROBOTS}?q={values[0][8:11]}"):
        olga.ask("get", path)
    assert found(values, *olga.kept, logged(everything_logged), ("mails", mailbox.text())) == []


def test_sharing_and_revealing_leaves_nothing_readable(
    committed: None, mailbox: Mailbox, everything_logged: pytest.LogCaptureFixture
) -> None:
    cast = assemble()
    olga, mia = Visitor(cast.client("olga")), Visitor(cast.client("mia"))
    here, shared = f"{ROBOTS}{cast.robby.public_id}/", f"/o/halden/shared/{cast.robby.public_id}/"
    olga.ask("post", here + "share/", {"member": cast.users["mia"].public_id})
    mailed = mailbox.text()
    for path in ("/o/halden/shared/", shared, shared + "reveal/"):
        mia.ask("get", path)
    assert mia.ask("post", shared + "reveal/", reveals=True).status_code == 200
    mia.ask("post", shared + "reveal/")
    mia.ask("get", shared)
    olga.ask("get", here)
    values = [row["value"] for row in cast.robby_values.rows()[1:]]
    hints = [cast.robby.secrets.get().client_secret_hint]
    assert found(values, *olga.kept, *mia.kept, logged(everything_logged), ("mails", mailed)) == []
    assert not any(hint in mailed for hint in hints)


def test_a_working_robot_and_token_leave_nothing_readable(
    committed: None, everything_logged: pytest.LogCaptureFixture
) -> None:
    cast = assemble()
    machine = Visitor(cast.client("visitor"))
    values = cast.robby_values
    answer = machine.ask(
        "post",
        "/oauth2/token",
        "grant_type=client_credentials",
        reveals=True,
        content_type=FORM,
        headers=basic(values.client_id, values.client_secret),
    )
    access = answer.json()["access_token"]
    token, personal = tokens.create(cast.actor("olga"), "Script", None, in_a_month())
    for value in (access, personal, access[:-1] + "x"):
        machine.ask("get", "/api/v1/me", headers=bearer(value))
        machine.ask("get", f"/api/v1/me?access_token={value}")
    pair = basic(values.client_id, values.client_secret)
    machine.ask("post", "/oauth2/introspect", f"token={access}", content_type=FORM, headers=pair)
    machine.ask("post", "/oauth2/revoke", f"token={access}", content_type=FORM, headers=pair)
    machine.ask("post", "/oauth2/token", f"client_secret={values.client_secret}", content_type=FORM)
    assert found([access, personal, values.client_secret], *machine.kept, logged(everything_logged)) == []


def test_making_and_rotating_a_personal_token_leaves_nothing_readable(
    committed: None, mailbox: Mailbox, everything_logged: pytest.LogCaptureFixture
) -> None:
    cast = assemble()
    ada, here = Visitor(cast.client("ada")), "/profile/tokens/"
    page = ada.ask("get", here + "?create").content.decode()
    form = {"org": "halden", "name": "Grafana", "expires": "30", "may": "read"}
    form["creation_key"] = re.search(r'value="([0-9a-f]{32})"', page)[1]  # type: ignore[index]
    first = secret_in(ada.ask("post", here, form, reveals=True).content.decode(), "gate_pat_")
    assert ada.ask("post", here, form).status_code == 200
    [token] = cast.home.tokens.all()
    rotate = f"{here}halden/{token.public_id}/rotate/"
    ada.ask("get", rotate)
    wanted = {"overlap": "24", "shown": token.hint}
    second = secret_in(ada.ask("post", rotate, wanted, reveals=True).content.decode(), "gate_pat_")
    ada.ask("post", rotate, wanted)
    for path in (here, rotate, f"{here}halden/{token.public_id}/revoke/", "/o/halden/"):
        ada.ask("get", path)
    for value in (first, second, first):
        ada.ask("get", "/api/v1/me", headers=bearer(value))
    olga = Visitor(cast.client("olga"))
    for path in (f"/o/halden/people/{cast.users['ada'].public_id}/", "/o/halden/record/"):
        olga.ask("get", path)
    places = [*ada.kept, *olga.kept, logged(everything_logged), ("mails", mailbox.text())]
    assert first != second and found([first, second], *places) == []


def test_renewing_leaves_nothing_readable(committed: None, mailbox: Mailbox) -> None:
    cast = assemble()
    _robot, _secret, fresh = renewal.renew(cast.actor("olga"), cast.robby.public_id)
    values = [row["value"] for row in [*fresh.rows()[1:], *cast.robby_values.rows()[1:]]]
    assert found(values, ("mails", mailbox.text())) == []
    old = cast.robby.secrets.get(number=1)
    assert old.client_secret_sealed is old.oauth1_token_sealed is old.oauth1_token_secret_sealed is None


def test_signing_in_and_resetting_leaves_nothing_readable(
    committed: None, mailbox: Mailbox, everything_logged: pytest.LogCaptureFixture
) -> None:
    cast = assemble()
    somebody = Visitor(cast.client("visitor"))
    wrong = "not-her-password-at-all"
    for password in (wrong, PASSWORD):
        somebody.ask("post", "/accounts/login/", {"login": "mia@halden.example", "password": password})
    session = somebody.client.cookies["session"].value
    somebody.client.logout()
    somebody.kept.clear()
    somebody.ask("post", "/accounts/password/reset/", {"email": "mia@halden.example"})
    code = re.search(r"\b[A-Z0-9]{3,6}-?[A-Z0-9]{3,6}\b", mailbox.latest())
    assert code
    assert found([wrong, PASSWORD, session, code[0]], *somebody.kept, logged(everything_logged)) == []


def test_nothing_is_readable_about_a_waiting_mail(committed: None, mailbox: Mailbox) -> None:
    cast = assemble()
    cast.client("visitor").post("/accounts/password/reset/", {"email": "mia@halden.example"})
    mailbox.refuse = "451 come back later"
    mailbox.read()
    before = cast  # the row waits, sealed; the code in it is what we look for
    mailbox.refuse = ""
    from accounts.models import OutgoingMail

    OutgoingMail.objects.update(due_at=before.home.created_at)
    kept = dict(OutgoingMail.objects.values_list("public_id", "sealed_message"))
    text = mailbox.text()
    code = re.search(r"\b[A-Z0-9]{3,6}-[A-Z0-9]{3,6}\b", text)
    assert code and not any(code[0] in (sealed or "") for sealed in kept.values())
    assert OutgoingMail.objects.get().sealed_message is None


def test_only_the_listed_places_unseal() -> None:
    callers = set()
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            called = node.func if isinstance(node, ast.Call) else None
            if isinstance(called, ast.Name | ast.Attribute):
                word = called.id if isinstance(called, ast.Name) else called.attr
                if word == "unseal" and path.name != "sealing.py":
                    callers.add(name(path))
    assert callers == MAY_UNSEAL
    assert (ROOT / "docs" / "decisions").is_dir()


def test_the_product_signs_people_in_with_argon2() -> None:
    from config import settings

    assert settings.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]


def test_credentials_say_nothing_about_themselves(cast: Cast) -> None:
    assert "gate_" not in repr(cast.robby_values)


def test_the_search_itself_finds_what_is_there(cast: Cast) -> None:
    assert "default.accounts_user" in found(["olga@halden.example"])
    assert found([cast.robby.client_id], ("page", f"x{cast.robby.client_id}")).count("page") == 1
