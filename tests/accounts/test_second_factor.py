"""Second factors: sealed, shown once, ending other sessions; and an organization's policy."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.db import connection
from django.test import Client
from fido2.utils import websafe_decode

from accounts import second_factor
from accounts.actions import NotPossible
from accounts.models import Record, RecordDetails, User
from tests.accounts.conftest import together
from tests.cast import PASSWORD, Cast
from tests.conftest import Mailbox, bearer
from tests.tokens.conftest import in_a_month
from tokens import actions as tokens

APP, CODES, SECURITY = "/accounts/2fa/app/", "/accounts/2fa/recovery-codes/", "/profile/security/"
POLICY = "/o/halden/settings/security/"


def code(seed: str) -> str:
    return format_hotp_value(hotp_value(seed, int(datetime.now(UTC).timestamp()) // 30))


def switch_on(client: Client) -> str:
    """Set an app up as on the page; the seed it was shown."""
    page = client.get(APP + "on/").content.decode()
    seed = re.search(r'gh-value">([A-Z2-7]{32})<', page)[1]  # type: ignore[index]
    answer = client.post(APP + "on/", {"code": code(seed)})
    assert answer.headers["Location"] == CODES
    return seed


def with_app(user: User) -> None:
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    TOTP.activate(user, generate_totp_secret())


def sign_in(name: str = "mia") -> Client:
    client = Client()
    answer = client.post("/accounts/login/", {"login": f"{name}@halden.example", "password": PASSWORD})
    assert answer.headers["Location"] == "/accounts/2fa/authenticate/"
    return client


def kept() -> str:
    """All that the database holds about factors and sessions."""
    with connection.cursor() as cursor:
        rows = []
        for table in ("mfa_authenticator", "accounts_session"):
            cursor.execute(f"SELECT * FROM {table}")
            rows += cursor.fetchall()
    return str(rows)


@pytest.fixture
def commits(django_capture_on_commit_callbacks: Any) -> Callable[[], Any]:
    """allauth tells what it did on commit, which a test's own transaction never reaches."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def test_an_app_is_set_up_and_asked_for(cast: Cast) -> None:
    seed = switch_on(cast.client("mia"))
    client = sign_in()
    assert client.get("/o/halden/").status_code == 302
    assert "Use a passkey" not in client.get("/accounts/2fa/authenticate/").content.decode()
    assert client.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
    assert client.post("/accounts/2fa/authenticate/", {"code": code(seed)}).status_code == 302
    assert client.get("/o/halden/").status_code == 200


def test_a_wrong_code_switches_nothing_on(cast: Cast) -> None:
    client = cast.client("mia")
    client.get(APP + "on/")
    assert "Incorrect code" in client.post(APP + "on/", {"code": "000000"}).content.decode()
    assert not Authenticator.objects.exists()


def test_a_code_is_taken_once(cast: Cast) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False):
        seed = switch_on(cast.client("mia"))
        now = code(seed)
        assert sign_in().post("/accounts/2fa/authenticate/", {"code": now}).status_code == 302
        assert sign_in().post("/accounts/2fa/authenticate/", {"code": now}).status_code == 200


def test_seeds_lie_sealed(cast: Cast) -> None:
    client = cast.client("mia")
    page = client.get(APP + "on/").content.decode()
    seed = re.search(r'gh-value">([A-Z2-7]{32})<', page)[1]  # type: ignore[index]
    assert seed not in kept()
    client.post(APP + "on/", {"code": code(seed)})
    shown = client.post(CODES).content.decode()
    codes = re.findall(r"\b[0-9]{8}\b", shown)
    assert len(codes) == 10 and seed not in kept() and not any(one in kept() for one in codes)
    app = Authenticator.objects.get(type="totp")
    assert app.data["secret"].startswith("v1:") and app.wrap().validate_code(code(seed))


def test_recovery_codes_are_shown_once_and_only_by_the_button(cast: Cast) -> None:
    client = cast.client("mia")
    switch_on(client)
    assert not re.search(r"\b[0-9]{8}\b", client.get(CODES).content.decode())
    assert len(re.findall(r"\b[0-9]{8}\b", client.post(CODES).content.decode())) == 10
    again = client.post(CODES)
    assert again.status_code == 409 and not re.search(r"\b[0-9]{8}\b", again.content.decode())
    assert "shown already" in client.get(CODES).content.decode()


