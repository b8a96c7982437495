"""Passkeys with Chromium's own virtual authenticator: added, used to sign in, as a second step, and as a proof."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from tests.browser import chrome, complaints
from tests.browser.site import Site
from tests.cast import PASSWORD


def finger(tab: Tab, **told: bool) -> None:
    """A device with a fingerprint reader that always says yes."""
    session = tab.context.new_cdp_session(tab)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "automaticPresenceSimulation": True} | {
        name: told.get(name, True) for name in ("hasResidentKey", "hasUserVerification", "isUserVerified")
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def add(tab: Tab, name: str, alone: bool = True) -> None:
    tab.goto("/profile/security/")
    tab.get_by_role("link", name="Add a passkey").click()
    tab.get_by_label("Name", exact=True).fill(name)
    tab.get_by_label("Sign in with it alone").set_checked(alone)
    tab.get_by_role("button", name="Add").click()


@pytest.fixture
def mia(site: Callable[..., Site]) -> tuple[Site, Tab]:
    """Mia's tab, with a finger, and a passkey that was just added."""
    here = site()
    tab = here.tab("mia")
    finger(tab)
    add(tab, "Mia's laptop")
    expect(tab.get_by_role("heading", name="Recovery codes")).to_be_visible()
    return here, tab


def sign_out(tab: Tab) -> None:
    tab.goto("/accounts/login/")
    tab.context.clear_cookies()
    tab.goto("/accounts/login/")


def test_a_passkey_is_added_and_listed_under_its_name(mia: tuple[Site, Tab]) -> None:
    here, tab = mia
    tab.get_by_role("button", name="Show them once").click()
    assert len(tab.locator("#value-codes").inner_text().split()) == 10
    tab.get_by_role("link", name="Continue").click()
    row = tab.get_by_role("row", name="Mia's laptop")
    expect(row).to_contain_text("Signs in by itself")
    assert not here.visitor("mia").heard


def test_it_signs_in_alone(mia: tuple[Site, Tab]) -> None:
    here, tab = mia
    sign_out(tab)
    tab.get_by_role("button", name="Sign in with a passkey").click()
    tab.wait_for_url("**/o/**")
    expect(tab.get_by_role("group").filter(has_text="Mia").first).to_be_attached()
    assert not here.visitor("mia").heard


def test_it_is_the_second_step_after_a_password(mia: tuple[Site, Tab]) -> None:
    here, tab = mia
    sign_out(tab)
    tab.locator("[name=login]").fill("mia@halden.example")
    tab.locator("[name=password]").fill(PASSWORD)
    tab.get_by_role("button", name="Sign in", exact=True).click()
    tab.get_by_role("button", name="Use a passkey").click()
    tab.wait_for_url("**/o/**")
    assert not here.visitor("mia").heard


def test_it_proves_that_it_is_still_you(mia: tuple[Site, Tab]) -> None:
    _here, tab = mia
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=3)):
        tab.goto("/accounts/2fa/recovery-codes/new/")
        tab.get_by_role("link", name="Use a passkey").click()
        tab.get_by_role("button", name="Use a passkey").click()
        expect(tab.get_by_role("heading", name="Make new recovery codes")).to_be_visible()


def test_it_is_renamed_and_removed(mia: tuple[Site, Tab]) -> None:
    _here, tab = mia
    tab.goto("/profile/security/")
    tab.get_by_role("link", name="Rename Mia's laptop").click()
    tab.get_by_label("Name").fill("Old laptop")
    tab.get_by_role("button", name="Update").click()
    tab.get_by_role("link", name="Remove Old laptop").click()
    tab.get_by_role("button", name="Remove").click()
    expect(tab.get_by_text("The passkey is removed.")).to_be_visible()
    assert not Authenticator.objects.filter(user__email="mia@halden.example").exists()


def test_a_plain_security_key_comes_after_the_password_only(site: Callable[..., Site]) -> None:
    tab = site().tab("mia")
    finger(tab, hasResidentKey=False, hasUserVerification=False, isUserVerified=False)
    add(tab, "Blue key", alone=False)
    expect(tab.get_by_role("heading", name="Recovery codes")).to_be_visible()
    tab.goto("/profile/security/")
    expect(tab.get_by_role("row", name="Blue key")).to_contain_text("After the password")


def test_somebody_who_says_no_is_told_so(site: Callable[..., Site]) -> None:
    tab = site().tab("mia")
    finger(tab, isUserVerified=False)
    add(tab, "Nobody's")
    expect(tab.get_by_text("The browser did not finish")).to_be_visible()
    assert not Authenticator.objects.filter(user__email="mia@halden.example").exists()


def test_the_pages_of_somebody_with_factors_have_nothing_wrong(mia: tuple[Site, Tab]) -> None:
    here, tab = mia
    key = Authenticator.objects.get(type="webauthn", user__email="mia@halden.example").pk
    there = ["recovery-codes/", "recovery-codes/new/", f"passkeys/{key}/rename/", f"passkeys/{key}/remove/"]
    there += ["reauthenticate/", "passkeys/reauthenticate/"]
    for path in ["/profile/security/", *(f"/accounts/2fa/{page}" for page in there)]:
        tab.goto(path)
        for size in (chrome.WIDE, chrome.NARROW):
            tab.set_viewport_size(size)  # type: ignore[arg-type]
            assert complaints.axe(tab) + complaints.width(tab) + complaints.policy(tab) == [], path
    assert not here.visitor("mia").heard
