"""A request for Connect from the first word to the grant, in two browsers without JavaScript."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.site import Site
from tests.browser.test_without_javascript import said

CONNECT = "/o/tromso/settings/connect/"


def test_asked_questioned_answered_and_granted(site: Callable[..., Site]) -> None:
    here = site(java_script_enabled=False)
    conny, kim = here.tab("conny"), here.tab("kim")
    conny.goto(CONNECT)
    conny.get_by_label("Platforms and apps").fill("Power BI")
    conny.get_by_label("What for").fill("Nightly figures")
    conny.get_by_role("button", name="Request access").click()
    said(conny, "Your request is sent.")

    kim.goto("/operator/")
    kim.get_by_role("region", name="Connect: 3 requests wait for you").get_by_role(
        "link", name="Tromsø Tak"
    ).click()
    kim.get_by_role("button", name="Take into review").click()
    said(kim, "Taken into review.")
    kim.get_by_label("Your question").fill("How many rows?")
    kim.get_by_role("button", name="Send question").click()
    said(kim, "Your question is sent.")

    conny.goto("/o/tromso/")
    conny.get_by_role("link", name="Answer").click()
    expect(conny.get_by_role("note")).to_contain_text("How many rows?")
    conny.get_by_label("Your answer").fill("A million")
    conny.get_by_role("button", name="Send answer").click()
    said(conny, "The request is updated.")

    # Kim's page is older than the answer.
    kim.get_by_label("What will be set up").fill("A gateway")
    kim.get_by_label("By whom").fill("Kim Aalto")
    kim.get_by_role("button", name="Grant").click()
    expect(kim.get_by_role("alert")).to_contain_text("Conny Dahl changed the request")
    expect(kim.get_by_role("row", name="A million")).to_be_visible()
    kim.get_by_role("button", name="Grant").click()
    said(kim, "Granted.")

    conny.goto(CONNECT)
    expect(conny.get_by_role("note")).to_contain_text("A gateway")
    expect(conny.get_by_role("note")).to_contain_text("Kim Aalto")