def test_a_recovery_code_opens_once(cast: Cast) -> None:
    client = cast.client("mia")
    switch_on(client)
    one = re.search(r"\b[0-9]{8}\b", client.post(CODES).content.decode())[0]  # type: ignore[index]
    assert sign_in().post("/accounts/2fa/authenticate/", {"code": one}).status_code == 302
    assert sign_in().post("/accounts/2fa/authenticate/", {"code": one}).status_code == 200
    assert "9 codes are left" in client.get(SECURITY).content.decode()


def test_new_recovery_codes_end_the_old_ones(cast: Cast) -> None:
    client = cast.client("mia")
    switch_on(client)
    old = re.search(r"\b[0-9]{8}\b", client.post(CODES).content.decode())[0]  # type: ignore[index]
    assert client.post(CODES + "new/").headers["Location"] == CODES
    assert len(re.findall(r"\b[0-9]{8}\b", client.post(CODES).content.decode())) == 10
    assert sign_in().post("/accounts/2fa/authenticate/", {"code": old}).status_code == 200


def test_a_new_factor_ends_other_sessions_is_mailed_and_recorded(
    cast: Cast, commits: Any, mailbox: Mailbox
) -> None:
    here, there = cast.client("mia"), cast.client("mia")
    with commits():
        switch_on(here)
    assert here.get("/o/halden/").status_code == 200 and there.get("/o/halden/").status_code == 302
    assert mailbox.read()[-1]["Subject"] == "Authenticator app switched on"
    with commits():
        assert here.post(APP + "off/").status_code == 302
    assert mailbox.read()[-1]["Subject"] == "Authenticator app switched off"
    events = [(row.type, details(row)) for row in Record.objects.filter(type__contains="factor")]
    added, removed = "person.factor_added", "person.factor_removed"
    assert sorted(events) == [
        (added, "recovery_codes"),
        (added, "totp"),
        (removed, "recovery_codes"),
        (removed, "totp"),
    ]


def details(row: Record) -> str:
    return RecordDetails.objects.get(organization_id=row.organization_id, seq=row.seq).changes["kind"]


def test_switching_a_factor_asks_who_you_are(cast: Cast) -> None:
    client = cast.client("mia")
    switch_on(client)
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1)):
        for page in (APP + "off/", CODES, CODES + "new/", "/accounts/2fa/passkeys/add/"):
            assert client.get(page).headers["Location"].startswith("/accounts/reauthenticate/"), page
            assert client.post(page).headers["Location"].startswith("/accounts/reauthenticate/"), page
    assert Authenticator.objects.filter(type="totp").exists()


def test_a_factor_proves_who_you_are(cast: Cast) -> None:
    client = cast.client("mia")
    seed = switch_on(client)
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=1)):
        told = {"code": code(seed), "next": CODES}
        assert client.post("/accounts/2fa/reauthenticate/", told).headers["Location"] == CODES
        assert client.get(CODES).status_code == 200


@pytest.mark.parametrize(
    "credential", ["", "{}", "[]", "1", '{"response": {"userHandle": "eA"}}', "null", '"x"']
)
def test_a_broken_passkey_signs_nobody_in(cast: Cast, credential: str) -> None:
    client = Client()
    client.get("/accounts/2fa/passkeys/sign-in/", headers={"Accept": "application/json"})
    answer = client.post("/accounts/2fa/passkeys/sign-in/", {"credential": credential})
    assert answer.headers["Location"] == "/accounts/login/"
    assert client.get("/o/halden/").status_code == 302


def test_a_passkey_carries_the_public_id(cast: Cast) -> None:
    page = cast.client("mia").get("/accounts/2fa/passkeys/add/").content.decode()
    told = json.loads(re.search(r'id="passkey-options" type="application/json">(.*?)</script>', page)[1])  # type: ignore[index]
    user = told["creation_options"]["publicKey"]["user"]
    assert websafe_decode(user["id"]).decode() == cast.users["mia"].public_id


# ---------- policy ----------


