"""The main job against the whole product as processes: people in a real browser, a program over HTTP, mail over SMTP."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, expect

from accounts.sealing import hint
from tests.browser import chrome, complaints
from tests.browser.story import (
    INVITED,
    MEMBER,
    OWNER,
    PASSWORD,
    SHARED,
    Story,
    ask_token,
    call,
    link_in,
    mail,
    read_values,
    receipt,
    sign_out,
    text_of,
    update,
)
from tests.conftest import Mailbox
from tests.operations.product import Product, own_backend, wait_until, welcome_link


@pytest.fixture
def story(browser: Browser, mailbox: Mailbox, smtp_server: Any, tmp_path: Path) -> Iterator[Story]:
    """A product on its first start, and two visitors."""
    with own_backend() as backend:
        product = Product(tmp_path, backend | {"EMAIL_URL": f"smtp://127.0.0.1:{smtp_server[1]}"})
        people: list[BrowserContext] = []
        try:
            product.start()
            url = f"http://127.0.0.1:{product.port}"
            people = [chrome.context(browser, url) for _ in range(2)]
            heard = [complaints.listen(context) for context in people]
            yield Story(product, people[0].new_page(), people[1].new_page(), mailbox)
            assert heard == [[], []]
        finally:
            for context in people:
                context.close()
            product.clean_up()


def test_a_robot_is_made_shared_revealed_used_renewed_and_deleted(story: Story) -> None:
    the_first_visitor_becomes_the_owner(story)
    the_owner_invites_a_member(story)
    the_owner_makes_a_robot(story)
    the_values_are_copied_and_downloaded(story)
    the_values_do_not_come_back(story)
    the_owner_gives_it_a_name(story)
    the_owner_shares_it(story)
    the_member_comes_by_the_mail(story)
    the_member_sees_the_values_once(story)
    token = the_robot_works(story)
    read_only_stops_writing_at_once(story, token)
    renewing_overlaps_and_is_finished(story, token)
    deleting_ends_everything(story)
    assert not [secret for secret in story.secrets() if secret in story.product.output()]


def the_first_visitor_becomes_the_owner(story: Story) -> None:
    tab, link = story.owner, welcome_link(story.product.output())
    assert link
    tab.goto(link)
    tab.get_by_label("Organization").fill("Halden Construction")
    tab.get_by_label("Your name").fill("Olga Lindqvist")
    tab.get_by_label("E-mail address").fill(OWNER)
    tab.get_by_label("Password").fill(PASSWORD)
    tab.get_by_role("button", name="Create organization").click()
    expect(tab.get_by_role("heading", name="Overview")).to_be_visible()
    story.member.goto(link)
    expect(story.member.get_by_role("heading", name="This link does not work")).to_be_visible()


def the_owner_invites_a_member(story: Story) -> None:
    tab, invited = story.owner, story.member
    tab.get_by_role("link", name="User management").click()
    tab.get_by_role("link", name="Invite").click()
    tab.get_by_label("Email addresses").fill(MEMBER)
    tab.get_by_role("button", name="Invite").click()
    expect(tab.get_by_role("status").filter(has_text="1 invitation is on its way.")).to_be_visible()
    invited.goto(link_in(mail(story, INVITED), "/welcome/"))
    invited.get_by_label("Your name").fill("Mia Sørensen")
    invited.get_by_label("Password").fill(PASSWORD)
    invited.get_by_role("button", name="Continue").click()
    expect(invited.get_by_role("heading", name="Overview")).to_be_visible()
    sign_out(invited)


def the_owner_makes_a_robot(story: Story) -> None:
    tab = story.owner
    tab.get_by_role("link", name="Account administration").click()
    tab.get_by_role("link", name="Settings", exact=True).click()
    tab.get_by_role("link", name="Integration settings (robots)").click()
    tab.get_by_role("main").get_by_role("link", name="API terms of use").click()
    expect(tab.get_by_role("heading", name="API terms of use")).to_be_visible()
    tab.go_back()
    tab.get_by_label("Yes, I understand and want to continue").check()
    tab.get_by_role("button", name="Create", exact=True).click()
    expect(tab.get_by_role("heading", name="Robot created")).to_be_visible()
    story.values = read_values(tab)
    assert all(secret.startswith("gate_") and len(secret) == 57 for secret in story.secrets())


def the_values_are_copied_and_downloaded(story: Story) -> None:
    tab, values = story.owner, story.values
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=story.url)
    for label, name in (("Client Secret", "CLIENT_SECRET"), ("OAuth1 Token Secret", "OAUTH1_TOKEN_SECRET")):
        tab.get_by_role("button", name=f"Copy {label}", exact=True).click()
        expect(tab.locator("[data-copy-said]")).to_have_text(f"{label}: copied")
        assert tab.evaluate("() => navigator.clipboard.readText()") == values[f"GATEHOUSE_{name}"]
    with tab.expect_download() as env:
        tab.get_by_role("button", name="Download .env").click()
    assert dict(line.split("=", 1) for line in env.value.path().read_text().splitlines()) == values
    with tab.expect_download() as told:
        tab.get_by_role("button", name="Download JSON").click()
    wanted = {name.removeprefix("GATEHOUSE_").lower(): value for name, value in values.items()}
    assert json.loads(told.value.path().read_text()) == wanted
    assert (env.value.suggested_filename, told.value.suggested_filename) == (
        "new-robot.env",
        "new-robot.json",
    )
    assert values["GATEHOUSE_TOKEN_URL"] == f"{story.url}/oauth2/token"


def the_values_do_not_come_back(story: Story) -> None:
    tab = story.owner
    assert story.shows(tab)
    tab.reload()
    expect(tab.get_by_text("The form arrived twice; there is one robot.")).to_be_visible()
    assert not story.shows(tab)
    tab.get_by_role("link", name="Open “New robot”").click()
    expect(tab.get_by_role("heading", name="New robot")).to_be_visible()
    story.robot_page = tab.url
    assert not story.shows(tab) and hint(story.secrets()[0]) in tab.content()
    # The browser kept nothing to go back to: it would have to send the form again.
    with pytest.raises(Error, match="ERR_CACHE_MISS"):
        tab.go_back()
    story.owner = tab.context.new_page()
    tab.close()
    story.owner.goto(f"{story.url}/o/halden-construction/settings/robots/")
    expect(story.owner.get_by_role("main").get_by_role("row")).to_have_count(2)


def the_owner_gives_it_a_name(story: Story) -> None:
    tab = story.owner
    tab.get_by_role("link", name="New robot").click()
    tab.get_by_label("Name", exact=True).fill("Robby")
    tab.get_by_label("Description").fill("Uploads photos from the site cameras.")
    tab.get_by_label("Can manipulate data").check()
    update(tab)
    expect(tab.get_by_role("status").filter(has_text="Robby is updated.")).to_be_visible()
    expect(tab.get_by_label("Description")).to_have_value("Uploads photos from the site cameras.")


def the_owner_shares_it(story: Story) -> None:
    tab = story.owner
    tab.get_by_label("Select member").select_option("Mia Sørensen (member)")
    tab.get_by_role("button", name="Add member").click()
    expect(tab.get_by_role("status").filter(has_text="Shared with Mia Sørensen.")).to_be_visible()
    expect(receipt(tab)).to_contain_text("Invited")
    message = mail(story, SHARED)
    assert message["To"] == MEMBER
    for kind in ("plain", "html"):
        text = text_of(message, kind)
        assert "Olga Lindqvist" in text and "Robby" in text and "/shared/" in text
        assert "gate_" not in text and story.values["GATEHOUSE_CLIENT_ID"] not in text
        assert not [one for one in story.secrets() if one in text or hint(one) in text]

    def says_sent() -> bool:
        tab.goto(story.robot_page)
        return "Mail sent" in receipt(tab).inner_text()

    wait_until(says_sent, "the page to say that the mail was sent")


def the_member_comes_by_the_mail(story: Story) -> None:
    tab = story.member
    link = link_in(mail(story, SHARED), "/o/halden-construction/shared/")
    tab.goto(link)
    tab.get_by_label("Email").fill(MEMBER)
    tab.get_by_label("Password", exact=True).fill(PASSWORD)
    tab.get_by_role("button", name="Sign in", exact=True).click()
    expect(tab).to_have_url(link)
    expect(tab.get_by_role("heading", name="Robby")).to_be_visible()
    assert hint(story.secrets()[0]) in tab.content() and not story.shows(tab)
    story.owner.goto(story.robot_page)
    expect(receipt(story.owner)).to_contain_text("Opened")


def the_member_sees_the_values_once(story: Story) -> None:
    tab, here = story.member, story.member.url
    tab.get_by_role("button", name="Reveal secrets").click()
    expect(tab.get_by_text("This was your one look.")).to_be_visible()
    assert read_values(tab) == story.values
    tab.reload()
    expect(tab.get_by_text("The secrets were shown already, and only once.")).to_be_visible()
    assert not story.shows(tab)
    tab.goto(here)
    expect(tab.get_by_text("You revealed the secrets")).to_be_visible()
    assert hint(story.secrets()[0]) in tab.content() and not story.shows(tab)
    story.owner.goto(story.robot_page)
    expect(receipt(story.owner)).to_contain_text("Revealed")
    assert receipt(story.owner).locator("time").first.get_attribute("datetime")


def the_robot_works(story: Story) -> str:
    token = ask_token(story.values).json()["access_token"]
    me = call(story, token, "GET", "/api/v1/me").json()
    assert (me["kind"], me["name"], me["read_only"]) == ("robot", "Robby", False)
    made = call(story, token, "POST", "/api/v1/workspaces", name="Harbour bridge", description="Steel")
    assert made.status_code == 201, made.text
    story.owner.get_by_role("link", name="Workspaces").click()
    expect(story.owner.get_by_role("row", name="Harbour bridge")).to_be_visible()
    return token


def read_only_stops_writing_at_once(story: Story, token: str) -> None:
    tab = story.owner
    tab.goto(story.robot_page)
    tab.get_by_label("Read-only").check()
    update(tab)
    expect(tab.get_by_role("status").filter(has_text="Robby is updated.")).to_be_visible()
    refused = call(story, token, "POST", "/api/v1/workspaces", name="Another", description="")
    assert refused.status_code == 403, refused.text
    assert call(story, token, "GET", "/api/v1/workspaces").status_code == 200


def renewing_overlaps_and_is_finished(story: Story, token: str) -> None:
    tab, old = story.owner, story.values
    tab.locator("#renew > summary").click()
    tab.get_by_label("In 24 hours").check()
    tab.get_by_role("button", name="Renew secrets").click()
    expect(tab.get_by_role("heading", name="Secrets of Robby renewed")).to_be_visible()
    story.values = read_values(tab)
    assert story.values["GATEHOUSE_CLIENT_ID"] == old["GATEHOUSE_CLIENT_ID"]
    assert ask_token(old).status_code == ask_token(story.values).status_code == 200
    wait_until(lambda: len(story.mailbox.received) == 3, "the mail about the renewal")
    tab.get_by_role("link", name="Continue").click()
    expect(tab.get_by_text("Overlap running")).to_be_visible()
    tab.get_by_role("button", name="Finish now").click()
    expect(tab.get_by_role("status").filter(has_text="The old secrets have ended.")).to_be_visible()
    assert ask_token(old).status_code == 401 and ask_token(story.values).status_code == 200
    assert call(story, token, "GET", "/api/v1/me").status_code == 401


def deleting_ends_everything(story: Story) -> None:
    tab, token = story.owner, ask_token(story.values).json()["access_token"]
    tab.get_by_label("I understand that this cannot be undone").check()
    tab.get_by_role("button", name="Delete", exact=True).click()
    expect(tab.get_by_role("status").filter(has_text="Robby is deleted.")).to_be_visible()
    expect(tab.get_by_role("heading", name="No robots yet")).to_be_visible()
    assert ask_token(story.values).status_code == 401
    assert call(story, token, "GET", "/api/v1/me").status_code == 401
    gone = story.member.reload()
    assert gone and gone.status == 404