def test_the_policy_names_who_has_none_and_refuses_without_the_owners(cast: Cast) -> None:
    olga = cast.client("olga")
    with_app(cast.users["carl"])
    page = olga.get(POLICY).content.decode()
    assert "Olga (owner), Adam" in page and "Mia" in page and "Carl," not in page
    answer = olga.post(POLICY, {"second_factor": "everyone"})
    assert answer.status_code == 422 and "You own this organization" in answer.content.decode()
    cast.home.refresh_from_db()
    assert cast.home.second_factor == "nobody"


def ask_of(cast: Cast, policy: str) -> None:
    if not Authenticator.objects.filter(user=cast.users["olga"]).exists():
        with_app(cast.users["olga"])
    second_factor.set_policy(cast.actor("olga"), policy)


def test_the_policy_is_changed_and_recorded_once(cast: Cast) -> None:
    with_app(cast.users["olga"])
    olga = cast.client("olga")
    for _ in range(2):
        assert olga.post(POLICY, {"second_factor": "managers"}).status_code == 302
    assert "2 people set up a second factor" in olga.get(POLICY).content.decode()
    assert Record.objects.filter(type="organization.policy_changed").count() == 1


def test_who_must_have_a_factor_is_led_to_the_page_that_sets_one_up(cast: Cast) -> None:
    adam, mia = cast.client("adam"), cast.client("mia")
    ask_of(cast, "managers")
    answer = adam.get("/o/halden/people/")
    assert answer.headers["Location"] == SECURITY + "?needed=halden"
    assert "Halden asks for a second factor" in adam.get(answer.headers["Location"]).content.decode()
    assert adam.post("/o/halden/groups/", {"name": "x"}).status_code == 302
    assert mia.get("/o/halden/").status_code == 200
    switch_on(adam)
    assert adam.get("/o/halden/people/").status_code == 200
    ask_of(cast, "everyone")
    assert mia.get("/o/halden/").status_code == 302
    ask_of(cast, "nobody")
    assert mia.get("/o/halden/").status_code == 200


def test_a_policy_is_one_organizations_own(cast: Cast) -> None:
    from accounts.models import Membership

    Membership.objects.create(organization=cast.elsewhere, user=cast.users["mia"])
    mia = cast.client("mia")
    ask_of(cast, "everyone")
    assert mia.get("/o/halden/").status_code == 302 and mia.get("/o/nordic/").status_code == 200
    assert "asks for a second factor" not in mia.get(SECURITY + "?needed=nordic").content.decode()


def test_strangers_and_the_profile_notice_no_policy(cast: Cast) -> None:
    ask_of(cast, "everyone")
    assert cast.client("stan").get("/o/halden/").status_code == 404
    mia = cast.client("mia")
    for page in ("/profile/", SECURITY, "/profile/sessions/"):
        assert mia.get(page).status_code == 200


def test_a_policy_costs_no_query(cast: Cast, queries: Callable[[Callable[[], Any]], int]) -> None:
    with_app(cast.users["olga"])
    olga = cast.client("olga")
    before = queries(lambda: olga.get("/o/halden/"))
    ask_of(cast, "everyone")
    assert queries(lambda: olga.get("/o/halden/")) == before


def test_machines_go_on(cast: Cast, token_for: Callable[..., str]) -> None:
    _row, secret = tokens.create(cast.actor("ada"), "Script", None, in_a_month())
    ask_of(cast, "everyone")
    for token in (secret, token_for(cast.robby_values)):
        assert Client().get("/api/v1/me", headers=bearer(token)).status_code == 200


def test_an_owner_without_a_factor_is_refused_in_the_action_too(cast: Cast) -> None:
    with pytest.raises(NotPossible, match="Olga owns this organization"):
        second_factor.set_policy(cast.actor("carl"), "everyone")


def test_an_unknown_policy_is_refused(cast: Cast) -> None:
    with_app(cast.users["olga"])
    assert cast.client("olga").post(POLICY, {"second_factor": "robots"}).status_code == 422


def test_two_windows_at_once_see_the_recovery_codes_once(committed: None, cast: Cast) -> None:
    first = cast.client("mia")
    switch_on(first)
    windows = [Client() for _ in range(4)]
    for window in windows:
        window.cookies = first.cookies.copy()  # type: ignore[assignment]
    answers = together(*(lambda window=window: window.post(CODES) for window in windows))
    shown = [re.search(r"\b[0-9]{8}\b", answer.content.decode()) for answer in answers]
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert len([one for one in shown if one]) == 1
